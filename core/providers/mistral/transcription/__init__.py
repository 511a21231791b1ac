"""Transcription over `POST /audio/transcriptions`: https://docs.mistral.ai/studio/audio/overview."""
