"""The client of an answer that is finished whether or not anybody still listens."""

from __future__ import annotations

from core.api.http.middleware import Message, Send


class Client:
    """The `send` of a connection until `leave`; what is sent afterwards is dropped."""

    def __init__(self, send: Send) -> None:
        self._send: Send | None = send

    def leave(self) -> None:
        self._send = None

    async def send(self, message: Message) -> None:
        if self._send is not None:
            await self._send(message)
