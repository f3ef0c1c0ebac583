"""Open badges: which certificates have one, what they are proven by, and which of them hold no more."""
