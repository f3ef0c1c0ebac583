"""For those who count what was learned: progress, completions, coverage."""
