"""Coalesced writes: events that are available together are written together."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from types import coroutine
from typing import Any, TypeVar

T = TypeVar("T")


@coroutine
def coalesce(
    events: AsyncGenerator[T, None], take: Callable[[T], None], write: Callable[[], Awaitable[None] | None]
) -> Generator[Any, Any, None]:
    """Call `take` with each event; whenever the next one is not available yet, call `write` and await it.

    The events of one network packet are available at once, so `write` can send them as one chunk. An
    exception of `write` is raised before the next event is taken and is not thrown into `events`.

    A hand-driven coroutine: an awaitable around each event would cost as much as handling the event does.
    """
    failure: Exception | None = None
    while True:
        steps: Any = anext(events)
        try:
            waiting = steps.send(None)
            written = False
            while True:
                try:
                    if not written:
                        written = True
                        if writing := write():
                            try:
                                yield from writing.__await__()
                            except Exception as error:
                                failure = error
                    sent = yield waiting
                except BaseException as thrown:
                    # a cancellation belongs to the generator that is waiting
                    waiting = steps.throw(thrown)
                else:
                    waiting = steps.send(sent)
        except StopIteration as event:
            if failure:
                raise failure from None
            take(event.value)
        except StopAsyncIteration:
            return
