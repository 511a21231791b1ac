"""Sums of usage records by hour and day, so that a report reads few rows however many records there are.

What is summed is exact at every moment: `builder` adds final records, which nothing changes, up to a mark,
and `sums` adds the records beyond it as it reads.
"""
