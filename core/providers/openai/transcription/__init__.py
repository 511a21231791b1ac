"""Transcription over `POST /audio/transcriptions`, and what translation shares with it."""
