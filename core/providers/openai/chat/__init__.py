"""Chat over `POST /chat/completions`."""
