"""Starts the product's servers on one machine, for the demo, development and tests, and stops them all.

Linux only. The standard library, and psycopg for the first SQL. Nothing here is imported by the product.
"""
