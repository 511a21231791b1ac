"""The messages from the root of a conversation to one of them, as a request for the next model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from core.bodies.files.data_urls import MessageFile
from core.catalogue.entries import ModelEntry
from core.catalogue.validation.chat import accepts_audio_format, chat_endpoints, fetches_urls, max_file_mb
from core.contract.chat import FILE_FIELDS, Media, Modality
from core.contract.errors import InvalidRequest, NotFound
from playground.conversations import files
from playground.conversations.files import RequestFiles
from playground.models import Conversation, Message, Run

MIB = 1024 * 1024


def path_to(conversation: Conversation, parent: UUID | None) -> list[Message]:
    """The messages from the root down to `parent`. Raises `NotFound`, `InvalidRequest` for an answer that is
    still in progress."""
    rows = {row.id: row for row in conversation.messages.all()}
    found: list[Message] = []
    at = parent
    while at is not None:
        row = rows.get(at)
        if row is None:
            raise NotFound("There is no such message in this conversation.", param="parent")
        found.append(row)
        at = row.parent_id
    if found and found[0].state == Run.State.RUNNING:
        raise InvalidRequest("This answer is still being made.", param="parent", code="still_running")
    return found[::-1]


@dataclass
class MessageBuilder:
    """Builds canonical messages for `model` from rows.

    A file that the model cannot take is replaced by a note, and named in `left_out`.
    """

    model: ModelEntry
    files: RequestFiles
    left_out: list[dict[str, Any]] = field(default_factory=list)

    def messages(
        self, path: Sequence[Message], following: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """`following` are the new messages: tool calls stay calls only where their results come next."""
        next_messages = [*({"role": row.role, **row.told} for row in path[1:]), *following[:1]]
        built = []
        for at, row in enumerate(path):
            results = at < len(next_messages) and next_messages[at].get("role") == "tool"
            built.append(self.answer(row, results) if row.role == "assistant" else self.question(row))
        return [message for message in built if message is not None]

    def question(self, row: Message) -> dict[str, Any]:
        content = list(self.parts(row, row.content))
        texts = [part["text"] for part in content if part["type"] == "text"]
        plain = len(content) == len(texts) == 1
        return {**row.told, "role": row.role, "content": texts[0] if plain else content}

    def answer(self, row: Message, results: bool) -> dict[str, Any] | None:
        """An earlier answer; None for an empty one. `results` says that tool results follow."""
        calls, text = row.answer.get("calls") or [], row.text
        if calls and not results:
            text = "\n\n".join([text, *(f"[called {call['name']}({call['arguments']})]" for call in calls)])
            calls = []
        images = list(self.parts(row, image_parts(row.answer.get("images") or [])))
        sent_images = [part for part in images if part["type"] != "text"]
        text = "\n\n".join(
            filter(None, [text.strip(), *(part["text"] for part in images if part not in sent_images)])
        )
        if not (text or calls or sent_images):
            return None
        message: dict[str, Any] = {"role": "assistant", "content": text or None}
        if calls:
            message["tool_calls"] = [tool_call(call) for call in calls]
        return {**message, "images": sent_images} if sent_images else message

    def parts(self, row: Message, content: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        for place, part in enumerate(content):
            modality, known = files.modality_of(part), files.upload_of(part)
            if modality is None or (known is None and self.fetches(modality)):
                yield dict(part)
            else:
                yield self.file(row, place, part, modality, known or {})

    def file(
        self, row: Message, place: int, part: Mapping[str, Any], modality: Modality, known: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The part with its file, or a note in its place."""
        name, why = known.get("name", ""), "not shown to this model"
        if known and self.accepts(row, modality):
            try:
                media = self.media(modality, known["id"])
            except (NotFound, InvalidRequest):
                why = "no longer kept"
            else:
                if self.fits(media):
                    return with_file(part, media)
        self.left_out.append({"message": str(row.id), "part": place, "modality": modality.value})
        return {"type": "text", "text": f"[{modality.value}: {name}, {why}]"}

    def accepts(self, row: Message, modality: Modality) -> bool:
        """Images of answers are sent only to models that generate images: others take none in answers."""
        draws = Modality.IMAGE in self.model.output_modalities
        return self.takes(modality) and (draws or row.role != "assistant")

    def takes(self, modality: Modality) -> bool:
        """A model without declared modalities was added by an admin: its server decides."""
        return not self.model.input_modalities or modality in self.model.input_modalities

    def fetches(self, modality: Modality) -> bool:
        """Whether the model takes a URL in place of a file."""
        endpoints = chat_endpoints(self.model)
        return self.takes(modality) and any(fetches_urls(endpoint, modality) for endpoint in endpoints)

    def media(self, modality: Modality, upload: str) -> Media:
        return self.files.take(MessageFile(modality, "messages", upload=upload))

    def fits(self, media: Media) -> bool:
        if media.modality is Modality.AUDIO and not accepts_audio_format(self.model, media.format):
            return False
        return media.size <= max_file_mb(self.model, media.modality) * MIB


def image_parts(images: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The images of an answer as parts."""
    return [
        {"type": "image_url", "image_url": {"upload": image["upload"]}}
        for image in images
        if "upload" in image
    ]


def tool_call(call: Mapping[str, Any]) -> dict[str, Any]:
    arguments = "input" if call["type"] == "custom" else "arguments"
    inner = {"name": call["name"], arguments: call["arguments"]}
    return {"id": call["id"], "type": call["type"], call["type"]: inner}


def with_file(part: Mapping[str, Any], media: Media) -> dict[str, Any]:
    """A stored part with its file in place of the summary."""
    kind = part["type"]
    key = FILE_FIELDS[kind][1]
    rest = {name: value for name, value in part[kind].items() if name != "upload"}
    if kind == "input_audio":
        rest["format"] = media.format
    if kind == "file":
        rest.setdefault("filename", media.name)
    return {**part, kind: {**rest, key: media}}
