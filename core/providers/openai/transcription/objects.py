"""The events of a streamed transcript in OpenAI's names, with characters whole that came in halves.

OpenAI, https://platform.openai.com/docs/api-reference/audio/transcript-text-delta-event; Mistral,
https://docs.mistral.ai/capabilities/audio_transcription; vLLM, whose events are chunks as those of a chat,
https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html#transcriptions-api.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from typing import Any

from core.providers.openai.stream import objects
from core.providers.shared.surrogates import SurrogateJoiner, clean

PREFIXES = ("transcript.text.", "transcription.text.", "transcription.")
"""OpenAI's event names and Mistral's for the same."""
TEXT = (0, "text")


async def transcript_objects(
    chunks: AsyncGenerator[bytes, None], hide: tuple[str, ...]
) -> AsyncGenerator[dict[str, Any] | None, None]:
    """Each event with its `type`, a delta with its text under `delta`; None for one that cannot be read."""
    joiner = SurrogateJoiner()
    async with aclosing(objects(chunks, hide)) as values:
        async for value in values:
            for found in (None,) if value is None else joined(openai_event(value), joiner):
                yield found
    for rest in joiner.end().values():
        yield delta_event(rest)


def kind_of(value: Mapping[str, Any]) -> str:
    """`delta`, `segment` or `done`; other events are ignored, whatever this returns for them."""
    name = str(value["type"])
    return next((name.removeprefix(prefix) for prefix in PREFIXES if name.startswith(prefix)), "")


def openai_event(value: dict[str, Any]) -> dict[str, Any]:
    """The event; a chunk of vLLM as the delta or the end that it is."""
    choices = value.get("choices")
    if not isinstance(choices, list):
        return value
    first = choices[0] if choices else None
    delta = first.get("delta") if isinstance(first, dict) else None
    if isinstance(delta, dict) and delta.get("content"):
        return delta_event(delta["content"])
    return {**value, "type": "transcript.text.done" if value.get("usage") else ""}


def joined(value: dict[str, Any], joiner: SurrogateJoiner) -> Iterator[dict[str, Any] | None]:
    """The event without halves of characters, and before the last one what is left of the text."""
    kind = kind_of(value)
    if kind == "done":
        for rest in joiner.end().values():
            yield delta_event(rest)
    if kind != "delta":
        yield clean(value)
        return
    text = value.get("delta", value.get("text"))  # OpenAI's name and Mistral's
    yield {**clean(value), "delta": joiner.add(TEXT, text)} if isinstance(text, str) else None


def delta_event(text: Any) -> dict[str, Any]:
    return {"type": "transcript.text.delta", "delta": text}
