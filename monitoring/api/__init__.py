"""Visits for other programs."""
