"""What a prompt asks `local/canvas` to draw: the kind of picture, its words, its colours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.media.colours import HEX, MENTION, mentioned, to_hex
from core.providers.local.canvas.pictures import BY_NAME, CARD, MOODS, PICTURES, TREES, Picture

REPEATED = re.compile(
    r"^\s*(?:\[[^\]]*\]\s*)?(?P<name>[A-Za-z ]{3,30}), seed (?P<seed>\d{1,15})(?:: (?P<rest>.*))?$", re.S
)
"""How a picture of ours is described, so that its description, sent as a prompt, draws it again."""

QUOTED = re.compile(r"[“\"«„「『]([^”\"»“」』]+)[”\"»“」』]")
ADDRESS = re.compile(r"(?:https?://|www\.|mailto:)\S+", re.I)
ASKED = (
    r"^\s*(?:please\s+)?(?:(?:draw|make|create|generate|design|show|write|paint|give)\s+(?:me\s+)?)?(?:an?\s+|the\s+)?"
    r"(?:(?:nice|beautiful|simple|big|small)\s+)?"
)
JOINED = (
    r"(?:\s+(?:poster|picture|image))?"
    r"(?:\s+(?:that says|saying|with the (?:words?|text)|with|of|for|from|about|to|in))?\s*[:,]?\s*"
)
JOINERS = re.compile(r"[\s,;&+.]+|\band\b|\bwith\b|\bto\b", re.I)
LEADS = {
    "card": re.compile(rf"{ASKED}(?:[\w-]+\s+)?(?:card|quote){JOINED}", re.I),
    "palette": re.compile(rf"{ASKED}(?:colou?rs?\s+)?(?:palette|scheme|swatches){JOINED}", re.I),
    "waveform": re.compile(rf"{ASKED}(?:audio\s+|sound\s*)?(?:wave\s*form|wave){JOINED}", re.I),
    "qr": re.compile(rf"{ASKED}qr(?:[ -]?code)?{JOINED}", re.I),
}
"""What stands before the words of a picture in a prompt."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """`text` and `title` are what is set in type; `mood` is "" where chance decides; `seed` is that which the
    prompt names. `described` is the prompt without the words that repeat a picture."""

    picture: Picture
    described: str
    text: str = ""
    title: str = ""
    mood: str = ""
    colours: tuple[str, ...] = ()
    seed: int | None = None
    hints: Mapping[str, Any] = field(default_factory=dict)


def read_prompt(prompt: str) -> Drawing:
    """The drawing that a prompt means; every prompt means one."""
    repeated = REPEATED.match(prompt)
    known = BY_NAME.get(repeated["name"].strip().lower()) if repeated else None
    if repeated and known:
        return _drawing(known, (repeated["rest"] or "").strip(), int(repeated["seed"]))
    described = prompt.strip()
    return _drawing(picture_of(described), described, None)


def picture_of(prompt: str) -> Picture:
    """The picture whose words come first in the table, a card where there are none. Words in quotation marks
    are what is written, not what is drawn."""
    plain = QUOTED.sub(" ", prompt)
    return next((picture for picture in PICTURES if picture.words.search(plain)), CARD)


def _drawing(picture: Picture, prompt: str, seed: int | None) -> Drawing:
    text, title, hints = WORDS.get(picture.kind, scene_words)(prompt, picture)
    mood = next((name for name, pattern in MOODS.items() if pattern.search(prompt)), "")
    colours = tuple(to_hex(colour) for colour in mentioned(ADDRESS.sub(" ", prompt))[:8])
    if mood and not HEX.search(prompt):
        colours = ()
    if picture.kind == "palette" and colours:
        hints["given"] = len(colours)
    return Drawing(picture, prompt, text, title, mood, colours, seed, hints)


def subject(prompt: str, picture: Picture) -> str:
    """The words in quotation marks, else the prompt without what asks for this kind of picture."""
    quoted = QUOTED.findall(prompt)
    if quoted:
        return "\n".join(part.strip() for part in quoted)
    return LEADS[picture.kind].sub("", prompt, count=1).strip() if picture.kind in LEADS else prompt


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def card_words(prompt: str, picture: Picture) -> tuple[str, str, dict[str, Any]]:
    return capital(subject(prompt, picture) or prompt), "", {}


def palette_words(prompt: str, picture: Picture) -> tuple[str, str, dict[str, Any]]:
    """The subject, unless it is a list of colours, which are on the poster anyway."""
    left = " ".join(HEX.sub(" ", subject(prompt, picture)).split()).strip(" ,;&+.")
    named = JOINERS.sub(" ", MENTION.sub(" ", left)).strip()
    return (capital(left) if named else ""), "", {}


def qr_words(prompt: str, picture: Picture) -> tuple[str, str, dict[str, Any]]:
    """The address, else the subject, is what the code holds; words in quotation marks beside an address are
    the title."""
    address = ADDRESS.search(prompt)
    content = address[0].rstrip('.,;)”"»') if address else subject(prompt, picture) or prompt
    title = "\n".join(QUOTED.findall(prompt)) if address and QUOTED.search(ADDRESS.sub(" ", prompt)) else ""
    shown = re.sub(r"^https?://(?:www\.)?|/$", "", content)
    return (shown if len(shown) <= 80 else ""), title, {"content": content}


def scene_words(prompt: str, picture: Picture) -> tuple[str, str, dict[str, Any]]:
    title = "\n".join(part.strip() for part in QUOTED.findall(prompt))
    return "", title, {"trees": True} if TREES.search(prompt) else {}


WORDS = {"card": card_words, "palette": palette_words, "waveform": card_words, "qr": qr_words}
"""How the words on a picture are found, by its kind; of all others, those in quotation marks."""
