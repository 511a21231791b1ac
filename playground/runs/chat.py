"""What a chat brings, as it comes: told to the browser, gathered for the rows, saved now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import orjson

from core.bodies.chat.collector import ChatCollector
from core.bodies.chat.completion import render_completion
from core.contract.chat import ChatRequest
from core.contract.errors import PolyphonyError
from core.contract.events import NOTHING_BESIDE, ChatDelta, ImageReady, Outcome, Receipt, Started
from core.contract.requests import Request
from core.contract.route import Target
from core.contract.usage import Kind, Unit
from core.models.offload import offload
from core.operations import preview_chat
from playground import frames
from playground.conversations import store as keeping
from playground.conversations.turn import Turn
from playground.requests.run_request import RunRequest
from playground.runs import autosave
from playground.runs.answer_html import AnswerHtml
from playground.runs.image_file import store_image
from playground.runs.log import Body

MADE = (Kind.TEXT_OUT, Kind.AUDIO_OUT)
"""Tokens an answer is made of; thoughts are among those of its text."""


@dataclass(eq=False)
class Chat:
    """The answer of one run; `tell` appends to the run's log."""

    asked: RunRequest
    user_id: int
    run: UUID
    tell: Callable[[Body], Any]
    whole: ChatCollector = field(default_factory=ChatCollector)
    images: list[dict[str, Any]] = field(default_factory=list)
    delivered: bool = False
    prose: AnswerHtml | None = None
    unsaved: bool = False

    def __post_init__(self) -> None:
        self.texts = self.whole.first.texts
        if self.asked.render:
            self.prose = AnswerHtml(self.tell)

    @property
    def turn(self) -> Turn | None:
        return self.asked.turn

    def begin(self) -> None:
        """Its rows are there: what comes is saved now and then, until it has ended."""
        if self.turn is not None:
            autosave.current().enter(self)

    def end(self) -> None:
        """All is written, or nothing more can be."""
        autosave.current().left(self)

    def take(self, delta: ChatDelta) -> None:
        """Tell and gather one delta; of several choices the first is the answer."""
        self.delivered = self.unsaved = True
        text = delta.text
        if text and delta[1:] == NOTHING_BESIDE:  # nearly always, and then the short way
            self.texts.append(text)
            self.tell(text)
        else:
            self.whole.note(delta)
            if delta.choice:
                return
            for body in frames.chat_events(delta):
                self.tell(body)
            text = text or delta.transcript
        if self.prose is not None:
            self.prose.feed(text)

    async def picture(self, event: ImageReady) -> None:
        """Keep a picture as a file of its owner, and tell where it is."""
        self.delivered = True
        if event.choice:
            return
        if not event.data:
            self.whole.note(event)
            self.images.append({"url": event.url, "media_type": event.media_type, "remote": True})
            self.unsaved = True
            self.tell(frames.image_ready(event.index, event.url, event.media_type, remote=True))
            return
        kept = await offload(store_image, self.user_id, self.run, len(self.images) + 1, event)
        self.images.append(kept)
        self.unsaved = True
        self.whole.note(replace(event, data=b"", url=kept["url"]))
        self.tell(frames.image_ready(event.index, kept["url"], kept["media_type"]))

    async def close(self) -> None:
        """Nothing follows: render what is left."""
        if self.prose is not None:
            await self.prose.close()

    def written(self) -> str:
        """The text of the answer: what was written, else what was said."""
        return self.whole.text or self.whole.transcript

    def answer(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "reasoning": self.whole.reasoning,
            "calls": [plain_call(call) for call in self.whole.calls],
            "images": self.images,
            "transcript": self.whole.transcript,
            "finish": self.whole.finish_reason,
        }
        return {name: value for name, value in found.items() if value}

    def columns(self, receipt: Receipt | None, targets: Sequence[Target]) -> dict[str, Any]:
        """What the run's own row keeps: the answer as the API would have told it; what was sent, where
        another provider answered than the one first asked."""
        kept = {"question": self.asked.question, "text": self.written(), **self.answer()}
        if receipt is not None:
            chat = self.whole.finish(self.asked.request)
            kept["completion"] = plain(render_completion(chat, receipt, int(time.time())))
        began = self.whole.started
        used = next((one for one in targets if began and answers(one, began)), targets[0])
        if used is targets[0]:
            return {"answer": kept}
        return {"answer": kept, "sent": sent(used, self.asked.request)}

    def settle(self, outcome: Outcome, receipt: Receipt | None, columns: dict[str, Any]) -> None:
        """End the answer's message, where it has one, as its run ended. Blocking."""
        if self.asked.turn is not None:
            ended = {"text": self.written(), "answer": self.answer()}
            ended |= {name: columns[name] for name in ("receipt", "error")}
            keeping.settle(self.asked.turn, outcome, receipt, ended)

    def measures(self, receipt: Receipt) -> dict[str, Any]:
        """What a receipt says of an answer beside its cost."""
        return {"finish_reason": self.whole.finish_reason, "tokens_per_second": speed(receipt)}


def answers(target: Target, began: Started) -> bool:
    return (target.provider_name, target.model) == (began.provider, began.model)


def sent(target: Target, request: Request) -> dict[str, Any] | None:
    """What the provider is sent for a chat; None for other tasks, and where it cannot be told."""
    if not isinstance(request, ChatRequest):
        return None
    try:
        return plain(preview_chat(target, request))
    except PolyphonyError:
        return None


def plain_call(call: dict[str, Any]) -> dict[str, str]:
    """A call of a tool in one shape, whatever its type."""
    inner = call[call["type"]]
    made = inner.get("arguments", inner.get("input", ""))
    return {"id": call["id"], "type": call["type"], "name": inner["name"], "arguments": made}


def plain(value: dict[str, Any]) -> dict[str, Any]:
    """As JSON keeps it; money as a number."""
    found: dict[str, Any] = orjson.loads(orjson.dumps(value, default=float))
    return found


def speed(receipt: Receipt) -> float | None:
    """Tokens per second from the first to the last; None where nobody counted or nothing took time."""
    tokens = (amount for amount in receipt.amounts if amount.unit is Unit.TOKEN)
    made = sum(amount.quantity for amount in tokens if amount.kind in MADE)
    took = receipt.total_ms - (receipt.first_event_ms or 0)
    return round(float(made) * 1000 / took, 1) if made and took > 0 else None
