"""What is to be embedded: texts, texts as token ids, and objects with texts and images.

https://platform.openai.com/docs/api-reference/embeddings/create
https://openrouter.ai/docs/api-reference/embeddings/create-embeddings
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from core.bodies.files.data_urls import MessageFile, is_data_url, split_data_url
from core.bodies.validation import wrong_field
from core.contract.chat import Modality
from core.contract.errors import InvalidRequest, Unsupported

MOST_INPUTS = 2048
MOST_PARTS = 64
LARGEST_TOKEN = 2**32
FORMS = (
    "must be a text, a list of texts, a list of token ids, a list of such lists, or a list of objects "
    "with content."
)

P = TypeVar("P")
InputPart = str | tuple[int, ...] | MessageFile
"""As `EmbeddingPart`, the image not loaded yet."""
Inputs = tuple[tuple[InputPart, ...], ...]


def read_inputs(value: Any) -> Inputs:
    """The inputs with their parts. Raises `InvalidRequest` naming the place of what is none."""
    if isinstance(value, str):
        return ((text(value, "input"),),)
    if not isinstance(value, list) or not value:
        raise wrong_field("input", "must not be empty." if value == [] else FORMS)
    if len(value) > MOST_INPUTS and type(value[0]) is not int:
        raise too_many(len(value))
    if type(value[0]) is int:
        return ((tokens(value, "input"),),)
    read = READERS.get(type(value[0]))
    if read is None:
        raise wrong_field("input", FORMS)
    return tuple(each(value, read))


def each(values: list[Any], read: Callable[[Any, str], tuple[InputPart, ...]]) -> list[tuple[InputPart, ...]]:
    return [read(value, f"input[{at}]") for at, value in enumerate(values)]


def too_many(count: int) -> InvalidRequest:
    return InvalidRequest(
        f"input has {count:,} entries; at most {MOST_INPUTS:,} are taken.",
        param="input",
        metadata={"entries": count, "limit": MOST_INPUTS},
    )


def text(value: Any, param: str) -> str:
    if not isinstance(value, str):
        raise wrong_field(param, "must be a text, as the entries before it.")
    if not value:
        raise wrong_field(param, "must not be empty.")
    return value


def tokens(value: Any, param: str) -> tuple[int, ...]:
    """Token ids; those of one text are as many as it has tokens, which is checked against the model."""
    if not isinstance(value, list):
        raise wrong_field(param, "must be a list of token ids, as the entries before it.")
    if not value:
        raise wrong_field(param, "must not be empty.")
    if set(map(type, value)) != {int} or min(value) < 0 or max(value) >= LARGEST_TOKEN:
        raise wrong_field(param, "must have token ids only: whole numbers from 0.")
    return tuple(value)


def parts(value: Any, param: str) -> tuple[InputPart, ...]:
    """The parts of `{"content": [{"type": "text", …}, {"type": "image_url", …}]}`."""
    content = value.get("content") if isinstance(value, dict) else None
    if not isinstance(content, list) or not content:
        raise wrong_field(f"{param}.content", "must be a list of parts.")
    if len(content) > MOST_PARTS:
        raise wrong_field(f"{param}.content", f"must have at most {MOST_PARTS} entries.")
    return tuple(part(inner, f"{param}.content[{at}]") for at, inner in enumerate(content))


def part(value: Any, param: str) -> InputPart:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "text":
        return text(value.get("text"), f"{param}.text")
    if kind == "image_url":
        return image(value.get("image_url"), f"{param}.image_url")
    if kind in ("input_audio", "input_video", "video_url", "file"):
        raise Unsupported(
            "Texts and images can be embedded, no other files.",
            param=f"{param}.type",
            code="unsupported_media",
        )
    raise wrong_field(f"{param}.type", "must be text or image_url.")


def image(value: Any, param: str) -> MessageFile:
    """An image as `{"url": data URL}`, or as the data URL itself."""
    if isinstance(value, dict):
        value, param = value.get("url"), f"{param}.url"
    if not isinstance(value, str) or not value:
        raise wrong_field(param, "must be a data URL.")
    if not is_data_url(value):
        raise Unsupported("Addresses are not fetched: send the image itself, as a data URL.", param=param)
    claimed, data = split_data_url(value, Modality.IMAGE, param)
    return MessageFile(Modality.IMAGE, param, data, claimed)


READERS: dict[type, Callable[[Any, str], tuple[InputPart, ...]]] = {
    str: lambda value, param: (text(value, param),),
    list: lambda value, param: (tokens(value, param),),
    dict: parts,
}
"""By the type of the first entry, which is that of all."""
