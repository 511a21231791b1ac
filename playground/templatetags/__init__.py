"""Filters and tags of the templates: labels, and amounts of money and units."""
