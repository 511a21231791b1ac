"""Transcription: the body, and the transcript in every response format; translations share the latter."""
