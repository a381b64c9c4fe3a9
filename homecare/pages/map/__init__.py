"""The map of patients: its page and its tiles."""
