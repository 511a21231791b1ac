"""How long to wait: for a provider, and because it asks us to."""
