"""Rows of one table as one person sees them. No Flask here."""
