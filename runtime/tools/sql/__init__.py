"""Queries of databases that people saved as credentials."""
