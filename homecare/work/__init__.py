"""What happens outside a request: one loop, a table of jobs, a module per job, and a door of its own."""
