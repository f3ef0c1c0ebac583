"""Final tests: papers, attempts, answers and marks."""
