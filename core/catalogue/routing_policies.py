"""How admins want models to be asked, as the rules that a request's own fields make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from core.contract.routing import (
    NO_RULES,
    Balance,
    Hedge,
    LoadBalancer,
    NamedModel,
    ProviderRules,
    RoutingRules,
)
from core.models import AIModel, BalancedModel, FallbackModel, RoutingPolicy


@dataclass(frozen=True, slots=True)
class RoutingPolicyTable:
    """Policies, slugs of fallback models and the models to balance, by the id of the model that is asked."""

    policies: Mapping[int, RoutingPolicy]
    fallbacks: Mapping[int, list[str]]
    balanced: Mapping[int, list[NamedModel]]

    def rules(self, model_id: int) -> RoutingRules:
        """`NO_RULES` itself where nothing was entered."""
        policy, slugs = self.policies.get(model_id), self.fallbacks.get(model_id)
        named = tuple(NamedModel(slug, "") for slug in slugs) if slugs else None
        chosen = self.balancer(model_id, policy)
        if policy is None:
            said = named is not None or chosen is not None
            return RoutingRules(fallbacks=named, balancer=chosen) if said else NO_RULES
        return RoutingRules(
            balancer=chosen,
            fallbacks=named,
            fallback_codes=codes(policy.fallback_codes),
            retries=policy.retries,
            retry_codes=codes(policy.retry_codes),
            call_timeout=policy.call_timeout,
            deadline=policy.deadline,
            provider=provider_rules(policy),
        )

    def balancer(self, model_id: int, policy: RoutingPolicy | None) -> LoadBalancer | None:
        models = self.balanced.get(model_id)
        kind = Balance(policy.balance) if policy is not None and policy.balance else Balance.WEIGHTED
        return LoadBalancer(kind, tuple(models)) if models else None

    def cache_seconds(self, model_id: int) -> int | None:
        policy = self.policies.get(model_id)
        return None if policy is None else policy.cache_seconds


def provider_rules(policy: RoutingPolicy) -> ProviderRules:
    """The defaults themselves where nothing was entered."""
    if not policy.sort and not policy.hedge:
        return NO_RULES.provider
    after = None if policy.hedge_ms is None else policy.hedge_ms / 1000
    return ProviderRules(sort=policy.sort, hedge=Hedge(after) if policy.hedge else None)


def codes(statuses: list[int]) -> frozenset[int] | None:
    return frozenset(statuses) if statuses else None


def load_routing_policies(models: Mapping[int, AIModel]) -> RoutingPolicyTable:
    """The table, with three queries; `models` are those that are there."""
    slugs: dict[int, list[str]] = defaultdict(list)
    for model_id, fallback_id in FallbackModel.objects.values_list("model_id", "fallback_id"):
        if fallback_id in models:
            slugs[model_id].append(models[fallback_id].slug)
    balanced: dict[int, list[NamedModel]] = defaultdict(list)
    for model_id, other_id, weight in BalancedModel.objects.values_list("model_id", "balanced_id", "weight"):
        if other_id in models:
            balanced[model_id].append(NamedModel(models[other_id].slug, "", weight))
    policies = {row.model_id: row for row in RoutingPolicy.objects.all()}
    return RoutingPolicyTable(policies, slugs, balanced)
