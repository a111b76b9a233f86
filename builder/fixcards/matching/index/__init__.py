"""Entries into index files, and what a query asks of them."""
