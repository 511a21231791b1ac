"""The model `local/inspector`: answers a chat message with measurements of its parts; no language model."""
