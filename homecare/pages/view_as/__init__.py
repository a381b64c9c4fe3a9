"""The product as somebody else sees it."""
