"""Assigning work: bookings held against each other on every surface, and what the company has no column for."""
