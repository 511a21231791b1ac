"""How long an answer may become, and what is left of one that was stopped."""
