"""The engine, and its faces for machines and admins: the HTTP API and Django admin."""
