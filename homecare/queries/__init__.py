"""Reads: the condition language, paging, counting, and the named results of pages; each says its cost."""
