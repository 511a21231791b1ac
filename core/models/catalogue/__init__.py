"""The catalogue's tables: what can be called, where, with which key, at which price."""

from core.models.catalogue.findings import Finding
from core.models.catalogue.models import AIModel, Endpoint
from core.models.catalogue.prices import Price
from core.models.catalogue.providers import Provider, ProviderKey
from core.models.catalogue.routing import BalancedModel, FallbackModel, RoutingPolicy
from core.models.catalogue.voices import Voice, VoiceAlias

__all__ = [
    "AIModel",
    "BalancedModel",
    "Endpoint",
    "FallbackModel",
    "Finding",
    "Price",
    "Provider",
    "ProviderKey",
    "RoutingPolicy",
    "Voice",
    "VoiceAlias",
]
