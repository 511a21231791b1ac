"""Jobs that wait: in order for each caller, one caller after the other."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator
from itertools import count

from core.media.pool.job import Job


class FairQueue:
    """Not safe in several threads: its owner holds a lock."""

    def __init__(self) -> None:
        self._turns: OrderedDict[Hashable, deque[Job]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._turns.values()))

    def __iter__(self) -> Iterator[Job]:
        """All jobs in the order in which `pop` would bring them."""
        for turn in count():
            found = [jobs[turn] for jobs in self._turns.values() if turn < len(jobs)]
            if not found:
                return
            yield from found

    def waiting(self, caller: Hashable) -> int:
        """How many jobs of a caller wait."""
        return len(self._turns.get(caller, ()))

    def push(self, job: Job) -> None:
        self._turns.setdefault(job.caller, deque()).append(job)

    def pop(self, permitted: Callable[[Hashable], bool] = lambda caller: True) -> Job | None:
        """The next job of the caller whose turn it is among the `permitted`; None where there is none."""
        for caller, jobs in self._turns.items():
            if permitted(caller):
                job = jobs.popleft()
                del self._turns[caller]
                if jobs:  # at the end of the line
                    self._turns[caller] = jobs
                return job
        return None

    def remove(self, job: Job) -> bool:
        """Take out a job that is not wanted any more; False where it does not wait here."""
        jobs = self._turns.get(job.caller, deque())
        if job not in jobs:
            return False
        jobs.remove(job)
        if not jobs:
            del self._turns[job.caller]
        return True

    def clear(self) -> list[Job]:
        jobs = list(self)
        self._turns.clear()
        return jobs
