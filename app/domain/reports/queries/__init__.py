"""Every question put to reports; each takes a scope, and a place or a selection within it."""
