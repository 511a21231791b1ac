"""Pictures as the answers of providers carry them."""
