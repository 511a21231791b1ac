"""One command per module; Django finds them by the name of the module."""
