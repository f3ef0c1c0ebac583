"""Practical work: what learners hand in with a task, and how people mark it."""
