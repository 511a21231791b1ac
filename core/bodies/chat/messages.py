"""The messages of a chat: variants that clients use are normalized, files are replaced by `Media`.

https://platform.openai.com/docs/api-reference/chat/create
https://openrouter.ai/docs/features/multimodal/overview
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.bodies.chat import reasoning
from core.bodies.files.data_urls import (
    FileLoader,
    MessageFile,
    check_https_url,
    is_data_url,
    split_data_url,
    url_not_fetched,
)
from core.bodies.validation import missing_field, wrong_field
from core.contract.chat import Media, Modality
from core.contract.errors import InvalidRequest, Unsupported

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
MOST_MESSAGES = 10_000
MOST_PARTS = 1000
CONTENT_SUBSTITUTES = frozenset(
    {"audio", "function_call", "images", "reasoning", "reasoning_details", "refusal", "tool_calls"}
)
"""Fields of an assistant's message any of which allows it to have no content."""

MessagePart = dict[str, Any]
"""A content part: `type`, and under that name its content, as in `{"type": "text", "text": …}`."""

PartParser = Callable[[MessagePart, str, FileLoader], MessagePart]
"""Normalizes a part of one type; takes the part, its place in the body, and the loader of its file."""


def normalize_messages(messages: Sequence[Any], load: FileLoader) -> tuple[dict[str, Any], ...]:
    """`messages` in the shape of `ChatRequest.messages`; `load` is called for every file, in order.

    Unknown keys are kept. Raises `InvalidRequest`, `param` naming the place, as in
    `messages[2].content[0].input_audio.format`.
    """
    if not messages:
        raise InvalidRequest("messages must not be empty.", param="messages")
    if len(messages) > MOST_MESSAGES:
        raise InvalidRequest(f"messages must have at most {MOST_MESSAGES:,} entries.", param="messages")
    return tuple(message(value, f"messages[{at}]", load) for at, value in enumerate(messages))


def message(value: Any, place: str, load: FileLoader) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise wrong_field(place, "must be an object.")
    role = value.get("role")
    if role not in ROLES:
        raise missing_field(f"{place}.role", value, "role", f"must be one of {', '.join(ROLES)}.")
    if role == "assistant":
        return answer(value, place, load)
    content = value.get("content")
    if isinstance(content, str):
        return value
    return {**value, "content": parts(value, content, f"{place}.content", load)}


def answer(value: dict[str, Any], place: str, load: FileLoader) -> dict[str, Any]:
    """An earlier answer, as a client may send it back: of its audio only the id is kept, its images are
    loaded, its reasoning has one spelling."""
    found = dict(value)
    audio, images, content = value.get("audio"), value.get("images"), value.get("content")
    if audio is not None:
        if not isinstance(audio, dict) or not isinstance(audio.get("id"), str):
            raise wrong_field(f"{place}.audio", "must be an object with the id of an answer's audio.")
        found["audio"] = {"id": audio["id"]}
    if images is not None:
        found["images"] = parts(value, images, f"{place}.images", load)
    thoughts: list[MessagePart] = []
    if isinstance(content, list) and content:
        parsed = parse_parts(content, f"{place}.content", load, ANSWER_PARSERS, ALIASES)
        thoughts = [part for part in parsed if part["type"] in reasoning.PARSERS]
        found["content"] = [part for part in parsed if part["type"] not in reasoning.PARSERS]
    if thoughts or not reasoning.FIELDS.isdisjoint(value):
        found = {name: inner for name, inner in found.items() if name not in reasoning.FIELDS}
        found |= reasoning.reasoning_fields(value, thoughts, place)
    return with_content(found, value, place, load)


def with_content(
    found: dict[str, Any], value: dict[str, Any], place: str, load: FileLoader
) -> dict[str, Any]:
    """`found` if its content is text, parts, or nothing beside something else; an empty list is null."""
    content = found.get("content")
    if content is None or content == []:
        if CONTENT_SUBSTITUTES.isdisjoint(found):
            parts(value, value.get("content"), f"{place}.content", load)  # raises
        return {**found, "content": None} if content == [] else found
    if not isinstance(content, str | list):
        raise wrong_field(f"{place}.content", "must be a string or a list of parts.")
    return found


def parts(message: Mapping[str, Any], content: Any, place: str, load: FileLoader) -> list[MessagePart]:
    if not isinstance(content, list):
        raise missing_field(place, message, "content", "must be a string or a list of parts.")
    return parse_parts(content, place, load, PART_PARSERS, ALIASES)


def parse_parts(
    content: Sequence[Any],
    place: str,
    load: FileLoader,
    parsers: Mapping[str, PartParser],
    aliases: Sequence[str] = (),
) -> list[MessagePart]:
    """Each part by the parser of its `type`; refusals name all types but `aliases`."""
    if not 0 < len(content) <= MOST_PARTS:
        raise wrong_field(place, f"must have 1 to {MOST_PARTS:,} parts.")
    names = [name for name in parsers if name not in aliases]
    return [parse_part(value, f"{place}[{at}]", load, parsers, names) for at, value in enumerate(content)]


def parse_part(
    value: Any, place: str, load: FileLoader, parsers: Mapping[str, PartParser], names: Sequence[str]
) -> MessagePart:
    if not isinstance(value, dict):
        raise wrong_field(place, "must be an object.")
    kind = value.get("type")
    parse = parsers.get(kind) if isinstance(kind, str) else None
    if parse is None:
        raise missing_field(f"{place}.type", value, "type", f"must be one of {', '.join(names)}.")
    return parse(value, place, load)


def text(value: MessagePart, place: str, load: FileLoader) -> MessagePart:
    if not isinstance(value.get("text"), str):
        raise missing_field(f"{place}.text", value, "text", "must be a string.")
    return value


def refusal(value: MessagePart, place: str, load: FileLoader) -> MessagePart:
    if not isinstance(value.get("refusal"), str):
        raise missing_field(f"{place}.refusal", value, "refusal", "must be a string.")
    return value


def image(value: MessagePart, place: str, load: FileLoader) -> MessagePart:
    return url_part(value, place, load, "image_url", Modality.IMAGE)


def video(value: MessagePart, place: str, load: FileLoader) -> MessagePart:
    """Also OpenRouter's older `input_video`."""
    return {**url_part(value, place, load, "video_url", Modality.VIDEO), "type": "video_url"}


def url_part(value: MessagePart, place: str, load: FileLoader, name: str, modality: Modality) -> MessagePart:
    """A part with a URL, which may be a plain string in place of `{"url": …}`."""
    inner = value.get(name)
    inner, place = ({"url": inner}, place) if isinstance(inner, str) else (inner, place)
    place = f"{place}.{name}"
    if not isinstance(inner, dict):
        raise missing_field(place, value, name, "must be an object with url.")
    return {**value, name: load_source(inner, place, "url", MessageFile(modality, place), load)}


def file(value: MessagePart, place: str, load: FileLoader) -> MessagePart:
    place = f"{place}.file"
    inner = value.get("file")
    if not isinstance(inner, dict):
        raise missing_field(place, value, "file", "must be an object with file_data.")
    name = inner.get("filename")
    if not isinstance(name, str | None):
        raise wrong_field(f"{place}.filename", "must be a string.")
    if "file_data" not in inner and "upload" not in inner and isinstance(inner.get("file_id"), str):
        return value
    found = MessageFile(Modality.FILE, place, name=name or "")
    return {**value, "file": load_source(inner, place, "file_data", found, load)}


def document(value: MessagePart, place: str, load: FileLoader) -> MessagePart:
    """Mistral's `document_url`, a URL or an object with one: becomes `file`."""
    inner, name = value.get("document_url"), value.get("document_name")
    inner, key = (inner, "url") if isinstance(inner, dict) else (value, "document_url")
    if not isinstance(name, str | None):
        raise wrong_field(f"{place}.document_name", "must be a string.")
    where = f"{place}.document_url" if key == "url" else place
    source = load_source(inner, where, key, MessageFile(Modality.FILE, where, name=name or ""), load)[key]
    file = {"file_data": source, **({"filename": name} if name else {})}
    rest = {each: value[each] for each in value if each not in ("document_url", "document_name")}
    return {**rest, "type": "file", "file": file}


def load_source(
    inner: MessagePart, place: str, key: str, found: MessageFile, load: FileLoader
) -> MessagePart:
    """`inner` with a `Media` under `key`, or with its https URL unchanged."""
    if "upload" in inner:
        return load_upload(inner, place, key, found, load)
    source = inner.get(key)
    place = f"{place}.{key}"
    if not isinstance(source, str | Media) or not source:
        raise missing_field(place, inner, key, "must be a data URL or an https address.")
    if isinstance(source, Media):
        return inner
    if is_data_url(source):
        claimed, data = split_data_url(source, found.modality, place)
    elif found.modality is Modality.FILE and "://" not in source[:16]:
        claimed, data = "", source
    else:
        return {**inner, key: check_https_url(source, place)}
    return {**inner, key: load(MessageFile(found.modality, place, data, claimed, name=found.name))}


def load_upload(
    inner: MessagePart, place: str, key: str, found: MessageFile, load: FileLoader
) -> MessagePart:
    """`{"upload": ID}`, by which the playground names a file that it has uploaded before."""
    upload = inner["upload"]
    if not isinstance(upload, str) or not upload:
        raise wrong_field(f"{place}.upload", "must be the id of an upload.")
    rest = {name: inner[name] for name in inner if name != "upload"}
    requested = MessageFile(
        found.modality, f"{place}.upload", name=found.name, upload=upload, format=found.format
    )
    return {**rest, key: load(requested)}


def audio_part(value: MessagePart, place: str, load: FileLoader) -> MessagePart:
    """`input_audio`; its data may be a plain string in place of the object."""
    place = f"{place}.input_audio"
    inner = value.get("input_audio")
    inner = {"data": inner} if isinstance(inner, str) else inner
    if not isinstance(inner, dict):
        raise missing_field(place, value, "input_audio", "must be an object with data and format.")
    form = inner.get("format")
    if not isinstance(form, str | None):
        raise wrong_field(f"{place}.format", "must be a string.")
    return {**value, "input_audio": load_audio(inner, place, (form or "").lower(), load)}


def load_audio(inner: MessagePart, place: str, form: str, load: FileLoader) -> MessagePart:
    found = MessageFile(Modality.AUDIO, place, format=form)
    if "upload" in inner:
        inner = load_upload(inner, place, "data", found, load)
        return {**inner, "format": inner["data"].format}
    data = inner.get("data")
    if data is None and "url" in inner:
        raise url_not_fetched(f"{place}.url")
    if isinstance(data, Media):
        return {**inner, "format": data.format}
    place = f"{place}.data"
    if not isinstance(data, str) or not data:
        raise missing_field(place, inner, "data", "must be a base64 string.")
    if "://" in data[:16]:
        raise url_not_fetched(place)
    if is_data_url(data):
        raise InvalidRequest(
            f"{place} must be base64 alone, without data:…;base64, before it.",
            param=place,
            code="invalid_base64",
        )
    media = load(MessageFile(Modality.AUDIO, place, data, format=form))
    return {**inner, "data": media, "format": media.format}


def audio_url_part(value: MessagePart, place: str, load: FileLoader) -> MessagePart:
    """`{"type": "audio", "audio": {"url": data URL}}`, not in OpenAI's API: becomes `input_audio`."""
    inner = value.get("audio")
    url = inner.get("url") if isinstance(inner, dict) else None
    if not isinstance(url, str) or not is_data_url(url):
        raise Unsupported(f"{place}.audio is no part of a message: {USE_INPUT_AUDIO}", param=f"{place}.audio")
    claimed, data = split_data_url(url, Modality.AUDIO, f"{place}.audio.url", USE_INPUT_AUDIO)
    media = load(MessageFile(Modality.AUDIO, f"{place}.audio.url", data, claimed))
    rest = {name: value[name] for name in value if name != "audio"}
    return {**rest, "type": "input_audio", "input_audio": {"data": media, "format": media.format}}


USE_INPUT_AUDIO = 'send {"type": "input_audio", "input_audio": {"data": "<base64>", "format": "wav"}}.'

PART_PARSERS: dict[str, PartParser] = {
    "text": text,
    "image_url": image,
    "input_audio": audio_part,
    "file": file,
    "video_url": video,
    "refusal": refusal,
    "input_video": video,
    "audio": audio_url_part,
    "document_url": document,
}
ALIASES = ("input_video", "audio", "document_url", *reasoning.PARSERS)
"""Types that are accepted but not named in refusals."""

ANSWER_PARSERS: dict[str, PartParser] = {**PART_PARSERS, **reasoning.PARSERS}
"""The parsers for an assistant's message."""
