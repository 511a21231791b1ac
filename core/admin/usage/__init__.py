"""Usage records as an admin reads them."""
