"""Findings about a file, one job for each kind of file."""
