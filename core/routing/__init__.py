"""Routing of a request: order of targets, attempts, retries and fallback, without tables or wires.

Adapters never retry; this package does, in one loop, and never after the first content event, because content
that was delivered cannot be taken back and must not be followed by another answer.
"""
