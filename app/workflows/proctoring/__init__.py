"""Tests at a place: dates are set, people named and let in, watched over, on a screen or on paper."""
