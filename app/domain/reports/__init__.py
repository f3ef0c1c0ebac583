"""Read-only answers counted over all other rooms."""
