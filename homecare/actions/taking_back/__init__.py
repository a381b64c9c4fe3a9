"""Taking back what was done: rows put back as they were."""
