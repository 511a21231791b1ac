"""The one door: a caller and a request go in, events come out, exactly one usage record stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from core import ledger
from core.access import admission
from core.access import snapshot as access
from core.background import state
from core.bodies.transcription.collector import FinishedTranscript, TranscriptCollector
from core.catalogue import route
from core.contract.chat import ChatRequest
from core.contract.errors import AuthenticationFailed, Interrupted, PolyphonyError, Unavailable
from core.contract.events import (
    AudioChunk,
    AudioStart,
    Event,
    Outcome,
    Receipt,
    SpeechWord,
    SpeechWords,
    Started,
)
from core.contract.requests import Caller, Request
from core.contract.speech import SpeechRequest
from core.routing import dispatch
from core.routing.health import Health

health = Health()
"""Which targets failed lately; per process, so several processes learn each for itself."""


class Session:
    """One request on its way: `id` is known at once, `receipt` once `events()` has ended, in any way."""

    def __init__(self, caller: Caller, request: Request) -> None:
        """Admit and route. Raises the refusals of the error tree; nothing has been written yet."""
        if state.draining:
            raise Unavailable("The server is shutting down.", code="draining", retry_after=5)
        self.request = request
        self.grant = admission.admit(caller, request)
        self.route = route.route(request)
        if self.route.then is not None:
            admission.admit_model(caller, self.route.then.model)
        self.record = ledger.open(self.grant, request, self.route)
        self.receipt: Receipt | None = None

    @property
    def id(self) -> str:
        return self.record.id

    async def events(self) -> AsyncGenerator[Event, None]:
        """Everything the routing yields, then the `Receipt`.

        Raises from the error tree, after settling; what was delivered before is kept and charged.
        """
        error: PolyphonyError | None = None
        outcome = Outcome.STOPPED
        try:
            record, current = self.record, access.current
            async with aclosing(dispatch.answer(self.route, self.request, record, health)) as events:
                async for event in events:
                    if self.grant.serial != current().serial:
                        self.grant = admission.renew(self.grant)
                    record.meter.note(event)
                    yield event
            outcome = Outcome.COMPLETED
        except AuthenticationFailed as withdrawn:
            outcome, error = Outcome.INTERRUPTED, withdrawn
            raise
        except PolyphonyError as failure:
            outcome, error = self.record.outcome_of(failure), failure
            raise
        except (asyncio.CancelledError, GeneratorExit):
            # the first while it waits here, the second while its reader works
            if state.draining:
                outcome, error = Outcome.INTERRUPTED, Interrupted("The server was stopped.")
            raise
        finally:
            # queued before its first await: a cancel here loses the receipt, never the settlement
            self.receipt = await self.record.settle(outcome, error)
        yield self.receipt


async def stream(caller: Caller, request: Request) -> AsyncGenerator[Event, None]:
    """Answer a request as events; the last one is its `Receipt`."""
    async with aclosing(Session(caller, request).events()) as events:
        async for event in events:
            yield event


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished speech: its bytes, their shape, the words where they are known, the receipt."""

    audio: bytes
    shape: AudioStart
    words: tuple[SpeechWord, ...]
    receipt: Receipt


async def collect(caller: Caller, request: Request) -> Answer:
    """The whole answer at once. Raises what `stream` raises."""
    session = Session(caller, request)
    sound, words, shape = bytearray(), [], None
    async with aclosing(session.events()) as events:
        async for event in events:
            match event:
                case AudioChunk(data):
                    sound += data
                case SpeechWords(spoken):
                    words.extend(spoken)
                case AudioStart():
                    shape = event
    assert shape is not None  # a run without content has raised
    assert session.receipt is not None
    return Answer(bytes(sound), shape, tuple(words), session.receipt)


@dataclass(frozen=True, slots=True)
class Hearing:
    """A finished transcript or translation: what was heard, by whom it was answered, the receipt."""

    heard: FinishedTranscript
    began: Started
    receipt: Receipt


async def hear(session: Session) -> Hearing:
    """The whole transcript of a session that listens. Raises what `stream` raises."""
    assert not isinstance(session.request, SpeechRequest | ChatRequest)
    gathering, began = TranscriptCollector(), None
    async with aclosing(session.events()) as events:
        async for event in events:
            gathering.note(event)
            if isinstance(event, Started):
                began = event
    assert began is not None  # a run without content has raised
    assert session.receipt is not None
    return Hearing(gathering.finish(session.request), began, session.receipt)
