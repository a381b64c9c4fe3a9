"""The campaign funnel's words, and the conditions that list the rows behind its numbers."""
