"""What one machine needs to run the product by itself: the private cluster, its keys, the Makefile's commands."""
