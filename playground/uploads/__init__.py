"""Uploads as files: what type they are, what was measured in them, where they lie on this disk."""
