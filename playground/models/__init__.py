"""Tables of the playground: runs, conversations, favourites, presets and uploads."""

from playground.models.conversation import Conversation, Message
from playground.models.favourite import Favourite
from playground.models.preset import Preset
from playground.models.run import Run
from playground.models.run_page import RunPage
from playground.models.upload import Upload

__all__ = ["Conversation", "Favourite", "Message", "Preset", "Run", "RunPage", "Upload"]
