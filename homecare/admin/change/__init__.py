"""Changes without a form over HTTP: inline, in bulk, deletions, and undo."""
