"""One's own day, made for a telephone."""
