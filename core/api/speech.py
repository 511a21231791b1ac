"""`POST audio/speech`: text becomes sound, sent as it is made."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Mapping
from contextlib import aclosing

from starlette.requests import Request

from core.api.http.json_response import dumps
from core.api.http.middleware import Cut, Receive, Scope, Send
from core.api.http.request import caller, read
from core.api.http.streaming import Stream, answer_headers, while_connected
from core.bodies.speech import SpeechBody
from core.contract.audio import AudioFormat
from core.contract.errors import PolyphonyError, UpstreamInvalid
from core.contract.events import AudioChunk, AudioStart, Event, Receipt, Started
from core.contract.usage import Kind, Unit
from core.gateway import Session

log = logging.getLogger("polyphony.api")

GROUP = 6
"""Bytes that are whole in base64 and in 16-bit samples alike: pieces decode one by one."""


async def speech(request: Request) -> SoundAnswer:
    """Admit and route; nothing is sent yet, so that a refusal can still have its status."""
    who = await caller(request)
    body = await read(request, SpeechBody)
    session = Session(who, body.request())
    return (EventAnswer if body.stream_format == "sse" else SoundAnswer)(session)


class SoundAnswer:
    """Sound as bytes, an ASGI application of its own.

    A failure before the first byte is raised; after it the connection is cut.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.began: Started | None = None
        self.shape: AudioStart | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        stream = Stream(send, scope)
        try:
            async with while_connected(receive), aclosing(self.session.events()) as events:
                async for event in events:
                    await self.relay(event, stream)
                await self.finish(stream)
        except PolyphonyError as error:
            if self.session.record.stored:  # else the books know nothing by this id
                error.metadata.setdefault("generation_id", self.session.id)
            await self.fail(error, stream)
        finally:
            stream.hush()

    async def relay(self, event: Event, stream: Stream) -> None:
        if isinstance(event, AudioChunk):
            if not stream.started:
                await self.start(stream)
            await self.sound(event.data, stream)
        elif isinstance(event, Started):
            self.began = event
        elif isinstance(event, AudioStart):
            self.shape = event

    async def start(self, stream: Stream) -> None:
        await stream.start(self.headers_of(sound_type(self.shape)))

    async def sound(self, data: bytes, stream: Stream) -> None:
        await stream.write(data)

    async def finish(self, stream: Stream) -> None:
        if not stream.started:
            raise UpstreamInvalid("The provider sent no sound.")
        await stream.end()

    async def fail(self, error: PolyphonyError, stream: Stream) -> None:
        if not stream.started:
            raise error
        log.warning("speech %s was cut: %s", self.session.id, error.provider_code)
        raise Cut(error.message) from error

    def headers_of(self, media_type: str) -> Mapping[str, str]:
        return answer_headers(media_type, self.session.id, self.session.route.model, self.began)


class EventAnswer(SoundAnswer):
    """Sound as server-sent events: deltas in base64, then the usage; a late failure is an event too."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.rest = b""

    async def start(self, stream: Stream) -> None:
        await stream.start(self.headers_of("text/event-stream; charset=utf-8"))
        stream.beat()

    async def sound(self, data: bytes, stream: Stream) -> None:
        data = self.rest + data
        whole = len(data) - len(data) % GROUP
        self.rest = data[whole:]
        if whole:
            await stream.write(delta(data[:whole]))

    async def finish(self, stream: Stream) -> None:
        if stream.started:
            if self.rest:
                await stream.write(delta(self.rest))
            assert self.session.receipt is not None
            await stream.write(done(self.session.receipt))
        await super().finish(stream)

    async def fail(self, error: PolyphonyError, stream: Stream) -> None:
        if not stream.started:
            raise error
        await stream.write(frame({"type": "error", "error": error.envelope()}))
        await stream.end()


def sound_type(shape: AudioStart | None) -> str:
    """The content type; raw samples say how they are laid out."""
    assert shape is not None  # adapters say the shape before the first bytes
    if shape.format is AudioFormat.PCM:
        return f"audio/pcm;rate={shape.sample_rate};channels={shape.channels}"
    return shape.format.media_type


def frame(value: Mapping[str, object]) -> bytes:
    return b"data: " + dumps(value) + b"\n\n"


def delta(data: bytes) -> bytes:
    # put together by hand: base64 needs no escaping
    return b'data: {"type":"speech.audio.delta","audio":"' + b64encode(data) + b'"}\n\n'


def done(receipt: Receipt) -> bytes:
    """The last event: OpenAI's token counts (0 where a model is not billed by tokens) and what it came to."""
    units = {(amount.kind, amount.unit): amount.quantity for amount in receipt.amounts}
    asked = int(units.get((Kind.TEXT_IN, Unit.TOKEN), 0))
    made = int(units.get((Kind.AUDIO_OUT, Unit.TOKEN), 0))
    usage = {
        "input_tokens": asked,
        "output_tokens": made,
        "total_tokens": asked + made,
        "units": {amount.name: amount.quantity for amount in receipt.amounts},
        "cost": receipt.cost,
    }
    return frame({"type": "speech.audio.done", "usage": usage})
