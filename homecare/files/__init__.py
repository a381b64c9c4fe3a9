"""Files that people upload: read whole, written anew, kept under random names outside the web root."""
