"""The policy as rows and as a file: defaults, versions, reading and writing."""
