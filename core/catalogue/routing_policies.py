"""How admins want models to be asked, as the rules that a request's own fields make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from core.contract.routing import NO_RULES, NamedModel, ProviderRules, RoutingRules
from core.models import AIModel, FallbackModel, RoutingPolicy


@dataclass(frozen=True, slots=True)
class RoutingPolicyTable:
    """Policies and the slugs of fallback models by the id of the model that is asked."""

    policies: Mapping[int, RoutingPolicy]
    fallbacks: Mapping[int, list[str]]

    def rules(self, model_id: int) -> RoutingRules:
        """`NO_RULES` itself where nothing was entered."""
        policy, slugs = self.policies.get(model_id), self.fallbacks.get(model_id)
        named = tuple(NamedModel(slug, "") for slug in slugs) if slugs else None
        if policy is None:
            return NO_RULES if named is None else RoutingRules(fallbacks=named)
        return RoutingRules(
            fallbacks=named,
            fallback_codes=codes(policy.fallback_codes),
            retries=policy.retries,
            retry_codes=codes(policy.retry_codes),
            call_timeout=policy.call_timeout,
            deadline=policy.deadline,
            provider=ProviderRules(sort=policy.sort) if policy.sort else NO_RULES.provider,
        )

    def cache_seconds(self, model_id: int) -> int | None:
        policy = self.policies.get(model_id)
        return None if policy is None else policy.cache_seconds


def codes(statuses: list[int]) -> frozenset[int] | None:
    return frozenset(statuses) if statuses else None


def load_routing_policies(models: Mapping[int, AIModel]) -> RoutingPolicyTable:
    """The table, with two queries; `models` are those that are there."""
    slugs: dict[int, list[str]] = defaultdict(list)
    for model_id, fallback_id in FallbackModel.objects.values_list("model_id", "fallback_id"):
        if fallback_id in models:
            slugs[model_id].append(models[fallback_id].slug)
    return RoutingPolicyTable({row.model_id: row for row in RoutingPolicy.objects.all()}, slugs)
