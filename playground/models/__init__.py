"""The stage's tables: what a person did in the browser and the files it came with."""

from playground.models.run import Run
from playground.models.upload import Upload

__all__ = ["Run", "Upload"]
