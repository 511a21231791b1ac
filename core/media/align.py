"""When each word of a known English text was said: laid along the sound, not guessed."""

from __future__ import annotations

from pathlib import Path

from core.contract.errors import Unavailable
from core.contract.events import TranscriptWord
from core.media.installed import deaf
from core.media.pool.pool import shared_pool


async def align(path: Path | str, text: str) -> tuple[TranscriptWord, ...]:
    """The words of `text` with their times in the file, in the text's spelling and order.

    Words that the dictionary lacks (names, numbers in digits) are left out; the result is empty when the text
    cannot be laid along the sound at all. Raises `Unsupported` for more than ten minutes, `InvalidRequest`
    for a file without sound, `Unavailable` without the extra.
    """
    if hint := deaf():
        raise Unavailable(f"pocketsphinx is not installed here: {hint}")
    result = await shared_pool().result("align", {"path": str(path), "text": text})
    return tuple(TranscriptWord(word, start, end) for word, start, end in result["words"])
