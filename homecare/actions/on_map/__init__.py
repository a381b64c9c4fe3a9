"""What is saved on the map."""
