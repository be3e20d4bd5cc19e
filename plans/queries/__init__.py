"""Reads of plans. A fixed number of queries each."""
