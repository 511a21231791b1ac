"""Runs: made by a task the server owns, told as numbered events, kept as files and rows."""
