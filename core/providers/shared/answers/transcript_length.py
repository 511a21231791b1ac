"""How long a transcript may become: what the ledger reserves for, and what an adapter may ask for.

Seconds of audio are measured; where they could not be, at least 500 bytes make a second. The bound rounds up
and is never under ten seconds: some providers bill that much at least. Text: at most 48 tokens a second, fast
speech with its speakers named.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from core.contract.route import Target
from core.contract.transcription import AudioFile

BYTES_PER_SECOND = 500
LEAST_SECONDS = 10
TEXT_TOKENS_PER_SECOND = 48
PROMPTED = frozenset({"google", "vertex"})
"""Wires whose models are told in words to write down what they hear."""
INSTRUCTIONS, MARKS = 512, 16
"""Tokens of such words with a schema of the answer, and of what any other server adds to a prompt."""


def instruction_tokens(target: Target) -> int:
    """Tokens of text that are sent beside the caller's own, at most."""
    return INSTRUCTIONS if target.wire in PROMPTED else MARKS


def most_text(file: AudioFile) -> Decimal:
    """Tokens that the transcript has at most."""
    return longest(file) * TEXT_TOKENS_PER_SECOND + 256


def length(file: AudioFile) -> Decimal:
    """Seconds, measured or by the size of the file."""
    return Decimal(file.size) / BYTES_PER_SECOND if file.seconds is None else Decimal(str(file.seconds))


def charged(seconds: Decimal, target: Target) -> Decimal:
    """Seconds that are billed for so many: at least the endpoint's `least_seconds`, such as Groq's ten.

    https://console.groq.com/docs/speech-to-text
    """
    return max(seconds, Decimal(str(target.options.get("least_seconds", 0))))


def longest(file: AudioFile) -> Decimal:
    """The upper bound of the seconds that are billed."""
    return max(length(file).to_integral_value(rounding=ROUND_CEILING), Decimal(LEAST_SECONDS))
