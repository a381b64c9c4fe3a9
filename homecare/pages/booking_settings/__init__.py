"""How bookings are checked, and the lists of words that assigning work offers."""
