"""The front door for the clock and the queue."""
