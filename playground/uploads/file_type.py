"""What a file is, by its first bytes: a client's word and a file name are not evidence."""

from __future__ import annotations

from core.bodies.files.audio import sound_kind
from core.media import file_types

UNKNOWN = "application/octet-stream"


def sniff(head: bytes) -> str:
    """The media type of a file that begins with `head` (some hundred bytes of it)."""
    return kind_of(head)[0]


def kind_of(head: bytes) -> tuple[str, str]:
    """(media type, file extension) of a file that begins with `head`; what nobody knows is `bin`."""
    if sound := sound_kind(head):
        return sound.media_type, sound.extension
    if kind := file_types.file_type(head):
        return kind.media_type, kind.extension
    return ("text/plain", "txt") if is_text(head) else (UNKNOWN, "bin")


def is_text(head: bytes) -> bool:
    """UTF-8 without control characters; the cut at the end may go through a character."""
    for cut in range(4):
        try:
            text = head[: len(head) - cut].decode()
        except UnicodeDecodeError:
            continue
        return all(character.isprintable() or character in "\n\r\t\f" for character in text)
    return False
