"""A person's settings for a list."""
