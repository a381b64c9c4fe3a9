"""What the map shows besides its tiles."""
