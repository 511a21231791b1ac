"""What an admin or a page asks for beside the gateway: one file per errand."""

from core.operations.connection import Check, key_state, test_connection, wires
from core.operations.media import align, draw_page, probe_file
from core.operations.request_preview import chat_sent
from core.operations.servers import PORTS, Server, add_server, detect_servers
from core.operations.sound import encode_audio
from core.operations.sync import SyncReport, sync_models

__all__ = [
    "PORTS",
    "Check",
    "Server",
    "SyncReport",
    "add_server",
    "align",
    "chat_sent",
    "detect_servers",
    "draw_page",
    "encode_audio",
    "key_state",
    "probe_file",
    "sync_models",
    "test_connection",
    "wires",
]
