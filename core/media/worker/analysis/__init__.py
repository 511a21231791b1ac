"""Measurements of audio, and the images that are rendered of audio and video."""
