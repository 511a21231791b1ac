"""Websockets against clients that do not read, flood or vanish (M: failures of stock Daphne)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.server.processes import (
    MIB,
    ServerProcess,
    frame,
    is_reset,
    read_close,
    read_frame,
    request_upgrade,
    upgrade,
)

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="memory is read from Linux's /proc"
)


@pytest.mark.timing
def test_m2_unread_websocket_messages_are_cut_and_cost_little_memory(either_server: ServerProcess) -> None:
    with either_server.memory_rise() as rise:
        lazy = [either_server.connect() for _ in range(5)]
        for client in lazy:
            upgrade(client, "/blast?mb=300")
        assert [is_reset(client, 5) for client in lazy] == [True] * 5
    assert rise[0] < 20
    for client in lazy:
        client.close()


def test_m2_websocket_messages_all_reach_a_client_that_reads(server: ServerProcess) -> None:
    with server.connect() as client:
        upgrade(client, "/blast?mb=20")
        sizes = [len(read_frame(client)[1]) for _ in range(20 * 16)]
        assert sizes == [MIB // 16] * 320
        assert read_close(client) == (1000, "")


@pytest.mark.timing
def test_m4_websocket_flood_is_closed_with_1008(server: ServerProcess) -> None:
    with server.memory_rise() as rise, server.connect() as client:
        upgrade(client, "/busy")
        try:
            for _ in range(200):
                client.sendall(frame(bytes(MIB - 100), opcode=2))
        except ConnectionError:
            pass
        else:
            assert read_close(client) == (1008, "too many unread messages")
        server.wait_for_mark("busy saw 1008")
    assert rise[0] < 20


def test_m4_many_small_unread_messages_are_closed_with_1008(server: ServerProcess) -> None:
    with server.connect() as client:
        upgrade(client, "/busy")
        client.sendall(frame(b"x") * 300)
        assert read_close(client) == (1008, "too many unread messages")


def test_websocket_message_over_one_mebibyte_is_refused_with_1009(server: ServerProcess) -> None:
    with server.connect() as client:
        upgrade(client, "/echo")
        client.sendall(frame(bytes(MIB + 1), opcode=2)[:2000])
        assert read_close(client)[0] == 1009


def test_m10_a_lost_websocket_is_noticed_at_once(server: ServerProcess) -> None:
    with server.connect() as client:
        upgrade(client, "/echo")
        client.sendall(frame(b"hello"))
        assert read_frame(client) == (1, b"hello")
    server.wait_for_mark("echo saw 1006", 1)


def test_websocket_whose_application_ends_is_closed(server: ServerProcess) -> None:
    with server.connect() as client:
        upgrade(client, "/accept")
        assert read_close(client) == (1011, "")


def test_rejected_websocket_gets_403(server: ServerProcess) -> None:
    with server.connect() as client:
        assert request_upgrade(client, "/reject").startswith(b"HTTP/1.1 403 ")


@pytest.mark.parametrize("code", [1000, 1008, 1011, 1013, 4401])
def test_application_closes_a_websocket_with_any_code(server: ServerProcess, code: int) -> None:
    with server.connect() as client:
        upgrade(client, f"/close?code={code}")
        assert read_close(client) == (code, "because")
