"""Over real HTTP: what is sent, and the failures of the call."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from core.contract.errors import (
    InvalidRequest,
    UpstreamDenied,
    UpstreamFailed,
    UpstreamInvalid,
    UpstreamLimited,
    UpstreamUnreachable,
)
from core.contract.events import Transcript, TranscriptDelta
from core.contract.transcription import TranscriptFormat, TranscriptionRequest
from core.providers.base import TranscriptionAdapter
from core.providers.registry import adapter
from tests.core.providers.openai.transcription.calls import AUDIO, CANARY, failure, form_fields, send, target
from tests.fakes import transcription
from tests.fakes.transcription import TEXT

pytestmark = pytest.mark.anyio


def test_the_adapter_serves_transcription():
    assert isinstance(adapter("openai"), TranscriptionAdapter)


async def test_the_file_arrives_as_it_is_under_a_name_of_its_kind(provider, file):
    found = await send(target(provider), TranscriptionRequest("m", file))
    seen = provider.requests[0]
    assert [part for part in seen.parts if part[1]] == [("file", "audio.wav", AUDIO)]
    assert (seen.path, seen.headers["authorization"]) == ("/v1/audio/transcriptions", f"Bearer {CANARY}")
    assert "transfer-encoding" not in seen.headers
    assert form_fields(provider) == {"model": "whisper", "response_format": "json"}
    assert found[:2] == [TranscriptDelta(TEXT), Transcript(TEXT)]
    assert found[2].usage.units() == {"audio_in.second": Decimal(6)}


async def test_every_wish_is_sent(provider, file):
    options = {"body": {"seed": 1, "model": "other"}, "hints": ["num_speakers"]}
    request = TranscriptionRequest(
        "m", file, language="pt", prompt="Names", temperature=0.0, format=TranscriptFormat.VERBOSE_JSON,
        words=True, diarize=True, speakers=2, tag_events=True, keyterms=("Ada", "Bob"),
        chunking={"type": "server_vad", "threshold": 0.5}, known_speakers=(("Ada", "data:,x"),),
        options={"fake": {"seed": 7, "file": "other", "list": [1, True]}, "elsewhere": {"x": 1}},
    )  # fmt: skip
    await send(target(provider, options=options), request)
    assert form_fields(provider) == {
        "model": "whisper",
        "response_format": "verbose_json",
        "language": "pt",
        "prompt": "Names Ada, Bob",
        "temperature": "0.0",
        "timestamp_granularities[]": ["word", "segment"],
        "diarize": "true",
        "num_speakers": "2",
        "chunking_strategy[type]": "server_vad",
        "chunking_strategy[threshold]": "0.5",
        "known_speaker_names[]": ["Ada"],
        "known_speaker_references[]": ["data:,x"],
        "seed": "7",
        "list[]": ["1", "true"],
    }


async def test_fields_may_be_called_otherwise(provider, file):
    options = {"language_field": "languages[]", "keyterms_field": "keywords[]"}
    request = TranscriptionRequest("m", file, language="de", keyterms=("Ada", "Bob"))
    await send(target(provider, options=options), request)
    assert form_fields(provider) == {
        "model": "whisper", "response_format": "json", "languages[]": ["de"], "keywords[]": ["Ada", "Bob"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("model", "options", "code", "sent"),
    [
        ("whisper", {}, "jv", "jw"),
        ("Systran/faster-whisper-large-v3", {}, "nb", "no"),
        ("whisper", {}, "he", "he"),
        ("by-token", {}, "jv", "jv"),
        ("by-token", {"language_codes": {"jv": "jav"}}, "jv", "jav"),
        ("whisper", {"language_codes": {}}, "jv", "jv"),
    ],
)
async def test_a_language_in_the_spelling_of_the_endpoint(provider, file, model, options, code, sent):
    provider.script(model, transcription.transcript())
    await send(target(provider, model, options=options), TranscriptionRequest("m", file, language=code))
    assert form_fields(provider)["language"] == sent


async def test_a_router_is_told_the_options_of_its_own_providers(provider, file):
    request = TranscriptionRequest("m", file, options={"openai": {"x": 1}})
    await send(target(provider, slug="openrouter"), request)
    assert form_fields(provider)["provider"] == '{"options":{"openai":{"x":1}}}'


async def test_a_router_is_told_where_the_request_may_go(provider, file):
    preferences = {"order": ["groq"], "data_collection": "allow", "zdr": True}
    request = TranscriptionRequest("m", file, options={"openai": {"x": 1}}, preferences=preferences)
    options = {"body": {"provider": {"data_collection": "deny"}}}
    await send(target(provider, slug="openrouter", options=options), request)
    assert json.loads(form_fields(provider)["provider"]) == {
        "order": ["groq"], "data_collection": "deny", "zdr": True, "options": {"openai": {"x": 1}},
    }  # fmt: skip
    await send(target(provider), request)
    assert "provider" not in form_fields(provider)


async def test_an_option_cannot_break_out_of_its_header(provider, file):
    request = TranscriptionRequest("m", file, options={"fake": {'a"\r\nX-Evil: 1': "x"}})
    with pytest.raises(InvalidRequest):
        await send(target(provider), request)
    assert provider.requests == []


@pytest.mark.parametrize(
    ("offered", "form", "asked"),
    [
        (["json", "verbose_json"], "verbose_json", "verbose_json"),
        (["json", "verbose_json"], "srt", "verbose_json"),
        (["json", "verbose_json"], "text", "json"),
        (["json", "text"], "verbose_json", "json"),
        (["json"], "vtt", "json"),
        (["json", "diarized_json"], "diarized_json", "diarized_json"),
        (["json", "diarized_json"], "srt", "diarized_json"),
        (["json", "diarized_json"], "text", "json"),
    ],
)
async def test_the_poorest_format_that_has_it_is_asked_for(provider, file, offered, form, asked):
    request = TranscriptionRequest("m", file, format=TranscriptFormat(form), diarize=form == "diarized_json")
    await send(target(provider, options={"response_formats": offered}), request)
    assert form_fields(provider)["response_format"] == asked


async def test_a_model_that_cannot_stream_is_not_asked_to(provider, file):
    await send(target(provider, options={"stream": False}), TranscriptionRequest("m", file, streamed=True))
    assert "stream" not in form_fields(provider)


@pytest.mark.parametrize(
    ("model", "error"),
    [
        ("denied", UpstreamDenied),
        ("limited", UpstreamLimited),
        ("failing", UpstreamFailed),
        ("garbage", UpstreamInvalid),
        ("error-in-200", UpstreamFailed),
        ("hang-up", UpstreamUnreachable),
        ("redirect", UpstreamInvalid),
    ],
)
async def test_failures_are_the_trees(provider, file, model, error):
    assert type(await failure(target(provider, model), file)) is error
    assert provider.canary_hits == 0


async def test_a_file_that_is_gone_is_an_error_of_the_tree(provider, file, tmp_path):
    (tmp_path / "audio").unlink()
    assert isinstance(await failure(target(provider), file), UpstreamUnreachable)
