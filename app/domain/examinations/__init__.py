"""Tests at a place: dates, who watches, who sits where, and what happened."""
