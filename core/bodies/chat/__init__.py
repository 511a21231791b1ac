"""Chat: the body, its messages, the collected answer, and that answer whole or as chunks."""
