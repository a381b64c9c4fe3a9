"""Whether the process is alive and its database answers."""
