"""Who may do what: the matrix, its history, and why."""
