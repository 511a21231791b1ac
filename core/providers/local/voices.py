"""The voices of espeak-ng with readable names and BCP-47 language tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.media import client

NAMES = {
    "art/xex": "Xextan (test)",
    "sit/cmn": "Chinese (Mandarin)",
    "sit/cmn-Latn-pinyin": "Chinese (Mandarin, Pinyin)",
    "sit/yue": "Chinese (Cantonese)",
    "sit/yue-Latn-jyutping": "Chinese (Cantonese, Jyutping)",
}

READING_NOTES = {
    "jpx/ja": "Reads kana; kanji are not read.",
    "sit/cmn": "Reads Han characters; Latin letters are read as English.",
    "sit/cmn-Latn-pinyin": "Reads Han characters; Latin letters are read as Pinyin.",
    "sit/yue": "Reads Han characters.",
    "sit/yue-Latn-jyutping": "Reads Han characters; Latin letters are read as Jyutping.",
}

QUALITY = "Formant voice, robotic."


@dataclass(frozen=True, slots=True)
class LocalVoice:
    """`id` is the engine's, such as `gmw/en-US`; `language` is a BCP-47 tag, in which Mandarin is `zh`."""

    id: str
    name: str
    language: str
    gender: str
    description: str


async def voices() -> list[LocalVoice]:
    """Every voice of espeak-ng, sorted by name. Raises `Unavailable` without the extra."""
    answer = await client.result("list_voices", {})
    return sorted((describe(row) for row in answer["voices"]), key=lambda voice: voice.name)


def describe(row: dict[str, Any]) -> LocalVoice:
    """`row` is a voice of the job `list_voices`: its `id`, `name`, `language` and `gender`."""
    identifier = row["id"]
    return LocalVoice(
        id=identifier,
        name=NAMES.get(identifier, row["name"]),
        language=language_tag(row["language"]),
        gender=row["gender"],
        description=f"{QUALITY} {READING_NOTES.get(identifier, '')}".strip(),
    )


def language_tag(tag: str) -> str:
    """`en-us` as `en-US`, `cmn` as `zh`: the spelling of BCP-47."""
    primary, *rest = tag.split("-")
    parts = ["zh" if primary == "cmn" else primary]
    private = False  # after a single letter, as the x of en-GB-x-rp
    for part in rest:
        private = private or len(part) == 1
        if not private and len(part) == 2:
            part = part.upper()
        elif not private and len(part) == 4 and part.isalpha():
            part = part.title()
        parts.append(part)
    return "-".join(parts)
