"""What is done to accounts from the pages: by who holds everything to those of others, by everybody to their own."""
