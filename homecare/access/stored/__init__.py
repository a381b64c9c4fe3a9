"""The policy as rows and as a file: its defaults, its versions, and how both are read."""
