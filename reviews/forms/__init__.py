"""The shape of what people type about reviews and practice."""
