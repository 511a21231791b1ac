"""`POST audio/transcriptions` and `audio/translations`: sound becomes text, whole or as it is recognised."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import aclosing

from starlette.requests import Request
from starlette.responses import Response

from core.api.files.uploads import Received, receive
from core.api.http.json_response import dumps
from core.api.http.middleware import Scope, Send
from core.api.http.request import caller
from core.api.http.responders import Live, Whole
from core.api.http.streaming import Stream, answer_headers
from core.bodies.tasks import TRANSCRIPT_OPTIONS
from core.bodies.transcription.body import TranscriptionBody
from core.bodies.transcription.collector import TranscriptCollector
from core.bodies.transcription.fields import FORM
from core.bodies.transcription.transcript import (
    MEDIA_TYPES,
    render_transcript,
    segment_event,
    transcript_usage,
)
from core.bodies.translation import TranslationBody
from core.bodies.validation import validate
from core.contract.errors import PolyphonyError
from core.contract.events import Event, Segment, Started, TranscriptDelta
from core.contract.translation import TranscriptRequest
from core.gateway import CollectedAnswer, Session, collect

log = logging.getLogger("polyphony.api")

EVENT_STREAM = "text/event-stream; charset=utf-8"
TERMINATOR = b"data: [DONE]\n\n"


async def transcription(request: Request) -> TranscriptAnswer:
    """Take the file, admit and route; nothing is sent yet, so that a refusal can still have its status."""
    return await listen(request, TranscriptionBody)


async def translation(request: Request) -> TranscriptAnswer:
    return await listen(request, TranslationBody)


async def listen(request: Request, shape: type[TranscriptionBody | TranslationBody]) -> TranscriptAnswer:
    who = await caller(request)
    received = await receive(request, FORM)
    try:
        body = validate(shape, received.fields)
        asked = body.request(await received.sound())
        session = Session(who, asked)
    except BaseException:
        received.close()
        raise
    return (EventAnswer if asked.streamed else TranscriptAnswer)(session, asked, received)


class TranscriptAnswer(Whole):
    """A transcript in one piece."""

    def __init__(self, session: Session, asked: TranscriptRequest, received: Received) -> None:
        super().__init__(session, received)
        self.asked = asked

    async def made(self) -> Response:
        answer = await collect(self.session)
        found = render_transcript(answer.content, self.asked, answer.receipt)
        if isinstance(found, dict):
            found |= self.by_two()
        body = found.encode() if isinstance(found, str) else dumps(found)
        return Response(body, headers=self.headers_of(answer))

    def by_two(self) -> Mapping[str, str]:
        """Who wrote the sound down and who translated that, where it took two models."""
        route = self.session.route
        return (
            {} if route.then is None else {"transcribed_by": route.model, "translated_by": route.then.model}
        )

    def headers_of(self, answer: CollectedAnswer) -> Mapping[str, str]:
        media_type = MEDIA_TYPES[self.asked.format]
        headers = answer_headers(media_type, self.session.id, self.session.route.model, answer.started)
        if translator := self.by_two().get("translated_by"):
            headers["X-Polyphony-Translator"] = translator
        cost = answer.receipt.cost
        return headers if cost is None else {**headers, "X-Polyphony-Cost": format(cost.normalize(), "f")}


class EventAnswer(Live, TranscriptAnswer):
    """A transcript as server-sent events; a failure after the first of them is an event too."""

    def __init__(self, session: Session, asked: TranscriptRequest, received: Received) -> None:
        super().__init__(session, asked, received)
        self.gathering = TranscriptCollector()
        self.began: Started | None = None

    async def answer(self, scope: Scope, send: Send) -> None:
        stream = Stream(send, scope)
        stream.beat(lambda: self.start(stream))
        try:
            async with aclosing(self.session.events()) as events:
                async for event in events:
                    await self.relay(event, stream)
            await self.finish(stream)
        except PolyphonyError as error:
            await self.fail(error, stream)
        finally:
            stream.hush()

    async def start(self, stream: Stream) -> None:
        if not stream.started:
            model = self.session.route.model
            await stream.start(answer_headers(EVENT_STREAM, self.session.id, model, self.began))

    async def relay(self, event: Event, stream: Stream) -> None:
        self.gathering.note(event)
        if isinstance(event, Started):
            self.began = event
        elif isinstance(event, TranscriptDelta) and event.text:
            sure = {"logprobs": event.logprobs} if event.logprobs else {}
            await self.tell(stream, {"type": "transcript.text.delta", "delta": event.text, **sure})
        elif isinstance(event, Segment) and self.diarizes:
            await self.tell(stream, segment_event(event))

    @property
    def diarizes(self) -> bool:
        return TRANSCRIPT_OPTIONS[self.asked.task](self.asked).diarize

    async def tell(self, stream: Stream, value: Mapping[str, object]) -> None:
        await self.start(stream)
        await stream.write(b"data: " + dumps(value) + b"\n\n")

    async def finish(self, stream: Stream) -> None:
        """The text once more, with the usage; formats with more than text add what they have."""
        receipt = self.session.receipt
        assert receipt is not None
        heard = self.gathering.finish(self.asked)
        whole = render_transcript(heard, self.asked)
        done = whole if isinstance(whole, dict) else {}
        usage = {
            **transcript_usage(receipt, heard.seconds),
            "type": "tokens",
        }  # OpenAI's events know no other
        await self.tell(stream, {**done, "type": "transcript.text.done", "text": heard.text, "usage": usage})
        await stream.write(TERMINATOR)
        await stream.end()

    async def fail(self, error: PolyphonyError, stream: Stream) -> None:
        if not stream.started:
            raise error
        log.warning("%s %s was cut: %s", self.asked.task, self.session.id, error.provider_code)
        self.name(error)
        await stream.write(b"data: " + dumps({"type": "error", "error": error.envelope()}) + b"\n\n")
        await stream.end()
