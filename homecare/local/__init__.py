"""What one machine needs to run the product alone: the private cluster, its keys, the Makefile's commands."""
