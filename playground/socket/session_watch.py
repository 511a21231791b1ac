"""Closes sockets whose session has ended, and all sockets when the server shuts down."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from weakref import WeakKeyDictionary

from django.contrib.sessions.models import Session
from django.utils import timezone

from core import background
from core.models import User
from core.models.offload import offload
from playground.socket.authentication import session_user

log = logging.getLogger("polyphony.socket")

CHECK_SECONDS = 2.0
RESTART, SIGNED_OUT = 1012, 4401

Close = Callable[[int, str], Awaitable[None]]
Credentials = tuple[str, str]


class SessionWatch:
    """Checks all open sockets of one event loop every `CHECK_SECONDS`, by two queries."""

    def __init__(self) -> None:
        self._sockets: dict[Close, tuple[str, int]] = {}
        self._checked: dict[str, Credentials] = {}
        self._task: asyncio.Task[None] | None = None

    def add(self, session_key: str, user_id: int, close: Close) -> None:
        """Call `close` with a code and a reason once the session has ended or the server shuts down."""
        self._sockets[close] = (session_key, user_id)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._check_repeatedly(), name="session watch")

    def remove(self, close: Close) -> None:
        self._sockets.pop(close, None)

    async def _check_repeatedly(self) -> None:
        while self._sockets:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self._check()
            except Exception:
                log.exception("sessions could not be checked; it will be tried again")

    async def _check(self) -> None:
        if background.state.draining:
            await self._close(list(self._sockets), RESTART, "the server restarts")
            return
        sockets = dict(self._sockets)
        gone = await offload(self._signed_out, dict(sockets.values()))
        closing = [close for close, (key, _) in sockets.items() if key in gone]
        await self._close(closing, SIGNED_OUT, "signed out")

    async def _close(self, closing: list[Close], code: int, reason: str) -> None:
        for close in closing:
            self._sockets.pop(close, None)
        await asyncio.gather(*(close(code, reason) for close in closing), return_exceptions=True)

    def _signed_out(self, sessions: dict[str, int]) -> set[str]:
        """Keys of `sessions` that no longer sign in their user; blocking.

        Only sessions whose row or user has changed since the last check are verified in full.
        """
        rows = Session.objects.filter(session_key__in=sessions, expire_date__gt=timezone.now())
        stored = dict(rows.values_list("session_key", "session_data"))
        users = User.objects.filter(pk__in=set(sessions.values()), is_active=True)
        passwords = dict(users.values_list("pk", "password"))
        gone, checked = set(), {}
        for key, user_id in sessions.items():
            found = (stored.get(key, ""), passwords.get(user_id, ""))
            if "" in found or (found != self._checked.get(key) and not signs_in(key, user_id)):
                gone.add(key)
            else:
                checked[key] = found
        self._checked = checked
        return gone


def signs_in(key: str, user_id: int) -> bool:
    user = session_user(key)
    return user is not None and user.pk == user_id


watches: WeakKeyDictionary[asyncio.AbstractEventLoop, SessionWatch] = WeakKeyDictionary()


def current() -> SessionWatch:
    """The watch of this event loop."""
    return watches.setdefault(asyncio.get_running_loop(), SessionWatch())
