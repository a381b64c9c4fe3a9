"""What is done with a marketing lead as a whole."""
