"""Whether the process lives and its database answers."""
