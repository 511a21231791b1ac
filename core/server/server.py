"""The server: Daphne with bounded memory, time limits for clients that stall, and a graceful shutdown.

Daphne itself keeps whole request bodies, unread responses and unread messages in memory, and drops all
connections on SIGTERM. Each difference has a test in `tests/core/server/` that fails on the original.
"""

from __future__ import annotations

from core.server.event_loop import loop  # isort: skip - before Daphne

import asyncio
import logging
import signal
import time
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import daphne.server
from twisted.internet import reactor
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.endpoints import quoteStringArgument, serverFromString
from twisted.internet.interfaces import IListeningPort
from twisted.logger import (
    FilteringLogObserver,
    LogLevel,
    LogLevelFilterPredicate,
    STDLibLogObserver,
    globalLogBeginner,
)
from twisted.python.failure import Failure

from core.access.body_quota import BODY, BodyQuota
from core.server import internals
from core.server.certificate import Certificate, self_signed
from core.server.channel import Channel
from core.server.connections import most_idle
from core.server.flow import SLICE, Message, RequestQueue, WebSocketQueue, limit_unsent
from core.server.limits import Application, FindSender, Limits
from core.server.proxies import parse_networks, resolve_origin
from core.server.request import HTTPFactory, HTTPRequest
from core.server.websocket import WebSocket, WebSocketFactory

logger = logging.getLogger(__name__)

internals.close_unused_loop()
SERVICE_RESTART = 1012
BACKLOG = 1024
"""Connections queued by the kernel; beyond that, clients wait seconds before trying again."""
DrainHook = Callable[[], Awaitable[None]]
Connection = HTTPRequest | WebSocket


def serve(
    application: Application,
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    tls: Path | None = None,
    limits: Limits | None = None,
    trusted_proxies: Iterable[str] = (),
    find_sender: FindSender | None = None,
    quota: BodyQuota | None = None,
    ready: Callable[[int], None] | None = None,
    draining: Callable[[], None] | None = None,
    on_drain: Iterable[DrainHook] = (),
    signal_handlers: bool = True,
) -> None:
    """Serve until SIGTERM or SIGINT, then drain. Raises OSError when it cannot listen. Once per process.

    `tls` is the folder of a self-signed certificate, created when missing. A long body is only received where
    `find_sender` finds somebody and `quota` has room for it. `ready` gets the real port; `draining` is called
    when draining begins; `on_drain` are awaited when all clients have left (or after `drain_seconds`), before
    the event loop stops. A second signal stops at once.
    """
    server = Server(
        application,
        host,
        port,
        tls=tls,
        limits=limits,
        trusted_proxies=trusted_proxies,
        find_sender=find_sender,
        quota=quota,
        ready=ready,
        draining=draining,
        on_drain=on_drain,
        signal_handlers=signal_handlers,
    )
    server.run()


class Server(daphne.server.Server):
    """Daphne's server with our protocols. `shutdown()` does what a signal does, from any thread."""

    def __init__(
        self,
        application: Application,
        host: str = "127.0.0.1",
        port: int = 8000,
        *,
        tls: Path | None = None,
        limits: Limits | None = None,
        trusted_proxies: Iterable[str] = (),
        find_sender: FindSender | None = None,
        quota: BodyQuota | None = None,
        ready: Callable[[int], None] | None = None,
        draining: Callable[[], None] | None = None,
        on_drain: Iterable[DrainHook] = (),
        signal_handlers: bool = True,
    ) -> None:
        self.limits = limits or Limits()
        super().__init__(
            application,
            endpoints=[_endpoint(host, port, self_signed(tls, [host]) if tls else None)],
            signal_handlers=signal_handlers,
            websocket_max_message_size=self.limits.message_bytes,
            websocket_max_frame_size=self.limits.message_bytes,
            application_close_timeout=self.limits.disconnect_seconds,
            server_name="polyphony",
        )
        self.trusted_proxies = parse_networks(trusted_proxies)
        self.find_sender = find_sender
        self.quota = quota
        self.draining = False
        self.channels: set[Channel] = set()
        self.sockets: set[WebSocket] = set()
        self.connections: dict[Connection, dict[str, Any]] = {}
        self._ready = ready
        self._on_draining = draining
        self._on_drain = tuple(on_drain)
        self._ports: list[IListeningPort] = []
        self._failure: Failure | None = None

    def run(self) -> None:
        """As Daphne's `run`, but with our protocol factories and signal handlers."""
        self.http_factory = HTTPFactory(self)
        self.ws_factory = WebSocketFactory(self, server=self.server_name)
        self.ws_factory.setProtocolOptions(
            autoPingTimeout=self.ping_timeout,
            allowNullOrigin=True,
            openHandshakeTimeout=self.websocket_handshake_timeout,
            maxMessagePayloadSize=self.limits.message_bytes,
            maxFramePayloadSize=self.limits.message_bytes,
            failByDrop=False,
        )
        _log_errors_only()
        asyncio.set_event_loop(loop)
        for description in self.endpoints:
            listening = serverFromString(reactor, description).listen(self.http_factory)
            listening.addCallbacks(self.listen_success, self.listen_error)
        if self._failure is not None:
            raise OSError(self._failure.getErrorMessage()) from self._failure.value
        reactor.callLater(1, self.application_checker)
        reactor.callLater(self.limits.check_seconds, self.timeout_checker)
        reactor.addSystemEventTrigger("before", "shutdown", self.kill_all_applications)
        if self.signal_handlers:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: self.shutdown())
        if self._ready is not None:
            # The port takes connections already, and before the loop runs `ready` may use the database.
            self._ready(self.listening_addresses[0][1])
        reactor.run(installSignalHandlers=False)

    def listen_success(self, port: IListeningPort) -> None:
        super().listen_success(port)
        self._ports.append(port)
        limit_unsent(port.fileno())  # connections inherit it

    def listen_error(self, failure: Failure) -> None:
        self._failure = failure

    # Applications

    def create_application(
        self, protocol: Connection, scope: dict[str, Any]
    ) -> RequestQueue | WebSocketQueue:
        scope["asgi"] = {"version": "3.0"}
        # Daphne took the root path from a header that any client may send.
        scope["root_path"] = self.root_path
        if scope["type"] == "websocket":
            scope["scheme"] = "wss" if protocol.secure else "ws"
        queue = protocol.open_queue()
        hold = protocol.body_hold()
        if hold.body is not None:
            scope[BODY] = hold.body
        running = self.application(
            resolve_origin(scope, self.trusted_proxies), queue.receive, partial(self.handle_reply, protocol)
        )
        instance = asyncio.ensure_future(running)
        instance.add_done_callback(lambda _: hold.release())
        # Daphne looks for ended applications once a second, and never for an unfinished response.
        instance.add_done_callback(lambda _: protocol.application_ended())
        self.connections[protocol]["application_instance"] = instance
        return queue

    async def handle_reply(self, protocol: Connection, message: Message) -> None:
        """`send` of the application: returns when the transport has room for more."""
        body = message.get("body")
        if body is not None and len(body) > SLICE:
            last = (len(body) - 1) // SLICE * SLICE
            for start in range(0, last, SLICE):
                await self._write(
                    protocol, {**message, "body": body[start : start + SLICE], "more_body": True}
                )
            message = {**message, "body": body[last:]}
        await self._write(protocol, message)

    async def _write(self, protocol: Connection, message: Message) -> None:
        if not protocol.backpressure.writable:
            await protocol.backpressure.wait_until_writable()
        if "disconnected" in self.connections.get(protocol, {"disconnected": True}):
            # The client has left. An application that only sends must still let other tasks run.
            await asyncio.sleep(0)
            return
        await super().handle_reply(protocol, message)

    # Checking connections

    def make_room(self, fresh: Channel) -> None:
        """Close an idle connection, or else this new one, where there are too many."""
        if len(self.channels) + len(self.sockets) > self.limits.connections:
            (most_idle(self.channels - {fresh}) or fresh).evict()

    def protocol_disconnected(self, protocol: Connection) -> None:
        # A rejected websocket disconnects twice, the second time after Daphne has forgotten it.
        if protocol in self.connections:
            super().protocol_disconnected(protocol)

    def application_checker(self) -> None:
        """Daphne's loop would end for good when the check of one connection fails."""
        try:
            super().application_checker()
        except Exception:
            logger.exception("Checking applications failed")
            reactor.callLater(1, self.application_checker)

    def timeout_checker(self) -> None:
        for connection in [*self.connections, *self.channels]:
            try:
                connection.check_timeouts()
            except Exception:
                logger.exception("Checking %r failed", connection)
        reactor.callLater(self.limits.check_seconds, self.timeout_checker)

    # Stopping

    def shutdown(self) -> None:
        """Begin to drain, or stop at once when draining already."""
        reactor.callFromThread(self._begin_drain)

    def _begin_drain(self) -> None:
        if self.draining:
            self.stop()
            return
        self.draining = True
        if self._on_draining is not None:
            self._on_draining()
        self._drain_task = asyncio.ensure_future(self._drain())

    async def _drain(self) -> None:
        deadline = time.monotonic() + self.limits.drain_seconds
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(maybeDeferred(port.stopListening).asFuture(loop) for port in self._ports))
        for channel in list(self.channels):
            channel.close_if_idle()
        for websocket in list(self.sockets):
            websocket.close(SERVICE_RESTART, "the server restarts")
        # Requests, websockets and applications end in many places: polling for half a minute is simpler.
        while self._busy() and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await self._end_applications()  # before the hooks: they close what a settlement needs
        for hook in self._on_drain:
            try:
                await hook()
            except Exception:
                logger.exception("A drain hook failed")
        self.stop()

    def _busy(self) -> bool:
        return bool(self.channels or self.sockets or self._running())

    def _running(self) -> list[asyncio.Future[None]]:
        instances = (details.get("application_instance") for details in self.connections.values())
        return [instance for instance in instances if instance is not None and not instance.done()]

    def kill_all_applications(self) -> Deferred[Any]:
        """Daphne's fails where an application has not started, and waits without limit for the others."""
        return Deferred.fromFuture(asyncio.ensure_future(self._end_applications()))

    async def _end_applications(self) -> None:
        """Cancel running applications and wait for them, at most 5 s."""
        running = self._running()
        for instance in running:
            instance.cancel()
        if running:
            await asyncio.wait(running, timeout=5)


def _endpoint(host: str, port: int, tls: Certificate | None) -> str:
    """Twisted's description of the endpoint to listen on."""
    interface = quoteStringArgument(host.strip("[]"))
    address = f"port={port}:interface={interface}:backlog={BACKLOG}"
    if tls is None:
        return f"tcp:{address}"
    key, certificate = quoteStringArgument(str(tls.key)), quoteStringArgument(str(tls.certificate))
    return f"ssl:{address}:privateKey={key}:certKey={certificate}"


def _log_errors_only() -> None:
    """Twisted logs every connection; only its errors are passed to `logging`."""
    errors = LogLevelFilterPredicate(defaultLogLevel=LogLevel.error)
    observer = FilteringLogObserver(STDLibLogObserver(__name__), [errors])
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False, discardBuffer=True)
