"""The models of one user: the favourites, and when each was used last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from core.catalogue.listing import Listing
from core.models import User
from playground.models import Favourite, Run

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OwnModels:
    """By slug; `last_used` has the models of the user's latest runs."""

    favourites: frozenset[str]
    last_used: Mapping[str, datetime]

    def sorted(self, entries: Iterable[Listing]) -> list[Listing]:
        """Favourites first, then those used last, else in the order given."""
        return sorted(
            entries,
            key=lambda entry: (
                entry.model.slug not in self.favourites,
                -(self.last_used.get(entry.model.slug, NEVER) - NEVER).total_seconds(),
            ),
        )


def own_models(user: User) -> OwnModels:
    """Two queries, whatever the number of runs."""
    favourites = Favourite.objects.for_user(user).values_list("model", flat=True)
    return OwnModels(frozenset(favourites), Run.objects.for_user(user).last_used())
