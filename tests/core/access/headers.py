"""Authentication by headers or by a key, without an event loop."""

from __future__ import annotations

from asgiref.sync import async_to_sync

from core.access import authentication
from core.contract.requests import Caller

authenticate_headers = async_to_sync(authentication.authenticate)


def authenticate(key: str, address: str = "203.0.113.9") -> Caller:
    return authenticate_headers([f"Bearer {key}"], address)
