"""Phases in which server processes die: at named points, by SIGTERM, and with requests upstream."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from tests.proof.callers import Call
from tests.proof.fault_names import POINTS
from tests.proof.stage import Stage

AT_ONCE = 20
MODELS = ("talker", "slow", "voice", "resets", "hedged")
"""Of the calls while processes die; every other one streams."""
FEW_POINTS = ("after open, before dispatch", "mid-stream", "in the settlement, before its commit")
WAIT_SECONDS = 20.0


def at_points(stage: Stage, kind: str) -> None:
    """Processes that kill themselves while calls are under way, each at another point; one stays."""
    points = POINTS if stage.whole else FEW_POINTS
    with stage.servers(kind, len(points) + 1, points, count=2) as group:
        number = len(group.servers)
        calls = []
        for turn, model in enumerate(MODELS * 3):
            stream = turn % 2 == 1
            calls += [Call(who, model, group.url(), stream=stream) for who in stage.take(number)]
        stage.ask(calls)
        for point, server in zip(points, group.servers, strict=False):
            stage.notes.deaths[f"kill -9 {point}"] += server.process.poll() is not None
        stage.quiesce()


def upstream(stage: Stage, kind: str) -> None:
    """Killed while the provider has the requests and has not answered a byte."""
    with stage.servers(kind, 2) as group:
        ask_held(
            stage, [Call(who, "held", group.url()) for who in stage.take(AT_ONCE)], group.servers[0].kill
        )
        stage.notes.deaths["kill -9 before the first byte"] += 1
        if stage.whole and kind == "daphne":
            # the survivor's own sweep, which is the same in both, not the command's
            stage.quiesce(sweep=False)
        stage.quiesce()
        stage.notes.double_sweeps += 3
        stage.sweep(3)


def by_sigterm(stage: Stage, kind: str) -> None:
    """SIGTERM with streams and held requests under way; the processes drain."""
    with stage.servers(kind, 2) as group:

        def stop() -> None:
            for server in group.servers:
                server.terminate()

        calls = [Call(who, "held", group.url(), n % 2 == 0) for n, who in enumerate(stage.take(AT_ONCE))]
        ask_held(stage, calls, stop)
        for server in group.servers:
            stage.notes.deaths["SIGTERM"] += server.end()
        stage.quiesce()


def ask_held(stage: Stage, calls: list[Call], disturb: Callable[[], object]) -> None:
    """Once the provider holds all calls: disturb, then let it answer."""
    before, missing = len(stage.billing.arrivals), list[int]()

    def when_held() -> None:
        if not wait_until(lambda: len(stage.billing.arrivals) - before >= len(calls)):
            missing.append(before + len(calls) - len(stage.billing.arrivals))
        stage.note_open_sums()
        disturb()
        stage.billing.gate.open()

    thread = threading.Thread(target=when_held)
    thread.start()
    stage.ask(calls)
    thread.join()
    if missing:
        raise RuntimeError(f"{missing[0]} of {len(calls)} calls never reached the provider")


def wait_until(condition: Callable[[], bool], seconds: float = WAIT_SECONDS) -> bool:
    """Whether the condition came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
