"""The event loop under Daphne: uvloop's (first deltas a fifth sooner) where it is installed, or Python's.

To be imported before Daphne, which installs a loop of its own unless it finds one.
"""

from __future__ import annotations

from twisted.internet import asyncioreactor

try:
    from uvloop import new_event_loop
except ImportError:  # no wheel for this platform
    from asyncio import new_event_loop

loop = new_event_loop()
asyncioreactor.install(loop)
