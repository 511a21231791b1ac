"""What a tab lets people choose from: voices, sample recordings, presets, earlier runs."""
