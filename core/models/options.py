"""The options of providers and endpoints, and the limits of models: what there is and what values fit.

Models, the admin's forms and the test of the seed use these tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.contract.audio import AudioFormat
from core.contract.tasks import Task
from core.contract.text.languages import NAMES
from core.models.json_values import LARGEST, check_json, is_number, is_texts

Test = Callable[[Any], bool]
PLACE = re.compile(r"[a-z0-9-]{1,40}")
VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?|preview|latest", re.ASCII)
PROJECT = re.compile(r"(?:[a-z0-9.-]{1,60}:)?[a-z0-9-]{1,60}")
LEVELS = ("minimal", "low", "medium", "high", "xhigh")
FIELD = re.compile(r"[A-Za-z0-9_.\-]{1,80}(\[\])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Option:
    """What values an option takes, and one of them for the admin who entered another."""

    fits: Test
    example: str


def number(least: float, most: float = LARGEST) -> Test:
    return lambda value: is_number(value) and least <= value <= most


def whole(least: int, most: int = LARGEST) -> Test:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def one_of(*words: str) -> Test:
    return lambda value: isinstance(value, str) and value in words


def list_of(*words: str) -> Test:
    known = one_of(*words)
    return lambda value: isinstance(value, list) and all(known(word) for word in value)


def is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def one_flag(value: Any) -> bool:
    return value is True


def is_word(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 40


def is_text(value: Any) -> bool:
    return isinstance(value, str)


def is_field(value: Any) -> bool:
    return isinstance(value, str) and FIELD.fullmatch(value) is not None


def is_version(value: Any) -> bool:
    """A version of Azure's API."""
    return isinstance(value, str) and VERSION.fullmatch(value) is not None


def is_place(value: Any) -> bool:
    """A region of Google's cloud."""
    return isinstance(value, str) and PLACE.fullmatch(value) is not None


def is_project(value: Any) -> bool:
    """A project of Google's cloud, with its domain where it has one."""
    return isinstance(value, str) and PROJECT.fullmatch(value) is not None


def is_range(value: Any) -> bool:
    """The least and the most of something."""
    if not isinstance(value, list) or len(value) != 2 or not all(map(whole(0), value)):
        return False
    return bool(value[0] <= value[1])


def is_levels(value: Any) -> bool:
    """Levels of thinking, from the least on."""
    return bool(value) and list_of(*LEVELS)(value) and value == sorted(value, key=LEVELS.index)


def words(value: Any) -> bool:
    """A list of short names without repetition."""
    return isinstance(value, list) and all(map(is_word, value)) and len(set(value)) == len(value)


def is_token_table(value: Any) -> bool:
    """Tokens of a picture by quality and size."""
    return isinstance(value, Mapping) and all(
        is_word(name) and isinstance(row, Mapping) and row and all(map(whole(1), row.values()))
        for name, row in value.items()
    )


def is_custom_size(value: Any) -> bool:
    """Rules for a width and a height: both are divisible by `multiple` and at most `edge` pixels; `ratio` has
    the least and the most of one divided by the other, `pixels` those of their product."""
    tests = {"multiple": whole(1), "edge": whole(1), "ratio": is_span, "pixels": is_range}
    return isinstance(value, Mapping) and all(name in tests and tests[name](value[name]) for name in value)


def is_span(value: Any) -> bool:
    """Two numbers, the smaller one first."""
    return isinstance(value, list) and len(value) == 2 and all(map(is_number, value)) and value[0] <= value[1]


def is_body(value: Any) -> bool:
    """Fields of a body; the routing preferences among them are an object."""
    return isinstance(value, Mapping) and isinstance(value.get("provider", {}), Mapping)


def is_object(value: Any) -> bool:
    return isinstance(value, Mapping)


FLAG = Option(is_flag, "true")
SECONDS = Option(number(0.1, 86_400), "60")
RATE = Option(number(0.001), "25")
TOKENS = Option(whole(1), "4096")
NAME = Option(is_field, '"keywords[]"')
FORMATS = tuple(form.value for form in AudioFormat)
AUDIO_FILES = (*FORMATS, "aiff", "m4a", "mp4", "ogg", "pcm16", "pcm24", "webm")
IMAGE_FILES = ("png", "jpeg", "webp", "gif")
TASKS = tuple(task.value for task in Task)
TRANSCRIPTS = ("json", "text", "srt", "vtt", "verbose_json", "diarized_json")
HINTS = ("num_speakers", "tag_audio_events", "enable_logging")

OPTIONS: dict[str, Option] = {
    "api_version": Option(is_version, '"2025-04-01-preview"'),
    "audio_out_tokens_per_second": RATE,
    "audio_tokens_per_second": RATE,
    "body": Option(is_body, '{"chunking_strategy": "auto"}'),
    "context_length": TOKENS,
    "credits_per_character": RATE,
    "cut_after": Option(whole(0), "3"),
    "default_quality": Option(is_word, '"standard"'),
    "default_size": Option(is_word, '"1024x1024"'),
    "delay": Option(number(0, 3600), "0.1"),
    "document_part": Option(one_of("document_url", "file"), '"document_url"'),
    "drain_seconds": Option(number(0, 30), "5"),
    "fail": Option(is_text, '"429"'),
    "first_delay": Option(number(0, 3600), "2"),
    "hints": Option(list_of(*HINTS), '["num_speakers"]'),
    "idle_timeout": SECONDS,
    "image_formats": Option(list_of(*IMAGE_FILES), '["png", "jpeg"]'),
    "image_in_tokens": TOKENS,
    "image_response_format": Option(one_of("", "b64_json", "url"), '"b64_json"'),
    "image_token_table": Option(is_token_table, '{"low": {"1024x1024": 272}}'),
    "image_tokens": TOKENS,
    "image_tool": Option(words, '["gpt-image-2"]'),
    "images_by_chat": FLAG,
    "keeps_nothing": FLAG,
    "keyterms_field": NAME,
    "language_codes": Option(is_texts, '{"nb": "no"}'),
    "language_field": NAME,
    "inline_bytes": TOKENS,
    "least_seconds": Option(number(0, 10), "10"),
    "limit_field": Option(one_of("max_tokens", "max_completion_tokens"), '"max_completion_tokens"'),
    "listed": FLAG,
    "location": Option(is_place, '"europe-west4"'),
    "max_output": TOKENS,
    "native_transcription": FLAG,
    "partial_image_tokens": TOKENS,
    "pcm_samples": Option(one_of("float32", "int16"), '"int16"'),
    "pitch": Option(whole(0, 99), "50"),
    "project": Option(is_project, '"my-project-1"'),
    "reasoning_field": Option(
        one_of("", "reasoning", "reasoning_content", "reasoning_details", "thinking"), '"reasoning_content"'
    ),
    "request_bytes": TOKENS,
    "response_formats": Option(list_of(*TRANSCRIPTS), '["json", "verbose_json"]'),
    "router": FLAG,
    "speech_events": Option(is_object, '{"stream_format": "sse"}'),
    "stream": FLAG,
    "stream_format": Option(one_of("sse", "audio"), '"sse"'),
    "stream_obfuscation": FLAG,
    "stream_only_sound": FLAG,
    "stream_speech": FLAG,
    "stream_usage": FLAG,
    "streamed_formats": Option(list_of(*FORMATS), '["pcm"]'),
    "tasks": Option(list_of(*TASKS), '["transcription"]'),
    "thinking_budget": Option(is_range, "[0, 24576]"),
    "thinking_levels": Option(is_levels, '["low", "high"]'),
    "thoughts_in_total": FLAG,
    "timeout": SECONDS,
    "urls": Option(list_of("image", "file", "audio", "video"), '["image", "file"]'),
    "vector_format": Option(one_of("float", "base64"), '"float"'),
    "video_tokens_per_second": RATE,
    "words": FLAG,
}
"""Every option that an adapter, the catalogue or the ledger reads."""

LIMITS: dict[str, Option] = {
    "aspect_ratios": Option(words, '["1:1", "16:9"]'),
    "audio_formats": Option(list_of(*AUDIO_FILES), '["wav", "mp3"]'),
    "backgrounds": Option(words, '["auto", "opaque", "transparent"]'),
    "characters": TOKENS,
    "custom_size": Option(is_custom_size, '{"multiple": 16, "ratio": [0.33, 3], "edge": 3840}'),
    "dimensions": TOKENS,
    "fidelity": Option(words, '["low", "high"]'),
    "file_mb": Option(number(0.001, 100_000), "25"),
    "formats": Option(list_of("png", "jpeg", "webp"), '["png", "webp"]'),
    "image_formats": Option(list_of(*IMAGE_FILES), '["png", "jpeg"]'),
    "image_mb": Option(number(0.001, 100_000), "20"),
    "images": Option(whole(0), "16"),
    "inputs": TOKENS,
    "instructions": TOKENS,
    "languages": Option(list_of(*NAMES), '["en"]'),
    "mask": FLAG,
    "mask_mb": Option(number(0.001, 100_000), "4"),
    "moderation": Option(words, '["auto", "low"]'),
    "n": Option(whole(1), "10"),
    "partial_images": Option(whole(0, 10), "3"),
    "qualities": Option(words, '["low", "high"]'),
    "request_mb": Option(number(0.001, 100_000), "20"),
    "resolutions": Option(words, '["1K", "2K"]'),
    "seconds": Option(number(0.1), "1500"),
    "seed": FLAG,
    "sizes": Option(words, '["1024x1024"]'),
    "speakers": Option(whole(1), "32"),
    "styles": Option(words, '["vivid", "natural"]'),
    "user": FLAG,
    "variations": FLAG,
}
"""The limits of a model."""

CONDITIONS: dict[str, Option] = {
    "detect_speaker_roles": Option(one_flag, "true"),
    "entity_detection": Option(one_flag, "true"),
    "entity_redaction": Option(one_flag, "true"),
    "keyterms": Option(one_flag, "true"),
    "min_prompt_tokens": Option(whole(1), "200000"),
    "quality": Option(is_word, '"hd"'),
    "service_tier": Option(is_word, '"flex"'),
    "size": Option(is_word, '"1024x1024"'),
    "surcharge": Option(one_flag, "true"),
    "web_search": Option(one_flag, "true"),
}
"""What prices may depend on; a `surcharge` is added to the price that counts without it."""


def check_condition(value: object) -> None:
    """Raise ValidationError for a condition that would never be met, or not be understood."""
    check_table(value, CONDITIONS)


def check_options(value: object) -> None:
    """Raise ValidationError unless `value` has only options of `OPTIONS` with values that fit."""
    check_table(value, OPTIONS)


def check_limits(value: object) -> None:
    """Raise ValidationError unless `value` has only limits of `LIMITS` with values that fit."""
    check_table(value, LIMITS)


def check_table(value: object, table: Mapping[str, Option]) -> None:
    check_json(value)
    if not isinstance(value, Mapping):
        raise ValidationError(_("An object is needed, such as %(example)s."), params={"example": "{}"})
    for name, given in value.items():
        known = table.get(name)
        if known is None:
            params = {"name": name[:40], "names": ", ".join(table)}
            raise ValidationError(_("There is no %(name)s here, only %(names)s."), params=params)
        if not known.fits(given):
            wrong = _("The value of %(name)s does not fit; one that does is %(example)s.")
            raise ValidationError(wrong, params={"name": name, "example": known.example})


def usable(options: object) -> dict[str, Any]:
    """Those of `options` that fit the table: what an older version let in breaks no call."""
    if not isinstance(options, Mapping):
        return {}
    return {name: value for name, value in options.items() if name in OPTIONS and OPTIONS[name].fits(value)}
