"""The names of the points at which a server can kill itself; `fault_points` knows where they are."""

POINTS = (
    "before open",
    "after open, before dispatch",
    "at the first byte",
    "mid-stream",
    "before settle",
    "in the settlement, before its commit",
    "after settle",
)
