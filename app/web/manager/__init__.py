"""Pages for those who look after people of their units."""
