"""Django's SQLite backend, except that its file has to stay in its place."""
