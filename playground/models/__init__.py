"""The stage's tables: what a person did in the browser and the files it came with."""

from playground.models.conversation import Conversation, Message
from playground.models.preset import Preset
from playground.models.run import Run
from playground.models.upload import Upload

__all__ = ["Conversation", "Message", "Preset", "Run", "Upload"]
