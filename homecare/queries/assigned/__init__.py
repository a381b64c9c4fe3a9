"""What is assigned: a day of the roster, tasks by status, who fits best, what an absence touches, whom to call."""
