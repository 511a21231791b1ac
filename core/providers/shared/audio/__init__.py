"""Audio in a format that a provider does not make or take, converted by the media workers."""
