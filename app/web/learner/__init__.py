"""Pages for learners: my learning, modules, the final test, certificates."""
