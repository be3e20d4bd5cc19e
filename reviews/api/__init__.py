"""Reviews and the register of practice for other programs."""
