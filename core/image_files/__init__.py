"""Pictures at addresses that expire, for callers who ask for a URL in place of the bytes.

Who has the address may see the picture.
"""
