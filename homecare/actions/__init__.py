"""Writes: one transaction each, every argument named, refused in words."""
