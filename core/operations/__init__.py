"""Operations beside the gateway's requests, for admins and pages: a module for each."""

from core.operations.addresses import is_internal, is_plain
from core.operations.connection import ConnectionCheck, key_state, test_connection, wires
from core.operations.request_preview import preview_chat
from core.operations.servers import PORTS, DetectedServer, add_server, detect_servers
from core.operations.sync import SyncReport, sync_models

__all__ = [
    "PORTS",
    "ConnectionCheck",
    "DetectedServer",
    "SyncReport",
    "add_server",
    "detect_servers",
    "is_internal",
    "is_plain",
    "key_state",
    "preview_chat",
    "sync_models",
    "test_connection",
    "wires",
]
