"""A table as screens know it: the models' metadata, the exceptions, and what IT set."""
