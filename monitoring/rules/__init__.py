"""Rules of monitoring: values in, values out."""
