"""Signs of life: each process has a token in its records and says every ten seconds that it is there."""

from __future__ import annotations

import os
import secrets
import socket
import time
from pathlib import Path

from django.db import connection
from django.utils import timezone

from core.ledger.budgets import sql_time
from core.ledger.store import statements as sql
from core.models.ledger import ServerProcess, UsageRecord

TIMEOUT = 60.0
"""Seconds without a beat after which a process is taken for dead."""


class Process:
    """This process: its token, made anew after a fork, and when the database last heard from it."""

    def __init__(self) -> None:
        self.token = secrets.token_hex(8)
        self.pid = os.getpid()
        self.beaten: float | None = None
        self.recovered: float | None = None

    def heard(self) -> None:
        """After a silence of ours the others' beats are as old as ours was: that proves nothing yet."""
        now = time.monotonic()
        if self.beaten is not None and now - self.beaten > TIMEOUT / 2:
            self.recovered = now
        self.beaten = now

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
    """What this process signs its records with."""
    return process().token


def beat() -> None:
    """Say that this process lives; the first time it is entered into the list. Blocking."""
    me = process()
    now = sql_time(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(sql.STORE_BEAT, (now, me.token))
        if cursor.rowcount == 0:
            cursor.execute(sql.ADD_PROCESS, (me.token, host_id(), me.pid, now, now))
    me.heard()


def unregister() -> None:
    """Leave the list, unless a record is still open: that one may be settled late, and silence will tell."""
    mine = token()
    if not UsageRecord.objects.filter(state="open", process=mine).exists():
        ServerProcess.objects.filter(token=mine).delete()


def host_id() -> str:
    """Names the kernel and the process namespace: only inside the same ones a pid can be looked up."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}:{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return socket.gethostname()[:80]


def is_dead(other: ServerProcess, here: str) -> bool:
    """Whether a process of this very machine is certainly dead; of other machines nothing is certain."""
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
