"""Reads of monitoring. A fixed number of queries each."""
