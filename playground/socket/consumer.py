"""The websocket consumer: starts, stops and follows runs; the runs belong to the server."""

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
from playground.runs import recovery, registry, runner
from playground.runs.log import Numbered
from playground.socket import authentication, session_watch
from playground.socket.sender import Sender

log = logging.getLogger("polyphony.socket")

RUNS_PER_SOCKET = 8
FRAME_BYTES = 1024 * 1024
BAD_FRAMES = 10
"""After so many bad frames in a row a socket is closed: no page of ours sends them."""
POLICY, TOO_BIG, SIGNED_OUT = 1008, 1009, 4401


@dataclass(eq=False)
class Follower:
    """A run that one socket follows, under the id that the browser gave it."""

    id: str
    run: UUID
    task: asyncio.Task[None]


@dataclass(eq=False)
class OpenSocket:
    """The state of one accepted socket of a signed-in user.

    `place` is its place among those of the user, `finished` are ids of runs that ended a moment ago,
    `closing` says that frames are no longer read, `bad_frames` counts those since the last good one.
    """

    user: User
    place: str
    limit: authentication.FrameLimit = field(default_factory=authentication.FrameLimit)
    followers: dict[str, Follower] = field(default_factory=dict)
    finished: deque[str] = field(default_factory=lambda: deque(maxlen=256))
    closing: bool = False
    bad_frames: int = 0


class PlaygroundConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """`receive` only parses and starts tasks, so that stop and disconnect are handled while audio is sent.

    A follower reads the log of its run at the socket's pace; the run never waits for a socket.
    """

    socket: OpenSocket | None = None

    async def dispatch(self, message: dict[str, Any]) -> None:
        """As in Channels, without its thread per frame for old connections: `offload` closes those itself."""
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def connect(self) -> None:
        # a key in an address would be in the logs of every proxy; the session cookie is all that is taken
        if self.scope["query_string"] or not authentication.origin_allowed(self.scope):
            await self.close()
            return
        user: User | None = self.scope["user"]
        # the browser only gets the code of a socket that was accepted
        await self.accept()
        if user is None:
            await self.close(SIGNED_OUT, "sign in first")
        elif not (place := await authentication.sockets.enter(user.pk)):
            await self.close(POLICY, "too many open pages")
        else:
            recovery.recover_once(registry.runs)
            self.socket = OpenSocket(user, place)
            session_watch.current().add(self.scope["session_key"], user.pk, self.close_early)

    async def disconnect(self, code: int) -> None:
        if (socket := self.socket) is None:
            return
        self.socket = None
        session_watch.current().remove(self.close_early)
        ending = [follower.task for follower in socket.followers.values()]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        await authentication.sockets.leave(socket.user.pk, socket.place)

    async def close_early(self, code: int, reason: str) -> None:
        """Stop following runs and close; the runs go on."""
        if (socket := self.socket) is None:
            return
        socket.closing = True
        for follower in socket.followers.values():
            follower.task.cancel()
        await self.close(code, reason)

    # Frames of the browser

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        socket = self.socket
        if socket is None or socket.closing:
            return
        size = len(bytes_data or (text_data or "").encode("utf-8", "replace"))
        if size > FRAME_BYTES:
            await self.close_early(TOO_BIG, "frame too large")
            return
        if socket.limit.exceeded(size):
            await self.close_early(POLICY, "too many frames")
            return
        try:
            if text_data is None:
                raise frames.BadFrame("Frames are JSON text; files are uploaded first.")
            frame = frames.parse(text_data)
        except PolyphonyError as error:
            await self.refuse(socket, error)
            return
        socket.bad_frames = 0
        await self.act(socket, frame)

    async def refuse(self, socket: OpenSocket, error: PolyphonyError) -> None:
        """Answer a bad frame, and close the socket with the last of too many in a row."""
        socket.bad_frames += 1
        await self.reply(frames.error_frame(error, getattr(error, "frame_id", None)))
        if socket.bad_frames >= BAD_FRAMES:
            await self.close_early(POLICY, "too many bad frames")

    async def act(self, socket: OpenSocket, frame: frames.Frame) -> None:
        try:
            match frame:
                case frames.Ping():
                    await self.reply(frames.PONG)
                case frames.Start():
                    await self.start(socket, frame)
                case frames.Resume():
                    self.follow(socket, frame.id, frame.run, self.resume(socket, frame))
                case frames.Stop():
                    self.stop(socket, frame)
        except PolyphonyError as error:
            await self.reply(frames.error_frame(error, getattr(frame, "id", None)))

    async def start(self, socket: OpenSocket, frame: frames.Start) -> None:
        self.require_room(socket, frame.id)
        client = self.scope.get("client") or [""]
        try:
            request = await requests.build(socket.user, frame)
            active = await runner.start(socket.user.pk, frame, request, str(client[0]))
        except PolyphonyError as error:
            await self.reply(frames.event_frame(frame.id, str(uuid4()), 1, frames.failed(error)))
            return
        sender = Sender(self.base_send, frame.id, active.id)
        self.follow(socket, frame.id, active.id, self.relay(active.log.read(0, sender.take), sender))

    async def resume(self, socket: OpenSocket, frame: frames.Resume) -> None:
        run = await offload(Run.objects.for_user(socket.user).filter(id=frame.run).only("id").first)
        if run is None:
            raise NotFound("There is no such run.", param="run")
        await self.relay(registry.follow(run, frame.after), Sender(self.base_send, frame.id, run.id))

    def stop(self, socket: OpenSocket, frame: frames.Stop) -> None:
        follower = socket.followers.get(frame.id)
        if follower is not None:
            background.spawn(f"stop {follower.run}", registry.stop(follower.run))
        elif frame.id not in socket.finished:
            raise NotFound("No run of this id is followed here.", param="id")

    # Events of runs

    def require_room(self, socket: OpenSocket, frame_id: str) -> None:
        if frame_id in socket.followers:
            raise InvalidRequest("This id is already in use on this socket.", param="id", code="id_in_use")
        if len(socket.followers) >= RUNS_PER_SOCKET:
            raise RateLimited(
                f"A socket follows at most {RUNS_PER_SOCKET} runs at a time.", code="too_many_runs"
            )

    def follow(self, socket: OpenSocket, frame_id: str, run: UUID, work: Coroutine[Any, Any, None]) -> None:
        earlier = socket.followers.get(frame_id)
        if earlier is not None and earlier.run == run:
            earlier.task.cancel()
            socket.followers.pop(frame_id)
        try:
            self.require_room(socket, frame_id)
        except PolyphonyError:
            work.close()
            raise
        task = asyncio.create_task(self.report_errors(frame_id, work), name=f"follow {run}")
        follower = socket.followers[frame_id] = Follower(frame_id, run, task)
        task.add_done_callback(lambda _: self.forget(socket, follower))

    def forget(self, socket: OpenSocket, follower: Follower) -> None:
        socket.finished.append(follower.id)
        if socket.followers.get(follower.id) is follower:
            del socket.followers[follower.id]

    async def report_errors(self, frame_id: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except PolyphonyError as error:
            await self.reply(frames.error_frame(error, frame_id))
        except (OSError, RuntimeError):
            log.debug("a socket closed while a run was sent to it")
        except Exception:
            log.exception("following a run failed")
            await self.reply(
                frames.error_frame(PolyphonyError("Something went wrong on this server."), frame_id)
            )

    async def relay(self, events: AsyncGenerator[list[Numbered], None], sender: Sender) -> None:
        """Send a run's events as they come."""
        async with aclosing(events):
            async for batch in events:
                for number, body in batch:
                    await sender.send(number, body)

    async def reply(self, text: str) -> None:
        await self.base_send({"type": "websocket.send", "text": text})
