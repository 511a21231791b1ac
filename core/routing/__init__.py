"""The road: which target, how often, how long to wait; it knows neither tables nor wires.

Adapters never retry; this package does, in one loop, and never after the first content event, because what
a listener has heard cannot be taken back and two half answers are no answer.
"""
