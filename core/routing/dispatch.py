"""How the request of each task is run: as it is, or in more than one step where its route says so."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, aclosing
from typing import Any

from core.contract.chat import ChatRequest
from core.contract.events import Event
from core.contract.image import ImageRequest
from core.contract.requests import Request
from core.contract.route import Route, Target
from core.contract.tasks import Task, TaskTable
from core.contract.transcription import TranscriptionRequest
from core.contract.translation import TranslationRequest
from core.providers import registry
from core.providers.shared.images.input import accepted_images
from core.providers.shared.images.messages import has_pictures, without_metadata
from core.routing.attempt import AttemptLog
from core.routing.fallback import run_with_fallbacks
from core.routing.health import Health
from core.routing.run import call_adapter, run
from core.routing.two_step_translation import translate_in_two_steps
from core.routing.word_alignment import transcribe_with_alignment

Events = AsyncGenerator[Event, None]


def transcribe(route: Route, request: TranscriptionRequest, attempts: AttemptLog, health: Health) -> Events:
    """`route.align`: the model reports no word times, so they are found afterwards."""
    runner = transcribe_with_alignment if route.align else run
    return runner(route, request, attempts, health)


def translate(route: Route, request: TranslationRequest, attempts: AttemptLog, health: Health) -> Events:
    """`route.then`: the model only transcribes, so a chat model translates its transcript."""
    runner = run if route.then is None else translate_in_two_steps
    return runner(route, request, attempts, health)


def chat(route: Route, request: ChatRequest, attempts: AttemptLog, health: Health) -> Events:
    """Nobody outside is told where a photo was taken."""
    call = chat_without_metadata if has_pictures(request) else call_adapter
    return run(route, request, attempts, health, call)


async def chat_without_metadata(target: Target, request: Any) -> Events:
    async with AsyncExitStack() as opened:
        if not registry.adapter(target.wire).embedded:
            request = await opened.enter_async_context(without_metadata(request))
        events = await opened.enter_async_context(aclosing(call_adapter(target, request)))
        async for event in events:
            yield event


def draw(route: Route, request: ImageRequest, attempts: AttemptLog, health: Health) -> Events:
    """Input images of a kind that a target does not take are converted first."""
    return run(route, request, attempts, health, draw_accepted)


async def draw_accepted(target: Target, request: Any) -> Events:
    async with (
        accepted_images(target, request) as sent,
        aclosing(call_adapter(target, sent)) as events,
    ):
        async for event in events:
            yield event


RUNNERS: TaskTable[Callable[[Route, Any, AttemptLog, Health], Events]] = TaskTable(
    "routing",
    {
        Task.SPEECH: run,
        Task.TRANSCRIPTION: transcribe,
        Task.TRANSLATION: translate,
        Task.CHAT: chat,
        Task.IMAGE: draw,
        Task.EMBEDDING: run,
    },
)
"""Each takes the request class of its task."""


def answer(route: Route, request: Request, attempts: AttemptLog, health: Health) -> Events:
    """The events of `request`, `Used` the last. Raises what `run` raises, `UnknownTask` for a task without
    a row. Where the route has other models, they are asked in turn."""
    runner = RUNNERS[request.task]
    if route.fallbacks or route.skipped:
        return run_with_fallbacks(route, request, attempts, health, runner)
    return runner(route, request, attempts, health)
