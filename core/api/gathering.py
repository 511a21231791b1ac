"""Writing together what comes together: a wait is noticed only when it begins."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from types import coroutine
from typing import Any, TypeVar

T = TypeVar("T")


@coroutine
def meanwhile(what: Awaitable[T], work: Callable[[], Awaitable[None]]) -> Generator[Any, Any, T]:
    """The result of `what`; `work`, which must not raise, is done first if that is not there yet.

    Events of one network packet are all there at once: whoever writes them as `work` writes them together.
    """
    steps = what.__await__()
    try:
        waiting = next(steps)
    except StopIteration as done:
        return done.value
    worked = False
    while True:
        try:
            if not worked:
                worked = True
                yield from work().__await__()
            yield waiting
            break
        except BaseException as thrown:
            # a cancel is meant for whatever is waited for
            try:
                waiting = steps.throw(thrown)
            except StopIteration as done:
                return done.value
    return (yield from steps)
