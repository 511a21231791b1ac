"""The server: Daphne with bounded memory, time limits for clients, and a shutdown that waits for requests."""
