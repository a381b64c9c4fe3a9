"""One record over HTTP: details, facts, files."""
