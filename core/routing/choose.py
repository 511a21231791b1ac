"""The order in which targets are tried."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from core.contract.route import Target


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
