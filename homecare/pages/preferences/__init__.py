"""What a person keeps of a list."""
