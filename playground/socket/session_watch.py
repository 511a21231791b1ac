"""One look every two seconds at all open sockets: are their people still signed in, does the server go on?"""

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

Leave = Callable[[int, str], Awaitable[None]]
Credentials = tuple[str, str]


class SessionWatch:
    """The open sockets of one event loop. A look costs two queries, however many they are."""

    def __init__(self) -> None:
        self._guests: dict[Leave, tuple[str, int]] = {}
        self._seen: dict[str, Credentials] = {}
        self._round: asyncio.Task[None] | None = None

    def enter(self, session_key: str, user_id: int, leave: Leave) -> None:
        """Call `leave` with a close code once the session no longer signs in this user, or we stop."""
        self._guests[leave] = (session_key, user_id)
        if self._round is None or self._round.done():
            self._round = asyncio.create_task(self._rounds(), name="socket vigil")

    def left(self, leave: Leave) -> None:
        self._guests.pop(leave, None)

    async def _rounds(self) -> None:
        while self._guests:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self._look()
            except Exception:
                log.exception("sessions could not be checked; it will be tried again")

    async def _look(self) -> None:
        if background.state.draining:
            await self._dismiss(list(self._guests), RESTART, "the server restarts")
            return
        guests = dict(self._guests)
        gone = await offload(self._signed_out, dict(guests.values()))
        leaving = [leave for leave, (key, _) in guests.items() if key in gone]
        await self._dismiss(leaving, SIGNED_OUT, "signed out")

    async def _dismiss(self, leaving: list[Leave], code: int, reason: str) -> None:
        for leave in leaving:
            self._guests.pop(leave, None)
        await asyncio.gather(*(leave(code, reason) for leave in leaving), return_exceptions=True)

    def _signed_out(self, visitors: dict[str, int]) -> set[str]:
        """Keys of `visitors` that are no longer good; blocking. Unchanged rows need no second thought."""
        rows = Session.objects.filter(session_key__in=visitors, expire_date__gt=timezone.now())
        sessions = dict(rows.values_list("session_key", "session_data"))
        people = User.objects.filter(pk__in=set(visitors.values()), is_active=True)
        passwords = dict(people.values_list("pk", "password"))
        gone, seen = set(), {}
        for key, user_id in visitors.items():
            found = (sessions.get(key, ""), passwords.get(user_id, ""))
            if "" in found or (found != self._seen.get(key) and not still(key, user_id)):
                gone.add(key)
            else:
                seen[key] = found
        self._seen = seen
        return gone


def still(key: str, user_id: int) -> bool:
    user = session_user(key)
    return user is not None and user.pk == user_id


vigils: WeakKeyDictionary[asyncio.AbstractEventLoop, SessionWatch] = WeakKeyDictionary()


def current() -> SessionWatch:
    """This event loop's vigil."""
    return vigils.setdefault(asyncio.get_running_loop(), SessionWatch())
