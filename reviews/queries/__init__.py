"""What the pages of reviews read. A fixed number of queries each."""
