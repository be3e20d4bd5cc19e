"""Rules of reviews: values in, values out."""
