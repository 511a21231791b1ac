"""Pictures at addresses that expire."""
