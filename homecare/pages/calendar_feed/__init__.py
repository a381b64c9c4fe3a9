"""A person's visits for their own calendar, at a private address."""
