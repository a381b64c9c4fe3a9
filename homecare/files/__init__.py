"""Uploaded files: parsed, re-encoded and stored under random names outside the web root."""
