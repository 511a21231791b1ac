"""A job of a pool from its caller's side: its messages, and the file that it reads while that is written."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable

from core.media.pool.job import Job, Message


class RunningJob:
    """`cancel` ends the job; a second time it does nothing."""

    def __init__(self, job: Job, cancel: Callable[[Job], None]) -> None:
        self._job = job
        self._cancel = cancel

    async def messages(self) -> AsyncGenerator[Message, None]:
        """The messages as they come, to the last one; closing this cancels the job. Raises its error."""
        try:
            while batch := await self._job.read():
                self._resume()
                for message in batch:
                    yield message
        finally:
            self.cancel()

    def ready(self) -> list[Message]:
        """The messages that are there now. Raises the job's error."""
        batch = self._job.take()
        self._resume()
        return batch

    def feed(self, size: int, *, ended: bool = False) -> None:
        """The file that the job reads has grown to `size` bytes, and is whole if `ended`."""
        self._job.input_size, self._job.growing = size, not ended
        if self._job.scheduler is not None:
            self._job.scheduler.wake(self._job)

    def cancel(self) -> None:
        self._cancel(self._job)

    def _resume(self) -> None:
        if self._job.scheduler is not None:
            self._job.scheduler.resume(self._job)
