"""What IT sets of tables and forms."""
