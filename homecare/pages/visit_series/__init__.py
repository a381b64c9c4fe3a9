"""Visits planned many at a time: a series, and copied days and weeks."""
