"""The audio formats of models that speak, by wire; no list of models tells them."""

from __future__ import annotations

EVERY_SERVERS = ("mp3",)
SPEECH_FORMATS = {
    "azure": ("mp3", "opus", "aac", "flac", "wav", "pcm"),
    "openrouter": ("mp3", "pcm"),
    "mistral": ("mp3", "opus", "flac", "wav", "pcm"),
    "elevenlabs": ("mp3", "opus", "wav", "pcm"),
    "google": ("mp3", "opus", "aac", "flac", "wav", "pcm"),
    "vertex": ("mp3", "opus", "aac", "flac", "wav", "pcm"),
}
"""All others make `EVERY_SERVERS` at least."""
