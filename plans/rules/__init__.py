"""Rules of plans: values in, values out."""
