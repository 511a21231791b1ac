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
from core.operations.model_import import ImportReport, Offer, import_models, offers
from core.operations.request_preview import preview_chat
from core.operations.servers import PORTS, DetectedServer, add_server, detect_servers
from core.operations.sync import SyncReport, sync_models

__all__ = [
    "PORTS",
    "ConnectionCheck",
    "DetectedServer",
    "ImportReport",
    "Offer",
    "SyncReport",
    "add_server",
    "detect_servers",
    "import_models",
    "is_internal",
    "is_plain",
    "key_state",
    "lacks_key",
    "offers",
    "preview_chat",
    "rest_text",
    "sync_models",
    "test_connection",
    "test_key",
    "wires",
]
