"""Reads: the condition language, paging, counting, and the results of pages. Each function states its cost."""
