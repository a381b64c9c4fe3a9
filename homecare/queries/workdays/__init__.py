"""What a person's days hold: one's own visits, a month's hours, and the lines of a calendar."""
