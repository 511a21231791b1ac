"""A run of a chat: its answer is collected for its row and its message, saved at intervals on the way."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

import orjson

from core.bodies.chat.collector import ChatCollector
from core.bodies.chat.completion import render_completion
from core.contract.chat import ChatRequest
from core.contract.errors import PolyphonyError
from core.contract.events import (
    NOTHING_BESIDE,
    AnswerMetadata,
    ChatDelta,
    Event,
    ImageReady,
    Outcome,
    Receipt,
    Started,
)
from core.contract.route import Target
from core.contract.usage import Kind, Unit
from core.models.offload import offload
from core.operations import preview_chat
from playground import frames
from playground.conversations import store
from playground.conversations.turn import Turn
from playground.requests.run_request import RunRequest
from playground.runs import autosave
from playground.runs.answer_html import AnswerHtml
from playground.runs.image_file import store_image
from playground.runs.log import Log
from playground.runs.tasks.chat_texts import MOST, ChatTexts, size_of, texts_of
from playground.runs.tasks.reasoning_time import ReasoningTime
from playground.runs.tasks.results import RunResults

OUTPUT = (Kind.TEXT_OUT, Kind.AUDIO_OUT)
"""Tokens of an answer; its reasoning counts as text."""
SHOWN = ("url", "media_type")
"""What the event of a picture says of it."""
PIECES = ("texts", "reasoning", "transcripts")
"""Fields of a collected choice, as `ChatTexts` has them."""
OF_RUN = ("question", "text", "completion")
"""Fields of `Run.answer` that `Message.answer` has not."""


def new_results(run: UUID, user_id: int, request: RunRequest, log: Log) -> ChatResults:
    return ChatResults(run, user_id, request, log)


class ChatResults(RunResults):
    """The answer of one run; of several choices the first is the answer. Its texts are in the log alone:
    the collector keeps those of the other choices, `_collected` bytes of them and of what comes beside texts.

    `unsaved` says that more has come since the answer was last saved.
    """

    def __init__(self, run: UUID, user_id: int, request: RunRequest, log: Log) -> None:
        super().__init__(run, user_id, request, log)
        self.chat = cast(ChatRequest, request.request)
        self.audio_format = self.chat.format
        self.collector = ChatCollector()
        self.images: list[dict[str, Any]] = []
        self.html = AnswerHtml(log.append) if request.render else None
        self.reasoning_time = ReasoningTime()
        self.unsaved = False
        self._delivered = False
        self._collected = 0

    @property
    def delivered(self) -> bool:
        return self._delivered

    @property
    def turn(self) -> Turn | None:
        return self.request.turn

    def start(self) -> None:
        if self.turn is not None:
            autosave.current().add(self)

    def release(self) -> None:
        autosave.current().discard(self)

    def add_delta(self, event: Event) -> bool:
        if type(event) is not ChatDelta:
            return False
        self._delivered = self.unsaved = True
        text = event.text
        if text and event[1:] == NOTHING_BESIDE:  # nearly every delta
            if self.reasoning_time.going:
                self.end_reasoning()
            self.append(text)
        else:
            self.collect(event)
            if event.choice:
                return True
            self.collector.first.forget_texts()
            self.append_delta(event)
            text = text or event.transcript
        if self.html is not None:
            self.html.feed(text)
        return True

    def append_delta(self, delta: ChatDelta) -> None:
        if delta.reasoning:
            self.reasoning_time.begin()
        for number, body in enumerate(frames.chat_events(delta)):
            if self.reasoning_time.going and (number or not delta.reasoning):
                self.end_reasoning()
            self.append(body)

    def end_reasoning(self) -> None:
        self.reasoning_time.end()
        self.append(frames.reasoning_done(self.reasoning_time.seconds))

    def collect(self, delta: ChatDelta) -> None:
        """Note what the log does not hold, or not as it is stored: no more than one text may have."""
        self.collector.note(delta)
        texts = (delta.text, delta.reasoning, delta.transcript) if delta.choice else ()
        self._collected += sum(map(size_of, (*texts, *(call.arguments for call in delta.calls))))
        if delta.extra:
            self._collected += len(repr(delta.extra))
        if self._collected > MOST:
            self.log.refuse_more()

    async def add(self, event: Event) -> None:
        if type(event) is ImageReady:
            await self.add_image(event)
        elif type(event) is AnswerMetadata or type(event) is Started:
            self.collector.note(event)
        else:
            await super().add(event)

    async def add_image(self, event: ImageReady) -> None:
        """Store an image as a file of its owner, and append its URL."""
        self._delivered = True
        if event.choice:
            return
        if self.reasoning_time.going:
            self.end_reasoning()
        if not event.data:
            self.collector.note(event)
            self.images.append({"url": event.url, "media_type": event.media_type, "remote": True})
            self.unsaved = True
            self.append(frames.image_ready(event.index, self.images[-1]))
            return
        stored = await offload(store_image, self.user_id, self.run, len(self.images) + 1, event)
        self.images.append(stored)
        self.unsaved = True
        self.collector.note(replace(event, data=b"", url=stored["url"]))
        self.append(frames.image_ready(event.index, {name: stored[name] for name in SHOWN}))

    async def close(self) -> None:
        if self.reasoning_time.going:
            self.end_reasoning()
        if self.html is not None:
            await self.html.close()

    def answer(self) -> tuple[str, dict[str, Any]]:
        """The text, else the transcript of the audio; and what came beside it, as `Message.answer` stores it,
        without empty fields. Blocking, for any thread."""
        return self._answer(texts_of(self.log))

    def _answer(self, texts: ChatTexts) -> tuple[str, dict[str, Any]]:
        found: dict[str, Any] = {
            "reasoning": texts.reasoning,
            "reasoning_seconds": self.reasoning_time.seconds,
            "calls": [call_fields(call) for call in self.collector.calls],
            "images": [*self.images],
            "transcript": texts.transcript,
            "finish": self.collector.finish_reason,
            "cut": texts.cut,
        }
        return texts.text or texts.transcript, {name: value for name, value in found.items() if value}

    def sent(self, target: Target) -> dict[str, Any] | None:
        """None also where the body cannot be made for this target."""
        try:
            return as_json(preview_chat(target, self.chat))
        except PolyphonyError:
            return None

    def columns(self, receipt: Receipt | None, targets: Sequence[Target]) -> dict[str, Any]:
        """`answer`, with the `completion` of the API in it, which has no texts where they are cut; `sent`,
        where another provider answered than the first of `targets`."""
        texts = texts_of(self.log)
        text, beside = self._answer(texts)
        answer = {"question": self.request.question, "text": text, **beside}
        if receipt is not None:
            answer["completion"] = self._completion(ChatTexts() if texts.cut else texts, receipt)
        started = self.collector.started
        used = next((one for one in targets if started and is_target(one, started)), targets[0])
        if used is targets[0]:
            return {"answer": answer}
        return {"answer": answer, "sent": self.sent(used)}

    def _completion(self, texts: ChatTexts, receipt: Receipt) -> dict[str, Any]:
        chat = self.collector.finish(self.chat)
        pieces = ([text] if text else [] for text in texts[: len(PIECES)])
        whole = replace(chat.choices[0], **dict(zip(PIECES, pieces, strict=True)))
        chat = replace(chat, choices={**chat.choices, 0: whole})
        return as_json(render_completion(chat, receipt, int(time.time())))

    def settle(self, outcome: Outcome, receipt: Receipt | None, columns: dict[str, Any]) -> None:
        """End the message of the answer, where it has one, as its run ended."""
        if self.turn is not None:
            beside = {name: value for name, value in columns["answer"].items() if name not in OF_RUN}
            ended = {"text": columns["answer"]["text"], "answer": beside}
            ended |= {name: columns[name] for name in ("receipt", "error")}
            store.settle(self.turn, outcome, receipt, ended)

    def receipt_fields(self, receipt: Receipt) -> dict[str, Any]:
        return {
            "finish_reason": self.collector.finish_reason,
            "tokens_per_second": tokens_per_second(receipt),
        }


def is_target(target: Target, started: Started) -> bool:
    return (target.provider_name, target.model) == (started.provider, started.model)


def call_fields(call: dict[str, Any]) -> dict[str, str]:
    """An entry of `tool_calls` in one shape, whatever its type."""
    inner = call[call["type"]]
    arguments = inner.get("arguments", inner.get("input", ""))
    return {"id": call["id"], "type": call["type"], "name": inner["name"], "arguments": arguments}


def as_json(value: dict[str, Any]) -> dict[str, Any]:
    """As JSON has it; money as a number."""
    found: dict[str, Any] = orjson.loads(orjson.dumps(value, default=float))
    return found


def tokens_per_second(receipt: Receipt) -> float | None:
    """From the first event to the last; None where no tokens were counted or no time passed."""
    tokens = (amount for amount in receipt.amounts if amount.unit is Unit.TOKEN)
    count = sum(amount.quantity for amount in tokens if amount.kind in OUTPUT)
    milliseconds = receipt.total_ms - (receipt.first_event_ms or 0)
    return round(float(count) * 1000 / milliseconds, 1) if count and milliseconds > 0 else None
