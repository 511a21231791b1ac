"""The stores of the cache of answers: in Redis where it is, which all processes share, else on the disk."""
