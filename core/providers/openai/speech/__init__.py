"""Speech over `POST /audio/speech`."""
