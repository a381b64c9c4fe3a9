"""Assigning work: bookings, absences, checks and what the carers say of their own visits."""
