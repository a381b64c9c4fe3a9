"""What is wrong with the rows that the funnel counts."""
