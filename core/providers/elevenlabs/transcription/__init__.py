"""Transcription over `POST /speech-to-text`."""
