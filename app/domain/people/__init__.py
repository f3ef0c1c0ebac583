"""Who someone is, how she signs in, and which roles she holds at a unit."""
