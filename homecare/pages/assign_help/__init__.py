"""What helps who plans everybody's work: suggestions, somebody absent, whom to call."""
