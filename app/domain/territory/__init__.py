"""The territory: countries, regions and municipalities as a tree of paths."""
