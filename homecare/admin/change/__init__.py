"""Changes without a form over HTTP: in place, in bulk, deletions, and taking them back."""
