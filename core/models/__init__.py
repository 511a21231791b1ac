"""The engine's tables, one module per subject; this package names them for Django."""

from core.models.access import ApiKey, Budget
from core.models.audit import AuditEvent
from core.models.catalogue import (
    AIModel,
    BalancedModel,
    Endpoint,
    FallbackModel,
    Finding,
    Price,
    Provider,
    ProviderKey,
    RoutingPolicy,
    Voice,
    VoiceAlias,
)
from core.models.ledger import Attempt, ServerProcess, StopRequest, UsageMark, UsageRecord, UsageSum
from core.models.people import Team, User
from core.models.responses import IdempotentRequest, StoredResponse
from core.models.version import Version

__all__ = [
    "AIModel",
    "ApiKey",
    "Attempt",
    "AuditEvent",
    "BalancedModel",
    "Budget",
    "Endpoint",
    "FallbackModel",
    "Finding",
    "IdempotentRequest",
    "Price",
    "Provider",
    "ProviderKey",
    "RoutingPolicy",
    "ServerProcess",
    "StopRequest",
    "StoredResponse",
    "Team",
    "UsageMark",
    "UsageRecord",
    "UsageSum",
    "User",
    "Version",
    "Voice",
    "VoiceAlias",
]
