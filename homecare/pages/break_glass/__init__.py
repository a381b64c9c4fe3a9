"""What was opened for a reason."""
