"""Commands of `manage.py` for the playground."""
