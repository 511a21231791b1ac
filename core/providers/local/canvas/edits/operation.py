"""One operation of an edit: how it is asked for, and how a step of it is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.media.colours import MENTION, by_name, to_hex

Arguments = dict[str, Any]

COLOUR = rf"(?:{MENTION.pattern})"
NUMBER = r"\d{1,4}(?:\.\d{1,3})?"
QUOTED = r"[“\"«'‘](?P<text>[^”\"»]{1,300}?)[”\"»'’](?=\W|$)"
SLIGHTLY = r"slightly|a (?:little|bit|touch)|gently|softly|less"
STRONGLY = r"strongly|heavily|a lot|very|much|more"


@dataclass(frozen=True, slots=True)
class Operation:
    """`pattern` matches the words at the start of what is left of a prompt; `read` makes the arguments of its
    groups, `told` the words for them, which the pattern matches again. `moves` says that pixels change their
    place, so that no mask could be obeyed; `needs` is `mask` or `images`."""

    name: str
    example: str
    pattern: re.Pattern[str]
    read: Callable[[Mapping[str, str]], Arguments]
    told: Callable[[Arguments], str]
    moves: Callable[[Arguments], bool] = lambda _: False
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    operation: Operation
    arguments: Arguments

    @property
    def job(self) -> dict[str, Any]:
        """As the worker takes it."""
        return {"name": self.operation.name, **self.arguments}

    @property
    def told(self) -> str:
        return self.operation.told(self.arguments)

    @property
    def moves(self) -> bool:
        return self.operation.moves(self.arguments)


def pattern(text: str) -> re.Pattern[str]:
    """Spaces of the text stand for any white space, one before a question mark for none, too."""
    return re.compile(text.replace(" ?", r"\s*").replace(" ", r"\s+"), re.IGNORECASE)


def nothing(_: Mapping[str, str]) -> Arguments:
    return {}


def simple(name: str, words: str, example: str = "") -> Operation:
    """An operation without arguments."""
    told = example or name
    return Operation(name, told, pattern(rf"(?:{words})\b"), nothing, lambda _: told)


def strength(name: str, words: str, levels: tuple[float, float, float], unit: str = "px") -> Operation:
    """An operation with a strength: little, usual or much of it, or a number."""
    little, usual, much = levels
    asked = pattern(
        rf"(?:(?P<before>{SLIGHTLY}|{STRONGLY}) )?(?:{words})(?: it)?"
        rf"(?: (?:by |with |of )?(?:(?P<number>{NUMBER}) ?(?:px|pixels?|%|percent)?"
        rf"|(?P<after>{SLIGHTLY}|{STRONGLY})))?(?!\w)"
    )

    def read(groups: Mapping[str, str]) -> Arguments:
        if groups.get("number"):
            return {"amount": min(float(groups["number"]), 100.0)}
        words_of = groups.get("before") or groups.get("after") or ""
        if re.fullmatch(SLIGHTLY, words_of, re.I):
            return {"amount": little}
        return {"amount": much if words_of else usual}

    return Operation(name, f"{name} {usual:g}", asked, read, lambda given: f"{name} {given['amount']:g}")


def colour_code(text: str) -> str:
    colour = by_name(text)
    return to_hex(colour) if colour else text
