"""What a policy change means for whom, and why a decision is what it is."""
