"""Writing together what comes together: a wait is noticed only when it begins."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from types import coroutine
from typing import Any, TypeVar

T = TypeVar("T")


@coroutine
def gather(
    events: AsyncGenerator[T, None], take: Callable[[T], None], write: Callable[[], Awaitable[None] | None]
) -> Generator[Any, Any, None]:
    """`take` each event; whenever the next one is not there yet, `write` first what there is to write.

    What fails then is raised before the next event is taken: it is no failure of what is waited for.

    Events of one network packet are all there at once: whoever writes what was taken of them writes them
    together. One loop for all events: an awaitable around each would cost as much as what is done with it.
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
                    answer = yield waiting
                except BaseException as thrown:
                    # a cancel is meant for whatever is waited for
                    waiting = steps.throw(thrown)
                else:
                    waiting = steps.send(answer)
        except StopIteration as event:
            if failure:
                raise failure from None
            take(event.value)
        except StopAsyncIteration:
            return
