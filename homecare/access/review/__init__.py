"""What a change of the policy brings to whom, and why a decision is what it is."""
