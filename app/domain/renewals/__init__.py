"""Certificates that end: when they may be renewed, who is reminded, and what was decided to end earlier."""
