"""The rehearsal provider: deterministic answers for every task, without a network, and failures on demand."""

from __future__ import annotations

from core.contract.route import Target
from core.providers.base import Adapter
from core.providers.rehearsal.chat import chat, chat_body
from core.providers.rehearsal.embedding import embed
from core.providers.rehearsal.image import draw
from core.providers.rehearsal.scenario import SCENARIOS, raise_failure
from core.providers.rehearsal.speech import speak
from core.providers.rehearsal.transcription import transcribe
from core.providers.rehearsal.translation import translate


class Rehearsal(Adapter):
    """The model id selects a scenario: `rehearsal`, or `rehearsal-` with 429, 500, auth, slow or cut."""

    embedded = True
    speak = staticmethod(speak)
    transcribe = staticmethod(transcribe)
    translate = staticmethod(translate)
    chat = staticmethod(chat)
    chat_body = staticmethod(chat_body)
    draw = staticmethod(draw)
    embed = staticmethod(embed)

    async def models(self, target: Target) -> tuple[str, ...]:
        """A model for each scenario. Raises the failure that the target's option `fail` names."""
        raise_failure(str(target.options.get("fail") or ""))
        return ("rehearsal", *(f"rehearsal-{name}" for name in SCENARIOS))
