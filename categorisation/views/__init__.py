"""Pages for rating, moderating, deciding and replying."""
