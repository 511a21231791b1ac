"""`POST audio/transcriptions`: speech to text, complete or as server-sent events."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import aclosing

from starlette.requests import Request

from core.api.http.answer_cache import cache_headers
from core.api.http.middleware import Scope, Send
from core.api.http.responders import StreamingResponder
from core.api.http.streaming import EVENT_STREAM, ResponseStream, generation_headers, sse_event
from core.api.transcript import TranscriptCall, TranscriptResponder, receive_call
from core.bodies.transcription.body import TranscriptionBody
from core.bodies.transcription.collector import TranscriptCollector
from core.bodies.transcription.tasks import TRANSCRIPT_OPTIONS
from core.bodies.transcription.transcript import render_transcript, segment_event, transcript_usage
from core.contract.errors import PolyphonyError
from core.contract.events import Event, Segment, Started, TranscriptDelta

log = logging.getLogger("polyphony.api")

TERMINATOR = b"data: [DONE]\n\n"


async def transcription(request: Request) -> TranscriptResponder:
    """Receive, admit and route; nothing is sent yet, so that an error can still have its status."""
    call = await receive_call(request, TranscriptionBody)
    return (TranscriptEventResponder if call.request.streamed else TranscriptResponder)(call)


class TranscriptEventResponder(StreamingResponder, TranscriptResponder):
    """A transcript as server-sent events; a failure after the first of them is an event too."""

    def __init__(self, call: TranscriptCall) -> None:
        super().__init__(call)
        self.collector = TranscriptCollector()
        self.started: Started | None = None

    async def stream(self, scope: Scope, send: Send) -> None:
        stream = ResponseStream(send)
        stream.keep_alive(lambda: self.start(stream))
        try:
            async with aclosing(self.session.events()) as events:
                async for event in events:
                    await self.relay(event, stream)
            await self.finish(stream)
        except PolyphonyError as error:
            await self.fail(error, stream)
        finally:
            stream.stop_keep_alive()

    async def start(self, stream: ResponseStream) -> None:
        if not stream.started:
            route = self.session.route
            headers = generation_headers(EVENT_STREAM, self.session.id, route, self.started)
            await stream.start(headers | cache_headers(self.session))

    async def relay(self, event: Event, stream: ResponseStream) -> None:
        self.collector.note(event)
        if isinstance(event, Started):
            self.started = event
        elif isinstance(event, TranscriptDelta) and event.text:
            logprobs = {"logprobs": event.logprobs} if event.logprobs else {}
            await self.write(stream, {"type": "transcript.text.delta", "delta": event.text, **logprobs})
        elif isinstance(event, Segment) and self.diarizes:
            await self.write(stream, segment_event(event))

    @property
    def diarizes(self) -> bool:
        return TRANSCRIPT_OPTIONS[self.request.task](self.request).diarize

    async def write(self, stream: ResponseStream, value: Mapping[str, object]) -> None:
        await self.start(stream)
        await stream.write(sse_event(value))

    async def finish(self, stream: ResponseStream) -> None:
        """The whole text and the usage; formats with more than text add their other fields."""
        receipt = self.session.receipt
        assert receipt is not None
        transcript = self.collector.finish(self.request)
        content = render_transcript(transcript, self.request)
        fields = content if isinstance(content, dict) else {}
        # OpenAI's stream events have no usage of type `duration`
        usage = {**transcript_usage(receipt, transcript.seconds), "type": "tokens"}
        done = {**fields, "type": "transcript.text.done", "text": transcript.text, "usage": usage}
        await self.write(stream, done)
        await stream.write(TERMINATOR)
        await stream.end()

    async def fail(self, error: PolyphonyError, stream: ResponseStream) -> None:
        if not stream.started:
            raise error
        log.warning("%s %s was cut: %s", self.request.task, self.session.id, error.provider_code)
        self.add_facts(error)
        await stream.write(sse_event({"type": "error", "error": error.envelope()}))
        await stream.end()
