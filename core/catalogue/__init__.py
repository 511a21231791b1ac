"""What exists: providers, models, endpoints, voices and prices, read from a snapshot in this process."""
