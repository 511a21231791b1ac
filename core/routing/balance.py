"""Which of several models is asked first: by weight, each in turn, or the one that has been fastest."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate

from core.contract.routing import Balance, NamedModel
from core.routing.choose import rank

MOST_LISTS = 1000
"""Lists of models whose turn is kept; the oldest is forgotten."""


class Balancer:
    """Its own turns are this process's alone: whoever knows those of all processes gives them."""

    def __init__(self, draw: Callable[[], float] = random.random) -> None:
        self._draw = draw
        self._turns: dict[tuple[str, ...], int] = {}

    def choose(
        self,
        kind: Balance,
        models: Sequence[NamedModel],
        latency: Sequence[float | None] = (),
        turn: int | None = None,
    ) -> int:
        """The place of one of `models`. `latency` is that of each, where it was measured; where none was, the
        weights count. `turn` is the number of the turn over all processes, where it is known."""
        if kind is Balance.LATENCY and any(each is not None for each in latency):
            return rank(latency, self._draw)[0]
        if kind is Balance.ROUND_ROBIN:
            own = self._next(tuple(named.model for named in models))
            return own if turn is None else turn % len(models)
        bounds = list(accumulate(named.weight for named in models))
        return min(bisect_right(bounds, self._draw() * bounds[-1]), len(models) - 1)

    def _next(self, models: tuple[str, ...]) -> int:
        turn = self._turns.pop(models, 0)
        self._turns[models] = turn + 1
        if len(self._turns) > MOST_LISTS:
            self._turns.pop(next(iter(self._turns)))
        return turn % len(models)
