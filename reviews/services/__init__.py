"""What is done with reviews, findings and the register of practice."""
