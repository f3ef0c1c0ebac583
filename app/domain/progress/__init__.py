"""How far a learner is, and what counts as completed."""
