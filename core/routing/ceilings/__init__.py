"""How much endpoints may get from all callers together: a place is taken for each call, or none is made."""
