"""Transcription and translation over `generateContent`: by a model for it, or in words to any that hears."""
