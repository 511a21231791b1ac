"""The body of `POST embeddings`, its inputs, and the answer."""
