"""What is left of a streamed answer whose caller has stopped it: it may end with the usage that is billed.

It is worth reading where a provider goes on, and charges, although the connection is closed. The option
`drain_seconds` says so, of a provider or an endpoint. OpenAI and many behind OpenRouter stop at once:
https://openrouter.ai/docs/api-reference/streaming#stream-cancellation
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing

from core.contract.events import Event, Used
from core.contract.route import Target
from core.contract.usage import Usage
from core.providers.openai.chat.events import ChatReader
from core.providers.openai.chat.usage import final_usage, usage_at_failure
from core.providers.shared.http import CallResponse

MOST_BYTES = 1024 * 1024
"""Bytes that are read after a stop."""


class Remainder:
    """The open answer and its reader; `seconds` is how long it may be read. To be read or closed."""

    def __init__(
        self,
        seconds: float,
        opened: AsyncExitStack,
        response: CallResponse,
        reader: ChatReader,
        target: Target,
    ) -> None:
        self.seconds = seconds
        self._opened = opened
        self._response = response
        self._reader = reader
        self._target = target

    async def events(self) -> AsyncGenerator[Event, None]:
        """The events that follow, the last one `Used`, as far as the provider tells it soon enough."""
        reader, size = self._reader, 0
        async with self._opened:
            for event in reader.rest():
                yield event
            async with aclosing(self._response.chunks()) as chunks:
                while not reader.done and size <= MOST_BYTES and (chunk := await anext(chunks, b"")):
                    size += len(chunk)
                    for event in reader.feed(chunk):
                        yield event
        for event in reader.end():
            yield event
        yield Used(final_usage(reader.report, self._target))

    def told(self) -> Usage | None:
        """What the provider has told so far."""
        return usage_at_failure(self._reader.report, self._target)

    async def close(self) -> None:
        await self._opened.aclose()


def keep_open(target: Target, opened: AsyncExitStack, response: CallResponse, reader: ChatReader) -> None:
    """Leave a stopped answer open where the rest of it is worth reading, and not compressed."""
    seconds = float(target.options.get("drain_seconds", 0))
    plain = response.headers.get("content-encoding", "identity") == "identity"
    if seconds and plain and target.sending is not None:
        target.sending.remainder = Remainder(seconds, opened.pop_all(), response, reader, target)
