"""What a file is, by its first bytes: a client's word and a file name are not evidence."""

from __future__ import annotations

from core.bodies.sounds import sound_kind

UNKNOWN = "application/octet-stream"
SIGNS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
CONTAINERS = {b"WEBP": "image/webp", b"AVI ": "video/x-msvideo"}
EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "video/x-msvideo": "avi",
    "text/plain": "txt",
}


def sniff(head: bytes) -> str:
    """The media type of a file that begins with `head` (some hundred bytes of it)."""
    return kind_of(head)[0]


def kind_of(head: bytes) -> tuple[str, str]:
    """(media type, file extension) of a file that begins with `head`; what nobody knows is `bin`."""
    media_type = shown(head)
    if media_type is None and (sound := sound_kind(head)) is not None:
        return sound.media_type, sound.extension
    media_type = media_type or ("text/plain" if is_text(head) else UNKNOWN)
    return media_type, EXTENSIONS.get(media_type, "bin")


def shown(head: bytes) -> str | None:
    for sign, media_type in SIGNS:
        if head.startswith(sign):
            return media_type
    return CONTAINERS.get(head[8:12]) if head[:4] == b"RIFF" else None


def is_text(head: bytes) -> bool:
    """UTF-8 without control characters; the cut at the end may go through a character."""
    for cut in range(4):
        try:
            text = head[: len(head) - cut].decode()
        except UnicodeDecodeError:
            continue
        return all(character.isprintable() or character in "\n\r\t\f" for character in text)
    return False
