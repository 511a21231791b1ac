"""Speech over `POST /audio/speech`: https://docs.mistral.ai/studio/audio/text-to-speech/overview."""
