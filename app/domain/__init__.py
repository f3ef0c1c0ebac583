"""The nouns of the trade, room above room; no room knows one above it."""
