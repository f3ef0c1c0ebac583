"""For those who look after the people of their units: managers, heads of office, administrators."""
