"""Pages for anyone: front page, catalogue, verification, health, statements."""
