"""Runs: each is a background task of the server, a log of numbered events, a file and a row."""
