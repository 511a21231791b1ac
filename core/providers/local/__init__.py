"""The embedded provider: no key, no network; C media code in worker processes behind pipes."""

from __future__ import annotations

from core.providers.local.recording import encode
from core.providers.local.speech import speak

__all__ = ["Local"]


class Local:
    """What this installation can do by itself."""

    speak = staticmethod(speak)
    encode = staticmethod(encode)
