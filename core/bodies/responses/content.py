"""The parts of an item as those of a chat message, every file taken out of them.

https://platform.openai.com/docs/api-reference/responses/create#responses_create-input
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.bodies.chat.messages import MOST_PARTS, Part, missing, refusal, sound, sourced, wrong
from core.bodies.files.data_urls import Found, Take
from core.contract.chat import Modality
from core.contract.errors import Unsupported


def said(value: Mapping[str, Any], name: str, place: str, take: Take) -> str | list[Part]:
    """The text or the parts under `name`. Raises `InvalidRequest` naming the place."""
    content, place = value.get(name), f"{place}.{name}"
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise missing(place, value, name, "must be a string or a list of parts.")
    if not 0 < len(content) <= MOST_PARTS:
        raise wrong(place, f"must have 1 to {MOST_PARTS:,} parts.")
    return [part(value, f"{place}[{at}]", take) for at, value in enumerate(content)]


def part(value: Any, place: str, take: Take) -> Part:
    if not isinstance(value, dict):
        raise wrong(place, "must be an object.")
    kind = value.get("type")
    read = PARTS.get(kind) if isinstance(kind, str) else None
    if read is None:
        raise missing(f"{place}.type", value, "type", f"must be one of {', '.join(PARTS)}.")
    return read(value, place, take)


def text(value: Part, place: str, take: Take) -> Part:
    if not isinstance(value.get("text"), str):
        raise missing(f"{place}.text", value, "text", "must be a string.")
    rest = {name: each for name, each in value.items() if name not in ("annotations", "logprobs")}
    return {**rest, "type": "text"}


def image(value: Part, place: str, take: Take) -> Part:
    found = embedded(value, place, "image_url", Modality.IMAGE, take)
    inner = {"url": found.pop("image_url")}
    if (detail := found.pop("detail", None)) is not None:
        inner["detail"] = detail
    return {**found, "type": "image_url", "image_url": inner}


def video(value: Part, place: str, take: Take) -> Part:
    found = embedded(value, place, "video_url", Modality.VIDEO, take)
    return {**found, "type": "video_url", "video_url": {"url": found["video_url"]}}


def file(value: Part, place: str, take: Take) -> Part:
    """A PDF as base64, as a data URL or, under a name of its own, by its address."""
    key = "file_url" if value.get("file_url") is not None and value.get("file_data") is None else "file_data"
    found = embedded(value, place, key, Modality.FILE, take)
    inner = {"file_data": found.pop(key)}
    if (name := value.get("filename")) is not None:
        inner["filename"] = name
    rest = {each: found[each] for each in found if each not in ("filename", "file_url", "file_data")}
    return {**rest, "type": "file", "file": inner}


def embedded(value: Part, place: str, key: str, modality: Modality, take: Take) -> Part:
    """`value` with its file taken out. Raises `Unsupported` for one that was to be kept somewhere."""
    if value.get("file_id") is not None and value.get(key) is None:
        raise Unsupported(
            f"{place}.file_id: files are not kept here; send the file itself as {key}.",
            param=f"{place}.file_id",
        )
    name = value.get("filename")
    if not isinstance(name, str | None):
        raise wrong(f"{place}.filename", "must be a string.")
    rest = {each: value[each] for each in value if each != "file_id"}
    return sourced(rest, place, key, Found(modality, place, name=name or ""), take)


PARTS: dict[str, Callable[[Part, str, Take], Part]] = {
    "input_text": text,
    "input_image": image,
    "input_file": file,
    "input_audio": sound,
    "input_video": video,
    "output_text": text,
    "refusal": refusal,
    "text": text,
}
