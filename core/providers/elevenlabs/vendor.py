"""How ElevenLabs takes a key and writes its errors, for every call of this wire."""

from __future__ import annotations

from core.providers.elevenlabs.errors import read_error
from core.providers.shared import http
from core.providers.shared.calls import Vendor

VENDOR = Vendor(lambda key: {"xi-api-key": http.header_value(key)}, read_error)
"""https://elevenlabs.io/docs/api-reference/authentication"""
