"""Drills: what is lost when servers die in the middle of work, and who waits when everybody comes at once."""
