"""What one is told, in one place."""
