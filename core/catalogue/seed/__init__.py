"""The catalogue as shipped: JSON documents, one per provider, and what writes them into the tables."""
