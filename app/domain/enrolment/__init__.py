"""Who takes which edition of a course, counted for which unit."""
