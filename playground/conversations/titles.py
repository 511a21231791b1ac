"""Titles of conversations: the beginning of the first message, and the numbered titles of copies."""

from __future__ import annotations

import re
from collections.abc import Sequence

from playground.models import Conversation, Upload
from playground.models.run import TITLE_LENGTH

LINE_MARKS = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+)+", re.MULTILINE)
PAIRED_MARKS = re.compile(r"(\*\*|~~|`+)(?=\S)([^\n]+?)(?<=\S)\1|!?\[([^\]\n]+)\]\([^)\s]*\)")
NUMBERED = re.compile(r" \(([2-9]|[1-9][0-9])\)$")
"""What the title of a copy ends with: neither a year nor, as a rule, part of a formula."""
LONGEST_NUMBER = len(" (100)")


def title_of(text: str, uploads: Sequence[Upload]) -> str:
    """The beginning of the text, else the name of the first file."""
    return shorten(without_marks(text[: 4 * TITLE_LENGTH]) or next((row.name for row in uploads), ""))


def shorten(title: str, longest: int = TITLE_LENGTH) -> str:
    """A title of more than `longest` characters is cut and ends in an ellipsis."""
    return title if len(title) <= longest else f"{title[: longest - 1].rstrip()}…"


def without_marks(text: str) -> str:
    """One line of `text` without the marks of Markdown; marks that enclose nothing stay."""
    plain = PAIRED_MARKS.sub(lambda found: found[found.lastindex or 0], LINE_MARKS.sub("", text))
    return " ".join(plain.split())


def numbered_title(conversation: Conversation) -> str:
    """The title of the next copy: that of `conversation` with the next free number of its user's titles."""
    stem = shorten(NUMBERED.sub("", conversation.title), TITLE_LENGTH - LONGEST_NUMBER)
    mine = Conversation.objects.filter(user=conversation.user, title__startswith=stem)
    # SQLite compares without regard to case
    others = [other for other in mine.values_list("title", flat=True) if other.startswith(stem)]
    found = [NUMBERED.fullmatch(other, len(stem)) for other in others]
    return f"{stem} ({max((int(number[1]) for number in found if number), default=1) + 1})"
