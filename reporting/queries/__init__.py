"""Reads for pages and reports that join several apps: one function a page, a fixed number of queries."""
