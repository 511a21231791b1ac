"""HTML pages of the playground."""
