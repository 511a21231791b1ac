"""Heartbeats: each process has a token, which its records carry, and a row that it updates every 10 s."""

from __future__ import annotations

import os
import secrets
import socket
import time
from pathlib import Path

from django.db import connection
from django.utils import timezone

from core.ledger.store import statements as sql
from core.models.ledger import ServerProcess, UsageRecord

TIMEOUT = 60.0
"""Seconds without a heartbeat after which a process counts as dead."""


class Process:
    """This process: its token, new after a fork, and the monotonic time of its last heartbeat."""

    def __init__(self) -> None:
        self.token = secrets.token_hex(8)
        self.pid = os.getpid()
        self.last_beat: float | None = None
        self.recovered: float | None = None

    def beat_stored(self) -> None:
        """Note the heartbeat; after a gap of this process `recovered` is set.

        What prevented our heartbeats, such as a database outage, probably prevented those of all processes:
        an old heartbeat then does not mean that its process is dead.
        """
        now = time.monotonic()
        if self.last_beat is not None and now - self.last_beat > TIMEOUT / 2:
            self.recovered = now
        self.last_beat = now

    @property
    def recovering(self) -> bool:
        return self.recovered is not None and time.monotonic() - self.recovered < TIMEOUT


current = Process()


def process() -> Process:
    global current
    if current.pid != os.getpid():
        current = Process()
    return current


def token() -> str:
    """The token that this process puts into its records."""
    return process().token


def beat() -> None:
    """Store a heartbeat; the first one adds the process to the table. Blocking."""
    me = process()
    now = sql.sql_time(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(sql.STORE_BEAT, (now, me.token))
        if cursor.rowcount == 0:
            cursor.execute(sql.ADD_PROCESS, (me.token, host_id(), me.pid, now, now))
    me.beat_stored()


def unregister() -> None:
    """Remove this process from the table, unless a record is open that may still be settled. Blocking."""
    mine = token()
    if not UsageRecord.objects.filter(state="open", process=mine).exists():
        ServerProcess.objects.filter(token=mine).delete()


def host_id() -> str:
    """Identifies the kernel and the process namespace: a pid is valid within the same ones only."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}:{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return socket.gethostname()[:80]


def is_dead(other: ServerProcess, here: str) -> bool:
    """Whether a process of this machine is certainly dead; False for every process of another machine."""
    if other.host != here:
        return False
    if other.pid == os.getpid():
        return other.token != token()
    try:
        os.kill(other.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return False
