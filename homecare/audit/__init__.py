"""What is written down of what people did: refusals and reads."""
