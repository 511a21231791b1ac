"""The model `local/canvas`: draws, changes and varies pictures by rules; it is no AI and says so."""
