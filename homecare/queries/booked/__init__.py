"""What a booking is checked against: how each check is held, who is busy when, and the travel between two places."""
