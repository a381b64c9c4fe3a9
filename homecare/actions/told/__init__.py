"""What people are told, and what they are told of."""
