"""Operations beside the gateway's requests, for admins and pages: a module for each."""

from core.operations.addresses import is_internal, is_plain
from core.operations.connection import (
    ConnectionCheck,
    key_state,
    lacks_key,
    rest_text,
    test_connection,
    test_key,
    wires,
)
from core.operations.findings import last_day_of, prices_of
from core.operations.model_import import ImportReport, Offer, import_models, offers
from core.operations.request_preview import preview_chat
from core.operations.review import Decision, dismiss, take
from core.operations.servers import PORTS, DetectedServer, add_server, detect_servers
from core.operations.sync import SyncReport, sync_all, sync_models

__all__ = [
    "PORTS",
    "ConnectionCheck",
    "Decision",
    "DetectedServer",
    "ImportReport",
    "Offer",
    "SyncReport",
    "add_server",
    "detect_servers",
    "dismiss",
    "import_models",
    "is_internal",
    "is_plain",
    "key_state",
    "lacks_key",
    "last_day_of",
    "offers",
    "preview_chat",
    "prices_of",
    "rest_text",
    "sync_all",
    "sync_models",
    "take",
    "test_connection",
    "test_key",
    "wires",
]
