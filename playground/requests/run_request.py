"""What a run is to do, whatever its task."""

from __future__ import annotations

from dataclasses import dataclass

from core.contract.requests import Request
from playground.conversations.turn import Turn
from playground.models import Upload
from playground.models.run import TITLE_LENGTH


@dataclass(frozen=True, slots=True)
class RunRequest:
    """The request for the gateway, and what the run's row and its conversation store beside it.

    `upload` is the file to transcribe or translate, `uploads` are the files of new messages, `question` is
    their text. `turn` is None outside of conversations. `render` asks for the answer as HTML too.
    """

    request: Request
    title: str
    upload: Upload | None = None
    uploads: tuple[Upload, ...] = ()
    question: str = ""
    turn: Turn | None = None
    render: bool = False


def one_line(text: str) -> str:
    """The beginning of `text` as a title of one line."""
    return " ".join(text[: 4 * TITLE_LENGTH].split())[:TITLE_LENGTH]
