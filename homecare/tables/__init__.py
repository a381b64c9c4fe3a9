"""A table as screens see it: the models' metadata, the overrides, and IT's settings."""
