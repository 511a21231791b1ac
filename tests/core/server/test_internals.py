"""The undocumented parts of Twisted, Autobahn and Daphne that the server uses exist in the installed ones."""

from __future__ import annotations

from core.server import internals  # isort: skip - before Daphne and Twisted

import inspect
from importlib.metadata import version

import daphne.server
import pytest
from twisted.internet.testing import StringTransport
from twisted.web import http

from core.server.flow import Backpressure
from core.server.request import HTTPFactory, HTTPRequest
from core.server.server import Server
from core.server.websocket import WebSocketFactory

PARTS = [
    pytest.param(dependency, owner, name, id=f"{dependency}: {owner.__name__}.{name}")
    for dependency, table in (
        ("twisted", internals.TWISTED),
        ("autobahn", internals.AUTOBAHN),
        ("daphne", internals.DAPHNE),
    )
    for owner, names in table.items()
    for name in names
]


def broken(dependency: str, part: str) -> str:
    return f"{dependency} {version(dependency)} has no {part}: see core/server/internals.py"


@pytest.mark.parametrize(("dependency", "owner", "name"), PARTS)
def test_classes_have_the_parts(dependency: str, owner: type, name: str) -> None:
    assert hasattr(owner, name), broken(dependency, f"{owner.__name__}.{name}")


async def application(scope: object, receive: object, send: object) -> None:
    """Is never called: nothing listens."""


@pytest.fixture
def instance() -> Server:
    return Server(application, port=0)


@pytest.mark.parametrize(
    "name",
    [
        "application",
        "endpoints",
        "listening_addresses",
        "ping_timeout",
        "root_path",
        "server_name",
        "signal_handlers",
        "websocket_handshake_timeout",
    ],
)
def test_a_daphne_server_has_the_attributes(instance: Server, name: str) -> None:
    assert name in vars(instance), broken("daphne", f"Server().{name}")


def test_daphne_has_an_event_loop_to_close() -> None:
    assert daphne.server.twisted_loop.is_closed(), broken("daphne", "server.twisted_loop")


def test_a_channel_knows_target_and_length_before_the_body(
    instance: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(http.HTTPChannel, "allHeadersReceived", lambda channel: seen.append(channel.length))
    channel = HTTPFactory(instance).buildProtocol(None)
    channel.makeConnection(StringTransport())
    channel.dataReceived(b"POST /a%20b?c=d HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n")
    assert internals.request_target(channel) == b"/a%20b?c=d", broken("twisted", "HTTPChannel()._path")
    assert seen == [5], broken("twisted", "HTTPChannel().length")


def test_a_request_knows_whether_its_response_has_started(instance: Server) -> None:
    channel = HTTPFactory(instance).buildProtocol(None)
    channel.makeConnection(StringTransport())
    assert not internals.has_started(HTTPRequest(channel)), broken("daphne", "WebRequest()._response_started")


def test_requests_can_leave_forms_unparsed() -> None:
    parameters = inspect.signature(http.Request.__init__).parameters
    assert "parsePOSTFormSubmission" in parameters, broken("twisted", "Request(parsePOSTFormSubmission)")


def test_a_websocket_has_the_attributes(instance: Server) -> None:
    factory = WebSocketFactory(instance, server="polyphony")
    assert internals.server_of(factory) is instance, broken("daphne", "WebSocketFactory().server_class")
    websocket = factory.buildProtocol(None)
    transport = StringTransport()
    transport.registerProducer(Backpressure(), True)  # as the HTTP channel has
    websocket.makeConnection(transport)
    assert websocket.state == websocket.STATE_CONNECTING, broken("autobahn", "state")
    assert internals.sent_close_code(websocket) is None, broken("autobahn", "localCloseCode")
    assert not internals.is_awaiting_accept(websocket)
