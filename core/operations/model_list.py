"""Reads a provider's list of models (OpenAI's `GET /models`, {"data": [row, …]}) into catalogue columns.

Servers extend OpenAI's rows: OpenRouter with modalities, prices and parameters, speaches with `task`, LM
Studio with `type`, vLLM with `owned_by`, Azure with the `model` of a deployment. A row with modalities and
prices is believed; of any other only the name is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Required, TypedDict

from core.contract.tasks import FACTS, Task
from core.contract.usage import Kind, Price, Unit

TASK_OF_OUTPUT = {
    "text": Task.CHAT,
    "speech": Task.SPEECH,
    "transcription": Task.TRANSCRIPTION,
    "image": Task.IMAGE,
    "embeddings": Task.EMBEDDING,
}
DECLARED_TASKS = {
    "text-to-speech": Task.SPEECH,
    "automatic-speech-recognition": Task.TRANSCRIPTION,
    "llm": Task.CHAT,
    "vlm": Task.CHAT,
    "embeddings": Task.EMBEDDING,
}
"""Values of `task` (speaches) and `type` (LM Studio)."""

NAME_HINTS = (
    (("tts", "speech-synthesis", "kokoro", "piper"), Task.SPEECH),
    (("whisper", "transcribe", "stt", "asr"), Task.TRANSCRIPTION),
    (("embed",), Task.EMBEDDING),
    (("dall-e", "image", "flux", "diffusion"), Task.IMAGE),
)
"""Parts of names that suggest a task, for lists of bare ids; models without any are taken for `LIKELIEST`."""

LIKELIEST = Task.CHAT

PRICE_FIELDS = {
    "prompt": (Kind.TEXT_IN, Unit.TOKEN),
    "completion": (Kind.TEXT_OUT, Unit.TOKEN),
    "request": (Kind.REQUEST, Unit.REQUEST),
    "image": (Kind.IMAGE_IN, Unit.IMAGE),
    "image_token": (Kind.IMAGE_IN, Unit.TOKEN),
    "image_output": (Kind.IMAGE_OUT, Unit.IMAGE),
    "audio": (Kind.AUDIO_IN, Unit.TOKEN),
    "audio_output": (Kind.AUDIO_OUT, Unit.TOKEN),
    "input_audio_cache": (Kind.CACHED_AUDIO_IN, Unit.TOKEN),
    "input_cache_read": (Kind.CACHED_IN, Unit.TOKEN),
    "internal_reasoning": (Kind.REASONING_OUT, Unit.TOKEN),
}
UNCLEAR_UNITS = {Task.SPEECH, Task.TRANSCRIPTION}
"""Tasks whose `prompt` price has no documented unit: characters, tokens or seconds."""

FEATURES = {"tools": "tools", "reasoning": "reasoning", "response_format": "response_format"}


class ModelRow(TypedDict, total=False):
    """A row of the list; only `id` is certain, the types of all other values must be checked.

    `architecture` has `input_modalities` and `output_modalities` (lists), `pricing` USD per unit as decimal
    strings by the names of `PRICE_FIELDS`, and `discount` and `overrides`; `top_provider` has
    `max_completion_tokens`. OpenRouter's `expiration_date` and OpenAI's `shutdown_date` are the last day,
    `replacement` is the id of the model to ask then.
    """

    id: Required[str]
    owned_by: Any
    task: Any
    type: Any
    model: Any
    name: Any
    description: Any
    architecture: Any
    pricing: Any
    supported_parameters: Any
    context_length: Any
    top_provider: Any
    supported_voices: Any
    expiration_date: Any
    shutdown_date: Any
    replacement: Any


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model of a list: its upstream id, columns of its `AIModel` row, its price sheet (empty: unpriced),
    ids of its voices."""

    id: str
    values: Mapping[str, Any]
    prices: tuple[Price, ...] = field(default=())
    voices: tuple[str, ...] = ()


def has_details(row: ModelRow) -> bool:
    """Whether a row has modalities and prices."""
    return isinstance(row.get("architecture"), dict) and isinstance(row.get("pricing"), dict)


def model_from_details(row: ModelRow) -> ListedModel | None:
    """A row with details as columns and prices; None where none of its outputs belongs to a known task."""
    shape = row["architecture"]
    outputs = strings(shape.get("output_modalities"))
    tasks = tasks_of(row)
    if not tasks:
        return None
    author, _, name = str(row.get("name") or row["id"]).rpartition(": ")
    top = row.get("top_provider") if isinstance(row.get("top_provider"), dict) else {}
    values: dict[str, Any] = {
        "name": name[:160],
        "author": (author or row["id"].partition("/")[0])[:120],
        "description": str(row.get("description") or ""),
        "tasks": [task.value for task in tasks],
        "input_modalities": strings(shape.get("input_modalities")),
        "output_modalities": outputs,
        "features": features(row),
        "context_length": positive_int(row.get("context_length")),
        "max_output": positive_int(top.get("max_completion_tokens")),
    }
    if ends := last_day(row):
        values["shutdown_at"] = ends
    prices = tuple(price for price in listed_prices(row) if is_essential(price))
    return ListedModel(row["id"], values, prices, tuple(strings(row.get("supported_voices"))))


def tasks_of(row: ModelRow) -> list[Task]:
    """The tasks of a row with modalities, by its outputs."""
    outputs = strings(row["architecture"].get("output_modalities"))
    return [TASK_OF_OUTPUT[output] for output in outputs if output in TASK_OF_OUTPUT]


def listed_prices(row: ModelRow) -> tuple[Price, ...]:
    """The prices of a row, those of 0 too; none where their units are unclear: unpriced is better than
    priced wrong."""
    if not has_details(row) or not UNCLEAR_UNITS.isdisjoint(tasks_of(row)):
        return ()
    return tuple(price_sheet(row["pricing"]))


def is_essential(price: Price) -> bool:
    """Whether a line belongs in a new price sheet: what costs nothing is left out beside text."""
    text = (PRICE_FIELDS["prompt"], PRICE_FIELDS["completion"])
    return bool(price.usd_per_unit or price.condition) or (price.kind, price.unit) in text


def last_day(row: ModelRow) -> date | None:
    """The day on which a model is shut down, where the list tells it."""
    return day(row.get("expiration_date")) or day(row.get("shutdown_date"))


def model_from_name(row: ModelRow, provider: str) -> ListedModel:
    """A row without prices: its modalities (Google's), else the task that the server declares, else by the
    name; no price."""
    if isinstance(row.get("architecture"), dict) and (described := model_from_details(row)):
        return replace(described, values={**described.values, "author": provider[:120]})
    name = row["id"].rpartition("/")[2]
    declared = DECLARED_TASKS.get(str(row.get("task") or row.get("type")))
    task = declared or task_from_name(str(row.get("model") or name))
    values: dict[str, Any] = {
        "name": name[:160],
        "author": provider[:120],
        "tasks": [task.value],
        "input_modalities": list(FACTS[task].inputs),
        "output_modalities": list(FACTS[task].outputs),
    }
    if ends := last_day(row):
        values["shutdown_at"] = ends
    return ListedModel(row["id"], values)


def task_from_name(name: str) -> Task:
    hits = (task for hints, task in NAME_HINTS if any(hint in name.lower() for hint in hints))
    return next(hits, LIKELIEST)


def price_sheet(pricing: Mapping[str, Any]) -> Iterator[Price]:
    """OpenRouter's `pricing` object as prices; none where an amount is negative, which means varying."""
    amounts = {
        key: amount for key in PRICE_FIELDS if (amount := decimal_amount(pricing.get(key))) is not None
    }
    if any(amount < 0 for amount in amounts.values()):
        return
    factor = 1 - (decimal_amount(pricing.get("discount")) or Decimal(0))
    for key, amount in amounts.items():
        yield Price(*PRICE_FIELDS[key], amount * factor)
    overrides = pricing.get("overrides")
    for override in overrides if isinstance(overrides, list) else ():
        yield from long_prompt_prices(override, factor)


def long_prompt_prices(override: Any, factor: Decimal) -> Iterator[Price]:
    """The prices of long prompts; overrides for times of the day are left out."""
    least = positive_int(override.get("min_prompt_tokens")) if isinstance(override, dict) else None
    if least is None or "utc_start" in override:
        return
    for key in PRICE_FIELDS:
        amount = decimal_amount(override.get(key))
        if amount is not None and amount >= 0:
            yield Price(*PRICE_FIELDS[key], amount * factor, {"min_prompt_tokens": least})


def features(row: ModelRow) -> list[str]:
    parameters = strings(row.get("supported_parameters"))
    return ["streaming", *(FEATURES[name] for name in parameters if name in FEATURES)]


def strings(value: Any) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def day(value: Any) -> date | None:
    """The day of an ISO date or time; None for what is none."""
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def positive_int(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31 else None


def decimal_amount(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < 1_000_000 else None
