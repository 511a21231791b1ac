from __future__ import annotations

import pytest

from core.contract.events import Segment, Transcript, TranscriptDelta, Used
from core.contract.transcription import TranscriptFormat
from core.contract.translation import TranslationRequest
from core.providers.base import TranslationAdapter
from core.providers.registry import adapter
from tests.core.providers.openai.transcription.calls import form_fields, send, target

pytestmark = pytest.mark.anyio


def test_the_adapter_serves_translation():
    assert isinstance(adapter("openai"), TranslationAdapter)


async def test_a_translation_goes_to_its_own_path(provider, file):
    request = TranslationRequest(
        "m", file, prompt="Names", temperature=0.5, format=TranscriptFormat.VERBOSE_JSON
    )
    found = await send(target(provider), request)
    assert provider.requests[0].path == "/v1/audio/translations"
    assert form_fields(provider) == {
        "model": "whisper", "response_format": "verbose_json", "prompt": "Names", "temperature": "0.5",
    }  # fmt: skip
    assert [type(event) for event in found] == [TranscriptDelta, Segment, Segment, Transcript, Used]
