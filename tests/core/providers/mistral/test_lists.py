"""The models and the voices that Mistral lists."""

from __future__ import annotations

from datetime import date

import pytest

from core.contract.errors import UpstreamInvalid
from core.operations.model_list import last_day, model_from_name
from core.providers.base import ListedVoice
from core.providers.registry import adapter
from tests.core.providers.mistral.calls import target
from tests.fakes.mistral import VOICES
from tests.fakes.scenarios import body

pytestmark = pytest.mark.anyio


async def test_models_tell_what_they_take_and_make(vendor):
    rows = await adapter("mistral").listing(target(vendor))
    listed = {row["id"]: model_from_name(row, "Mistral").values for row in rows}
    shapes = {
        id: (row["tasks"], row["input_modalities"], row["output_modalities"])
        for id, row in listed.items()
        if id != "mistral-embed"
    }
    assert shapes == {
        "voxtral-small-2507": (["chat"], ["text", "audio"], ["text"]),
        "magistral-medium-2509": (["chat"], ["text", "image", "file"], ["text"]),
        "voxtral-mini-2602": (["transcription"], ["audio"], ["transcription"]),
        "voxtral-mini-tts-2603": (["speech"], ["text"], ["speech"]),
    }
    assert listed["mistral-embed"]["tasks"] == ["embedding"]
    assert listed["magistral-medium-2509"]["features"] == ["streaming", "reasoning", "response_format"]
    assert listed["voxtral-small-2507"]["context_length"] == 32768
    assert await adapter("mistral").models(target(vendor)) == tuple(listed)


async def test_a_model_that_ends_tells_its_last_day_and_who_follows(vendor):
    rows = await adapter("mistral").listing(target(vendor))
    assert {row["id"]: (last_day(row), row["replacement"]) for row in rows if last_day(row)} == {
        "voxtral-small-2507": (date(2027, 2, 28), "magistral-medium-2509")
    }
    (ending,) = [row for row in rows if last_day(row)]
    assert model_from_name(ending, "Mistral").values["shutdown_at"] == date(2027, 2, 28)


async def test_all_pages_of_voices_are_read(vendor):
    voices = await adapter("mistral").voices(target(vendor))
    assert len(voices) == len(VOICES) == 103
    samples = [f"{vendor.url}/audio/voices/{VOICES[at]['id']}/sample" for at in (0, -1)]
    assert voices[0] == ListedVoice(
        "en_paul_neutral", "Paul - neutral", "en-US", "male", "neutral", samples[0]
    )
    assert voices[-1] == ListedVoice(VOICES[-1]["id"], "Mira", sample_url=samples[1])
    assert [seen.path for seen in vendor.requests] == [
        "/v2/audio/voices?page_size=100", "/v2/audio/voices?page_size=100&page_token=100",
    ]  # fmt: skip


async def test_something_else_than_a_list_is_refused(provider):
    provider.script("voices?page_size=100", body(b'{"surprise": 1}', "application/json"))
    with pytest.raises(UpstreamInvalid):
        await adapter("mistral").voices(target(provider))
