"""What learners think of courses: answers that lead back to nobody."""
