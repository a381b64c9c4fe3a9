"""Whose task is what: a board and a list of office tasks, and the same of marketing tasks."""
