"""The cases of one client's script: each prints its outcome as a line of JSON. Standard library only."""

from __future__ import annotations

import base64
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

ADDRESS = os.environ["OPENAI_BASE_URL"]
KEY = os.environ["OPENAI_API_KEY"]
FACTS = json.loads(os.environ["POLYPHONY_FACTS"])
TEXT, TRANSCRIPT = FACTS["text"], FACTS["transcript"]
PLACE = json.loads(FACTS["arguments"])
IMAGE, SOUND = Path(FACTS["image"]), Path(FACTS["sound"])
QUESTION = "Tell me of the fox."
INSPECTED = {"image": "PNG", "audio": "WAV"}
"""What the inspector says of the image and the sound."""
SECONDS = 60
"""How long a case may take."""

Case = Callable[[], None]
_cases: dict[str, Case] = {}


class Skipped(Exception):
    """Why a case cannot be tried here."""


def case(function: Case) -> Case:
    """A case named as its function; an underscore behind the name tells it from a module's."""
    _cases[function.__name__.rstrip("_")] = function
    return function


def run() -> None:
    """Every case, in order. Arguments choose some."""
    signal.signal(signal.SIGALRM, too_long)
    for name, function in _cases.items():
        if not sys.argv[1:] or name in sys.argv[1:]:
            state, reason = outcome(function)
            print(json.dumps({"case": name, "state": state, "reason": reason}), flush=True)
    sys.stdout.flush()
    os._exit(0)  # clients may leave threads behind that wait for a server


def outcome(function: Case) -> tuple[str, str]:
    signal.alarm(SECONDS)
    try:
        function()
    except Skipped as skipped:
        return "skipped", str(skipped)
    except Exception as error:
        traceback.print_exc()
        return "failed", f"{type(error).__name__}: {error}"[:400]
    finally:
        signal.alarm(0)
    return "ok", ""


def too_long(*details: object) -> None:
    raise RuntimeError(f"no end after {SECONDS} s")


def equal(found: Any, wanted: Any) -> None:
    if found != wanted:
        raise AssertionError(f"{found!r} is not {wanted!r}")


def contains(text: str, part: str) -> None:
    if part.casefold() not in text.casefold():
        raise AssertionError(f"{part!r} is not in {text[:300]!r}")


def raises(kind: type[BaseException] | tuple[type[BaseException], ...], function: Callable[[], Any]) -> Any:
    """The error of this kind. Any other is raised on."""
    try:
        found = function()
    except kind as error:
        return error
    raise AssertionError(f"{found!r} instead of {kind}")


def quickly(function: Callable[[], Any], seconds: float = 5.0) -> Any:
    """What it gives, soon."""
    began = time.monotonic()
    found = function()
    took = time.monotonic() - began
    if took > seconds:
        raise AssertionError(f"it took {took:.1f} s")
    return found


def data_url(path: Path, media_type: str) -> str:
    return f"data:{media_type};base64,{encoded(path)}"


def encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
