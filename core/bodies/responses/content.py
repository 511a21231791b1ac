"""The content parts of an input item as those of a chat message, with `Media` for every file.

https://platform.openai.com/docs/api-reference/responses/create#responses_create-input
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.bodies.chat.messages import MessagePart, PartParser, audio_part, load_source, parse_parts, refusal
from core.bodies.files.data_urls import FileLoader, MessageFile
from core.bodies.validation import missing_field, wrong_field
from core.contract.chat import Modality
from core.contract.errors import Unsupported


def parse_content(
    value: Mapping[str, Any], name: str, place: str, load: FileLoader
) -> str | list[MessagePart]:
    """The text or the parts in the field `name`. Raises `InvalidRequest` naming the place."""
    content, place = value.get(name), f"{place}.{name}"
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise missing_field(place, value, name, "must be a string or a list of parts.")
    return parse_parts(content, place, load, PART_PARSERS)


def text(value: MessagePart, place: str, load: FileLoader) -> MessagePart:
    if not isinstance(value.get("text"), str):
        raise missing_field(f"{place}.text", value, "text", "must be a string.")
    rest = {name: each for name, each in value.items() if name not in ("annotations", "logprobs")}
    return {**rest, "type": "text"}


def image(value: MessagePart, place: str, load: FileLoader) -> MessagePart:
    found = load_part(value, place, "image_url", Modality.IMAGE, load)
    inner = {"url": found.pop("image_url")}
    if (detail := found.pop("detail", None)) is not None:
        inner["detail"] = detail
    return {**found, "type": "image_url", "image_url": inner}


def video(value: MessagePart, place: str, load: FileLoader) -> MessagePart:
    found = load_part(value, place, "video_url", Modality.VIDEO, load)
    return {**found, "type": "video_url", "video_url": {"url": found["video_url"]}}


def file(value: MessagePart, place: str, load: FileLoader) -> MessagePart:
    """A PDF as base64 or data URL in `file_data`, or by its https URL in `file_url`."""
    key = "file_url" if value.get("file_url") is not None and value.get("file_data") is None else "file_data"
    found = load_part(value, place, key, Modality.FILE, load)
    inner = {"file_data": found.pop(key)}
    if (name := value.get("filename")) is not None:
        inner["filename"] = name
    rest = {each: found[each] for each in found if each not in ("filename", "file_url", "file_data")}
    return {**rest, "type": "file", "file": inner}


def load_part(value: MessagePart, place: str, key: str, modality: Modality, load: FileLoader) -> MessagePart:
    """`value` with its file loaded. Raises `Unsupported` for the id of a file stored at a provider."""
    if value.get("file_id") is not None and value.get(key) is None:
        raise Unsupported(
            f"{place}.file_id: files are not kept here; send the file itself as {key}.",
            param=f"{place}.file_id",
        )
    name = value.get("filename")
    if not isinstance(name, str | None):
        raise wrong_field(f"{place}.filename", "must be a string.")
    rest = {each: value[each] for each in value if each != "file_id"}
    return load_source(rest, place, key, MessageFile(modality, place, name=name or ""), load)


PART_PARSERS: dict[str, PartParser] = {
    "input_text": text,
    "input_image": image,
    "input_file": file,
    "input_audio": audio_part,
    "input_video": video,
    "output_text": text,
    "refusal": refusal,
    "text": text,
}
