"""Texts: languages and how they are written, keys as people paste them."""
