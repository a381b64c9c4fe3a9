"""Writes: one transaction each, every argument named, refusals in sentences."""
