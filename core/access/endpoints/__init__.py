"""What all processes know of endpoints: which of them failed, and how many calls of each there are."""
