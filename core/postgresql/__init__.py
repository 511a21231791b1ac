"""Django's PostgreSQL backend, except that nobody waits without end for a server that has gone silent."""
