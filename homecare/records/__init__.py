"""Rows of one table as one person sees them; no Flask."""
