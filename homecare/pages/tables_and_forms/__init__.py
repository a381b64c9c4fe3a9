"""IT's settings for tables and forms."""
