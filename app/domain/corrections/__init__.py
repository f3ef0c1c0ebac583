"""Corrections: a key was wrong, and results that rest on it are reckoned anew; the old ones are kept."""
