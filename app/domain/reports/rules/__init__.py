"""The rules of reports: pure functions."""
