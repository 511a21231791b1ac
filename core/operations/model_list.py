"""What a provider's own list says of a model: its name, what goes in and out, its prices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from core.contract.tasks import Task
from core.contract.usage import Kind, Price, Unit

TASK_OF_OUTPUT = {
    "text": Task.CHAT,
    "speech": Task.SPEECH,
    "transcription": Task.TRANSCRIPTION,
    "image": Task.IMAGE,
    "embeddings": Task.EMBEDDING,
}
MODALITIES = {
    Task.CHAT: (["text"], ["text"]),
    Task.SPEECH: (["text"], ["speech"]),
    Task.TRANSCRIPTION: (["audio"], ["transcription"]),
    Task.IMAGE: (["text"], ["image"]),
    Task.EMBEDDING: (["text"], ["embeddings"]),
}
TOLD_TASKS = {
    "text-to-speech": Task.SPEECH,
    "automatic-speech-recognition": Task.TRANSCRIPTION,
    "llm": Task.CHAT,
    "vlm": Task.CHAT,
    "embeddings": Task.EMBEDDING,
}
"""What speaches says under `task` and LM Studio under `type`."""

NAMED_TASKS = (
    (("tts", "speech-synthesis", "kokoro", "piper"), Task.SPEECH),
    (("whisper", "transcribe", "stt", "asr"), Task.TRANSCRIPTION),
    (("embed",), Task.EMBEDDING),
    (("dall-e", "image", "flux", "diffusion"), Task.IMAGE),
)
"""Where a list says nothing but ids, the name is the only hint; anything else is taken for a chat model."""

FLAT = {
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
COUNTED_SOMEHOW = {Task.SPEECH, Task.TRANSCRIPTION}
FEATURES = {"tools": "tools", "reasoning": "reasoning", "response_format": "response_format"}


@dataclass(frozen=True, slots=True)
class ListedModel:
    """One model of a list; `values` are columns of the model's row, `prices` its sheet (empty: unpriced)."""

    id: str
    values: Mapping[str, Any]
    prices: tuple[Price, ...] = field(default=())


def has_details(row: Mapping[str, Any]) -> bool:
    """Whether a row says enough to be believed: what goes in and out, and what it costs."""
    return isinstance(row.get("architecture"), dict) and isinstance(row.get("pricing"), dict)


def model_from_details(row: Mapping[str, Any]) -> ListedModel | None:
    """A rich row as columns and prices; None where none of its outputs is a task we know."""
    shape = row["architecture"]
    outputs = words(shape.get("output_modalities"))
    tasks = [TASK_OF_OUTPUT[output] for output in outputs if output in TASK_OF_OUTPUT]
    if not tasks:
        return None
    author, _, name = str(row.get("name") or row["id"]).rpartition(": ")
    top = row.get("top_provider") if isinstance(row.get("top_provider"), dict) else {}
    values = {
        "name": name[:160],
        "author": (author or row["id"].partition("/")[0])[:120],
        "description": str(row.get("description") or ""),
        "tasks": [task.value for task in tasks],
        "input_modalities": words(shape.get("input_modalities")),
        "output_modalities": outputs,
        "features": features(row),
        "context_length": whole(row.get("context_length")),
        "max_output": whole(top.get("max_completion_tokens")),
    }
    # nobody says in which unit a prompt is counted that is spoken or heard: unpriced is better than wrong
    sure = COUNTED_SOMEHOW.isdisjoint(tasks)
    return ListedModel(row["id"], values, tuple(sheet(row["pricing"])) if sure else ())


def model_from_name(row: Mapping[str, Any], provider: str) -> ListedModel:
    """A bare row: the task by what the server tells, else by the name; no price."""
    name = row["id"].rpartition("/")[2]
    told = TOLD_TASKS.get(str(row.get("task") or row.get("type")))
    task = told or next(
        (task for hints, task in NAMED_TASKS if any(h in name.lower() for h in hints)), Task.CHAT
    )
    inputs, outputs = MODALITIES[task]
    values = {
        "name": name[:160],
        "author": provider[:120],
        "tasks": [task.value],
        "input_modalities": inputs,
        "output_modalities": outputs,
    }
    return ListedModel(row["id"], values)


def sheet(pricing: Mapping[str, Any]) -> Iterator[Price]:
    """Typed prices of flat ones; a negative amount says that the price varies, so there is none."""
    amounts = {key: amount for key in FLAT if (amount := money(pricing.get(key))) is not None}
    if any(amount < 0 for amount in amounts.values()):
        return
    kept = 1 - (money(pricing.get("discount")) or Decimal(0))
    essential = {key: amount for key, amount in amounts.items() if amount or key in ("prompt", "completion")}
    for key, amount in essential.items():
        yield Price(*FLAT[key], amount * kept)
    overrides = pricing.get("overrides")
    for override in overrides if isinstance(overrides, list) else ():
        yield from above(override, kept)


def above(override: Any, kept: Decimal) -> Iterator[Price]:
    """The prices of long prompts; conditions on the time of day are not ours to follow."""
    least = whole(override.get("min_prompt_tokens")) if isinstance(override, dict) else None
    if least is None or "utc_start" in override:
        return
    for key in FLAT:
        amount = money(override.get(key))
        if amount is not None and amount >= 0:
            yield Price(*FLAT[key], amount * kept, {"min_prompt_tokens": least})


def features(row: Mapping[str, Any]) -> list[str]:
    parameters = words(row.get("supported_parameters"))
    return ["streaming", *(FEATURES[name] for name in parameters if name in FEATURES)]


def words(value: Any) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31 else None


def money(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < 1_000_000 else None
