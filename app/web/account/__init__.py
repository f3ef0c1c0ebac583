"""Pages by which people come in and look after their own account."""
