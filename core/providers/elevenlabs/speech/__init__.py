"""Speech over `POST /text-to-speech/{voice}/stream`."""
