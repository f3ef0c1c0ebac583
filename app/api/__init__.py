"""The front door for programs: JSON in, JSON out, and every error is a problem."""
