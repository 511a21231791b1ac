"""Authentication by API key, permissions and rate limits, all answered from a snapshot in memory."""
