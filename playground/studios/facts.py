"""What other views than the tab itself need to know of a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class UploadRules:
    """Which files a tab takes: prefixes of their media types, and how a message lists their formats.

    `image_mb` limits the size of images; with `audio_required` a video needs an audio track.
    """

    media_types: tuple[str, ...]
    formats: str
    image_mb: int | None = None
    audio_required: bool = False


ANY_FILE = UploadRules(("",), "")


@dataclass(frozen=True, slots=True)
class StudioFacts:
    """`rank`: of the tasks of a model, the one of the lowest rank has its tab opened.

    `styles` is the template with the stylesheets of the tab, "" where it has none of its own; `result` is the
    template that shows the result on a receipt. `parameters` are labels of parameters on a receipt where they
    differ from the common ones; `shown_elsewhere` are those that it does not list, because `result` shows
    them. Without `described` the page leaves the model's description out.
    """

    rank: int
    first_event: str
    styles: str = ""
    result: str = "playground/receipts/text.html"
    uploads: UploadRules = ANY_FILE
    parameters: Mapping[str, str] = field(default_factory=dict)
    shown_elsewhere: tuple[str, ...] = ()
    described: bool = True
    has_transcript: bool = False
    can_align: bool = False
