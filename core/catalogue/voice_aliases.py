"""The voice aliases of the tables, in the order in which they apply to a model."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.catalogue.entries import VoiceAliasEntry
from core.models import VoiceAlias

Entries = Sequence[VoiceAliasEntry]


@dataclass(frozen=True, slots=True)
class VoiceAliasTable:
    """Aliases by the row that they are of; those of no row apply to every model."""

    models: Mapping[int, Entries]
    providers: Mapping[int, Entries]
    general: Entries

    def of(self, model: int, providers: Sequence[int]) -> tuple[VoiceAliasEntry, ...]:
        """The aliases of a model: its own, those of its providers in order, the general ones."""
        scopes = [self.models.get(model, ())]
        scopes += [self.providers.get(provider, ()) for provider in dict.fromkeys(providers)]
        return tuple(entry for scope in (*scopes, self.general) for entry in sorted(scope, key=is_any))


def is_any(entry: VoiceAliasEntry) -> bool:
    return entry.name == VoiceAlias.ANY


def load_voice_aliases() -> VoiceAliasTable:
    """Read the table. General names keep the order in which they were entered."""
    models: dict[int, list[VoiceAliasEntry]] = defaultdict(list)
    providers: dict[int, list[VoiceAliasEntry]] = defaultdict(list)
    general: list[VoiceAliasEntry] = []
    places: Counter[str] = Counter()
    for row in VoiceAlias.objects.filter(enabled=True).order_by("pk"):
        is_general = row.model_id is None and row.provider_id is None
        entry = VoiceAliasEntry(row.name, row.voice, row.gender, is_general, places[row.gender])
        if row.model_id is not None:
            models[row.model_id].append(entry)
        elif row.provider_id is not None:
            providers[row.provider_id].append(entry)
        else:
            general.append(entry)
            places[row.gender] += 1
    return VoiceAliasTable(models, providers, general)
