"""Pages of reviews and of the register of practice."""
