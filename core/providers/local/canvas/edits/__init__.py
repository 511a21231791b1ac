"""Edits: the named operations that a prompt may list, and how they are read from it."""
