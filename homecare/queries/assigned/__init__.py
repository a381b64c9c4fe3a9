"""What becomes of work that was assigned: what an absence touches, and whom to call."""
