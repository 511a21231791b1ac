"""The playground's socket: starts, stops and follows runs; it owns none of them."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from channels.generic.websocket import AsyncWebsocketConsumer

from core import background
from core.contract.errors import InvalidRequest, NotFound, PolyphonyError, RateLimited
from core.models import User
from core.models.offload import offload
from playground import frames, requests
from playground.models import Run
from playground.runs import recovery, runner
from playground.runs import registry as registry
from playground.runs.log import Numbered
from playground.socket import authentication, session_watch
from playground.socket.sender import Sender

log = logging.getLogger("polyphony.socket")

RUNS_PER_SOCKET = 8
FRAME_BYTES = 1024 * 1024
POLICY, TOO_BIG, SIGNED_OUT = 1008, 1009, 4401


@dataclass(eq=False)
class Follower:
    """One run as one socket sees it, under the browser's own id."""

    id: str
    run: UUID
    task: asyncio.Task[None]


@dataclass(eq=False)
class OpenSocket:
    """What one accepted socket of a signed-in user holds."""

    user: User
    flow: authentication.FrameLimit = field(default_factory=authentication.FrameLimit)
    followers: dict[str, Follower] = field(default_factory=dict)
    finished: deque[str] = field(default_factory=lambda: deque(maxlen=256))
    left: bool = False


class PlaygroundConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Receiving only parses and starts tasks, so that stop and disconnect are heard while sound flows.

    A follower reads its run's log at the socket's pace; the run never waits for a socket.
    """

    visit: OpenSocket | None = None

    async def dispatch(self, message: dict[str, Any]) -> None:
        """As in Channels, without its thread hop per frame: database work here cleans up after itself."""
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def connect(self) -> None:
        if not authentication.origin_allowed(self.scope):
            await self.close()
            return
        user: User | None = self.scope["user"]
        # a close code only reaches the browser over an accepted socket
        await self.accept()
        if user is None:
            await self.close(SIGNED_OUT, "sign in first")
        elif authentication.sockets[user.pk] >= authentication.SOCKETS_PER_USER:
            await self.close(POLICY, "too many open pages")
        else:
            recovery.recover_once(registry.runs)
            authentication.sockets[user.pk] += 1
            self.visit = OpenSocket(user)
            session_watch.current().enter(self.scope["session_key"], user.pk, self.leave)

    async def disconnect(self, code: int) -> None:
        if (visit := self.visit) is None:
            return
        self.visit = None
        authentication.sockets[visit.user.pk] -= 1
        session_watch.current().left(self.leave)
        ending = [follower.task for follower in visit.followers.values()]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    async def leave(self, code: int, reason: str) -> None:
        """Follow nothing more and close; the runs go on."""
        if (visit := self.visit) is None:
            return
        visit.left = True
        for follower in visit.followers.values():
            follower.task.cancel()
        await self.close(code, reason)

    # What the browser says

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        visit = self.visit
        if visit is None or visit.left:
            return
        size = len(bytes_data or (text_data or "").encode("utf-8", "replace"))
        if size > FRAME_BYTES:
            await self.leave(TOO_BIG, "frame too large")
            return
        if visit.flow.too_much(size):
            await self.leave(POLICY, "too many frames")
            return
        try:
            if text_data is None:
                raise frames.BadFrame("Frames are JSON text; files are uploaded first.")
            await self.act(visit, frames.parse(text_data))
        except PolyphonyError as error:
            await self.say(frames.error_frame(error, getattr(error, "frame_id", None)))

    async def act(self, visit: OpenSocket, frame: frames.Frame) -> None:
        try:
            match frame:
                case frames.Ping():
                    await self.say(frames.PONG)
                case frames.Start():
                    await self.start(visit, frame)
                case frames.Resume():
                    self.follow(visit, frame.id, frame.run, self.resume(visit, frame))
                case frames.Stop():
                    self.stop(visit, frame)
        except PolyphonyError as error:
            await self.say(frames.error_frame(error, getattr(frame, "id", None)))

    async def start(self, visit: OpenSocket, frame: frames.Start) -> None:
        self.make_room(visit, frame.id)
        client = self.scope.get("client") or [""]
        try:
            asked = await requests.build(visit.user, frame)
            live = runner.start(visit.user.pk, frame, asked, str(client[0]))
        except PolyphonyError as error:
            await self.say(frames.event_frame(frame.id, str(uuid4()), 1, frames.failed(error)))
            return
        outlet = Sender(self.base_send, frame.id, live.id)
        self.follow(visit, frame.id, live.id, self.relay(live.log.read(0, outlet.take), outlet))

    async def resume(self, visit: OpenSocket, frame: frames.Resume) -> None:
        run = await offload(Run.objects.for_user(visit.user).filter(id=frame.run).first)
        if run is None:
            raise NotFound("There is no such run.", param="run")
        await self.relay(registry.follow(run, frame.after), Sender(self.base_send, frame.id, run.id))

    def stop(self, visit: OpenSocket, frame: frames.Stop) -> None:
        follower = visit.followers.get(frame.id)
        if follower is not None:
            background.spawn(f"stop {follower.run}", registry.stop(follower.run))
        elif frame.id not in visit.finished:
            raise NotFound("No run of this id is followed here.", param="id")

    # What it hears

    def make_room(self, visit: OpenSocket, frame_id: str) -> None:
        if frame_id in visit.followers:
            raise InvalidRequest("This id is already in use on this socket.", param="id", code="id_in_use")
        if len(visit.followers) >= RUNS_PER_SOCKET:
            raise RateLimited(
                f"A socket follows at most {RUNS_PER_SOCKET} runs at a time.", code="too_many_runs"
            )

    def follow(self, visit: OpenSocket, frame_id: str, run: UUID, work: Coroutine[Any, Any, None]) -> None:
        earlier = visit.followers.get(frame_id)
        if earlier is not None and earlier.run == run:
            earlier.task.cancel()
            visit.followers.pop(frame_id)
        try:
            self.make_room(visit, frame_id)
        except PolyphonyError:
            work.close()
            raise
        task = asyncio.create_task(self.guarded(frame_id, work), name=f"follow {run}")
        follower = visit.followers[frame_id] = Follower(frame_id, run, task)
        task.add_done_callback(lambda _: self.over(visit, follower))

    def over(self, visit: OpenSocket, follower: Follower) -> None:
        visit.finished.append(follower.id)
        if visit.followers.get(follower.id) is follower:
            del visit.followers[follower.id]

    async def guarded(self, frame_id: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except PolyphonyError as error:
            await self.say(frames.error_frame(error, frame_id))
        except (OSError, RuntimeError):
            log.debug("a socket closed while it was being told about a run")
        except Exception:
            log.exception("following a run failed")
            await self.say(
                frames.error_frame(PolyphonyError("Something went wrong on this server."), frame_id)
            )

    async def relay(self, events: AsyncGenerator[list[Numbered], None], outlet: Sender) -> None:
        """Send a run's events as they come."""
        async with aclosing(events):
            async for batch in events:
                for number, body in batch:
                    await outlet.send(number, body)

    async def say(self, text: str) -> None:
        await self.base_send({"type": "websocket.send", "text": text})
