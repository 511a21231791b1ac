"""The events of a run, numbered from 1 over text and audio alike: recent ones in memory, others on disk."""

from playground.runs.log.events import Body, Numbered, ends
from playground.runs.log.log import Log

__all__ = ["Body", "Log", "Numbered", "ends"]
