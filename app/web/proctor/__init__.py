"""Tests at a place: for those who set dates, and those who watch."""
