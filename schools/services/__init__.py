"""Every change to the foundation's rows."""
