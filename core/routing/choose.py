"""The order in which targets are tried."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from core.contract.route import Target
from core.routing.statistics import latencies, throughputs

EXPLORED = 0.1
"""Share of requests for which one of those without numbers goes first: without requests it gets none."""

MEASURES = {"latency": latencies, "throughput": throughputs}
"""What targets are sorted by, lowest first, by the names of `provider.sort`."""


def order(
    targets: Sequence[Target],
    is_resting: Callable[[Target], bool] = lambda target: False,
    draw: Callable[[], float] = random.random,
) -> list[Target]:
    """Targets by priority, drawn by weight among those of equal priority; resting ones only when all rest.

    Targets without a weight keep their order, behind those with one. `draw` returns a number in [0, 1).
    """
    if len(targets) == 1:
        return list(targets)
    available = [target for target in targets if not is_resting(target)] or targets
    ranked = sorted(available, key=lambda target: target.priority)
    groups = groupby(ranked, key=lambda target: target.priority)
    return [target for _, group in groups for target in _drawn(group, draw)]


def _drawn(targets: Iterable[Target], draw: Callable[[], float]) -> list[Target]:
    """Weighted order without replacement: each ticket is draw ** (1 / weight), the highest goes first."""
    return sorted(targets, key=lambda target: -(draw() ** (1 / target.weight)) if target.weight > 0 else 1.0)


def sort(targets: Sequence[Target], by: str, draw: Callable[[], float] = random.random) -> tuple[Target, ...]:
    """The targets by a measure of `MEASURES`, in place of their priorities and weights; as they are where
    none was measured in the last day."""
    measures = MEASURES[by]([target.endpoint_id for target in targets])
    if not any(measure is not None for measure in measures):
        return tuple(targets)
    return tuple(
        replace(targets[at], priority=place, weight=0) for place, at in enumerate(rank(measures, draw))
    )


def rank(measures: Sequence[float | None], draw: Callable[[], float] = random.random) -> list[int]:
    """The places of `measures` from the lowest to the highest; those without a number come last, except for
    one of them in `EXPLORED` of the calls."""
    ranked = sorted(range(len(measures)), key=lambda at: (measures[at] is None, measures[at] or 0.0))
    unknown = [at for at in ranked if measures[at] is None]
    if unknown and draw() < EXPLORED:
        first = unknown[int(draw() * len(unknown))]
        ranked.remove(first)
        ranked.insert(0, first)
    return ranked
