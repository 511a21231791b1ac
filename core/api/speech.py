"""`POST audio/speech`: text to audio, sent while it is synthesized."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Mapping
from contextlib import aclosing

from starlette.requests import Request

from core.api.http.answer_cache import cache_headers, cache_terms
from core.api.http.authentication import authenticate
from core.api.http.middleware import Receive, ResponseAborted, Scope, Send
from core.api.http.request_body import read_json
from core.api.http.streaming import (
    EVENT_STREAM,
    ResponseStream,
    generation_headers,
    sse_event,
    while_connected,
)
from core.bodies.speech import SpeechBody
from core.contract.audio import AudioFormat
from core.contract.errors import PolyphonyError, UpstreamInvalid
from core.contract.events import AudioChunk, AudioStart, Event, Receipt, Started
from core.contract.usage import Kind, Unit
from core.gateway import Session, open_session

log = logging.getLogger("polyphony.api")

GROUP = 6
"""Bytes that are whole groups of base64 and whole 16-bit samples: every event can be decoded by itself."""


async def speech(request: Request) -> SpeechResponder:
    """Admit and route; nothing is sent yet, so that an error can still have its status."""
    caller = await authenticate(request)
    body = await read_json(request, SpeechBody)
    session = await open_session(caller, body.request(), cache_terms(request, body.cache))
    return (SpeechEventResponder if body.stream_format == "sse" else SpeechResponder)(session)


class SpeechResponder:
    """Audio as bytes; an ASGI application.

    A failure before the first byte is raised; after it the connection is cut.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.started: Started | None = None
        self.audio_start: AudioStart | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        stream = ResponseStream(send)
        try:
            async with while_connected(receive), aclosing(self.session.events()) as events:
                async for event in events:
                    await self.relay(event, stream)
                await self.finish(stream)
        except PolyphonyError as error:
            if self.session.record.stored:  # otherwise there is no usage record with this id
                error.metadata.setdefault("generation_id", self.session.id)
            await self.fail(error, stream)
        finally:
            stream.stop_keep_alive()

    async def relay(self, event: Event, stream: ResponseStream) -> None:
        if isinstance(event, AudioChunk):
            if not stream.started:
                await self.start(stream)
            await self.write_audio(event.data, stream)
        elif isinstance(event, Started):
            self.started = event
        elif isinstance(event, AudioStart):
            self.audio_start = event

    async def start(self, stream: ResponseStream) -> None:
        await stream.start(self.headers(audio_media_type(self.audio_start)))

    async def write_audio(self, data: bytes, stream: ResponseStream) -> None:
        await stream.write(data)

    async def finish(self, stream: ResponseStream) -> None:
        if not stream.started:
            raise UpstreamInvalid("The provider sent no sound.")
        await stream.end()

    async def fail(self, error: PolyphonyError, stream: ResponseStream) -> None:
        if not stream.started:
            raise error
        log.warning("speech %s was cut: %s", self.session.id, error.provider_code)
        raise ResponseAborted(error.message) from error

    def headers(self, media_type: str) -> Mapping[str, str]:
        headers = generation_headers(media_type, self.session.id, self.session.route, self.started)
        return headers | cache_headers(self.session)


class SpeechEventResponder(SpeechResponder):
    """Audio as server-sent events: deltas in base64, then the usage; a late failure is an event too."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.remainder = b""

    async def start(self, stream: ResponseStream) -> None:
        await stream.start(self.headers(EVENT_STREAM))
        stream.keep_alive()

    async def write_audio(self, data: bytes, stream: ResponseStream) -> None:
        data = self.remainder + data
        whole = len(data) - len(data) % GROUP
        self.remainder = data[whole:]
        if whole:
            await stream.write(delta_event(data[:whole]))

    async def finish(self, stream: ResponseStream) -> None:
        if stream.started:
            if self.remainder:
                await stream.write(delta_event(self.remainder))
            assert self.session.receipt is not None
            await stream.write(done_event(self.session.receipt))
        await super().finish(stream)

    async def fail(self, error: PolyphonyError, stream: ResponseStream) -> None:
        if not stream.started:
            raise error
        await stream.write(sse_event({"type": "error", "error": error.envelope()}))
        await stream.end()


def audio_media_type(start: AudioStart | None) -> str:
    """The content type; for raw samples with rate and channels."""
    assert start is not None  # adapters send `AudioStart` before the first chunk
    if start.format is AudioFormat.PCM:
        return f"audio/pcm;rate={start.sample_rate};channels={start.channels}"
    return start.format.media_type


def delta_event(data: bytes) -> bytes:
    # without a JSON encoder: base64 needs no escaping
    return b'data: {"type":"speech.audio.delta","audio":"' + b64encode(data) + b'"}\n\n'


def done_event(receipt: Receipt) -> bytes:
    """The last event: OpenAI's token counts (0 where a model is not billed by tokens), units and cost."""
    units = {(amount.kind, amount.unit): amount.quantity for amount in receipt.amounts}
    input_tokens = int(units.get((Kind.TEXT_IN, Unit.TOKEN), 0))
    output_tokens = int(units.get((Kind.AUDIO_OUT, Unit.TOKEN), 0))
    usage = {
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
        "total_tokens": input_tokens + output_tokens,
        "units": {amount.name: amount.quantity for amount in receipt.amounts},
        "cost": receipt.cost,
    }
    return sse_event({"type": "speech.audio.done", "usage": usage})
