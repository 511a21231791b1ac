"""Named operations on pictures; each takes an RGBA image and returns one."""
