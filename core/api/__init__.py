"""The HTTP API for machines: one module per endpoint, as a Starlette application beside Django."""
