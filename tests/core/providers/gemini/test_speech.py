from __future__ import annotations

from decimal import Decimal

import pytest

from core.contract.audio import AudioFormat, PcmShape, wav_header
from core.contract.errors import InvalidRequest, UpstreamInvalid, UpstreamRefused
from core.contract.events import AnswerMetadata, AudioChunk, AudioStart, Used
from core.contract.speech import SpeechRequest
from core.contract.usage import Amount, Kind, Unit, Usage
from core.ledger.estimates.speech import AUDIO_TOKENS, upper_bound
from tests.core.providers.gemini.calls import STREAM, WHOLE, failure, replies, send, streams, target
from tests.fakes import gemini
from tests.fakes.audio import audio_bytes

pytestmark = pytest.mark.anyio

PCM = audio_bytes(AudioFormat.PCM, gemini.SECONDS)
USED = Used(
    Usage(
        (
            Amount(Kind.TEXT_IN, Unit.CHARACTER, Decimal(5)),
            Amount(Kind.AUDIO_OUT, Unit.SECOND, Decimal("0.5")),
            Amount(Kind.TEXT_IN, Unit.TOKEN, Decimal(7)),
            Amount(Kind.TEXT_OUT, Unit.TOKEN, Decimal(0)),
            Amount(Kind.AUDIO_OUT, Unit.TOKEN, Decimal(13)),
        ),
        service_tier="standard",
    )
)


def speaking(provider, form: AudioFormat = AudioFormat.PCM, **options):
    return target(provider, voice="Kore", format=form, options={"audio_tokens_per_second": 25, **options})


def sound(events) -> bytes:
    return b"".join(event.data for event in events if type(event) is AudioChunk)


async def test_samples_are_handed_on_as_they_come(provider):
    provider.script(STREAM, streams(*gemini.speech_chunks()))
    found = await send(speaking(provider), SpeechRequest("m", "Hello"))
    assert found[:2] == [AnswerMetadata(gemini.ID, gemini.MODEL), AudioStart(AudioFormat.PCM, 24_000, 1)]
    assert sound(found) == PCM
    assert found[-1] == USED
    assert provider.requests[0].json == {
        "contents": [{"role": "user", "parts": [{"text": "Hello"}]}],
        "generationConfig": {
            "responseModalities": ["AUDIO"],
            "speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}},
            "maxOutputTokens": 81,
        },
    }


async def test_the_answer_is_limited_to_what_is_reserved(provider):
    provider.script(STREAM, streams(*gemini.speech_chunks()))
    request = SpeechRequest("m", "Привет, 世界!", format=AudioFormat.PCM)
    where = speaking(provider)
    await send(where, request)
    asked = provider.requests[0].json["generationConfig"]["maxOutputTokens"]
    assert asked == int(upper_bound(request, where, AUDIO_TOKENS))


async def test_a_model_that_does_not_stream_is_asked_for_the_whole(provider):
    provider.script(WHOLE, replies(gemini.whole_speech()))
    found = await send(speaking(provider, stream_speech=False), SpeechRequest("m", "Hello"))
    assert (sound(found), found[-1]) == (PCM, USED)


async def test_samples_with_a_header_are_taken_out_of_it(provider):
    wav = wav_header(PcmShape(48_000), len(PCM)) + PCM
    chunk = gemini.chunk(gemini.inline(wav, "audio/wav"), finish="STOP", usage=gemini.SPEECH_USAGE)
    provider.script(STREAM, streams(chunk))
    found = await send(speaking(provider), SpeechRequest("m", "Hello"))
    assert found[1] == AudioStart(AudioFormat.PCM, 48_000, 1)
    assert sound(found) == PCM


async def test_a_sample_in_two_events_stays_whole(provider):
    chunks = [gemini.chunk(gemini.inline(piece, gemini.L16)) for piece in (PCM[:5], PCM[5:9])]
    provider.script(STREAM, streams(*chunks, gemini.chunk(finish="STOP", usage=gemini.SPEECH_USAGE)))
    found = await send(speaking(provider), SpeechRequest("m", "Hello"))
    assert [event.data for event in found if type(event) is AudioChunk] == [PCM[:4], PCM[4:8]]


async def test_directions_go_before_the_text(provider):
    provider.script(STREAM, streams(*gemini.speech_chunks()))
    await send(speaking(provider), SpeechRequest("m", "Hello", instructions="Say cheerfully:"))
    assert provider.requests[0].json["contents"][0]["parts"] == [{"text": "Say cheerfully: Hello"}]


async def test_two_speakers_have_a_voice_each(provider):
    provider.script(STREAM, streams(*gemini.speech_chunks()))
    options = {"google": {"speakers": {"Anna": "Kore", "Ben": "Puck"}, "language_code": "de-DE"}}
    await send(speaking(provider), SpeechRequest("m", "Anna: Hi. Ben: Oh.", options=options))
    rows = [
        {"speaker": name, "voiceConfig": {"prebuiltVoiceConfig": {"voiceName": voice}}}
        for name, voice in (("Anna", "Kore"), ("Ben", "Puck"))
    ]
    assert provider.requests[0].json["generationConfig"]["speechConfig"] == {
        "multiSpeakerVoiceConfig": {"speakerVoiceConfigs": rows},
        "languageCode": "de-DE",
    }


@pytest.mark.parametrize("speakers", [{"Anna": "Kore"}, ["Kore", "Puck"], {"A": 1, "B": 2}])
async def test_other_numbers_of_speakers_are_refused(provider, speakers):
    request = SpeechRequest("m", "Hello", options={"google": {"speakers": speakers}})
    error = await failure(speaking(provider), request)
    assert (type(error), error.param) == (InvalidRequest, "provider.options.speakers")
    assert provider.requests == []


@pytest.mark.parametrize("word", ["OTHER", "MAX_TOKENS", ""])
async def test_an_answer_that_ends_too_early_is_cut_short(provider, word):
    provider.script(STREAM, streams(*gemini.speech_chunks()[:3], gemini.chunk(finish=word)))
    error = await failure(speaking(provider), SpeechRequest("m", "Hello"))
    assert (type(error), error.provider_code) == (UpstreamInvalid, "upstream_truncated")


async def test_a_text_that_may_not_be_said_is_refused(provider):
    provider.script(STREAM, streams(gemini.chunk(finish="PROHIBITED_CONTENT")))
    error = await failure(speaking(provider), SpeechRequest("m", "Hello"))
    assert (type(error), error.status) == (UpstreamRefused, 400)
    assert error.message == "Google's filters refused to say this: PROHIBITED_CONTENT."
