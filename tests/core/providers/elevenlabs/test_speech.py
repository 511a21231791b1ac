from __future__ import annotations

from decimal import Decimal

import pytest

from core.contract.audio import AudioFormat
from core.contract.errors import InvalidRequest, Unsupported, UpstreamFailed
from core.contract.events import AnswerMetadata, AudioStart, SpeechWord, SpeechWords, Unreadable, Used
from core.contract.speech import SpeechRequest
from core.contract.usage import Amount, Kind, Unit
from tests.core.providers.elevenlabs.calls import KEY, VOICE, of, send, sound, target
from tests.fakes import elevenlabs as fake
from tests.fakes.audio import audio_bytes
from tests.fakes.server_sent_events import events as body_of

pytestmark = pytest.mark.anyio

TEXT = "The quick brown fox."


def request(form: AudioFormat = AudioFormat.PCM, **fields) -> SpeechRequest:
    return SpeechRequest("m", TEXT, format=form, **fields)


@pytest.mark.parametrize(
    ("form", "asked", "rate"),
    [
        (AudioFormat.MP3, "mp3_44100_128", 44_100),
        (AudioFormat.OPUS, "opus_48000_128", 48_000),
        (AudioFormat.PCM, "pcm_24000", 24_000),
    ],
)
async def test_a_format_of_the_vendor_is_passed_on_as_it_is(vendor, form, asked, rate):
    events = await send(target(vendor, format=form), request(form))
    (seen,) = vendor.requests
    assert fake.query(seen) == {"output_format": asked}
    assert (events[0], events[1]) == (AnswerMetadata(fake.REQUEST_ID), AudioStart(form, rate))
    assert sound(events) == audio_bytes(form, fake.SECONDS)


@pytest.mark.parametrize(
    ("form", "option", "asked"),
    [
        (AudioFormat.MP3, "mp3_22050_32", "mp3_22050_32"),
        (AudioFormat.PCM, "pcm_16000", "pcm_16000"),
        (AudioFormat.PCM, "wav_48000", "pcm_48000"),
        (AudioFormat.OPUS, "opus_48000_32", "opus_48000_32"),
    ],
)
async def test_the_caller_chooses_among_the_formats_of_the_vendor(vendor, form, option, asked):
    options = {"elevenlabs": {"output_format": option}}
    events = await send(target(vendor, format=form), request(form, options=options))
    assert fake.query(vendor.requests[0])["output_format"] == asked
    assert of(AudioStart, events) == [AudioStart(form, int(asked.split("_")[1]))]


@pytest.mark.parametrize("option", ["ulaw_8000", "mp3_44100_128", "pcm_x", "pcm", 7, ["pcm_24000"]])
async def test_a_format_of_another_codec_is_refused_before_anything_is_sent(vendor, option):
    options = {"elevenlabs": {"output_format": option}}
    with pytest.raises(InvalidRequest) as caught:
        await send(target(vendor, format=AudioFormat.PCM), request(options=options))
    assert caught.value.param == "provider.options.elevenlabs.output_format"
    assert vendor.requests == []


async def test_the_request_has_the_vendor_s_names_and_the_caller_s_options(vendor):
    options = {
        "voice_settings": {"stability": 0.4, "speed": 0.8},
        "language_code": "en",
        "pronunciation_dictionary_locators": [{"pronunciation_dictionary_id": "d", "version_id": "v"}],
        "seed": 7,
        "previous_text": "Before.",
        "next_text": "After.",
        "text": "Something else.",
        "model_id": "another",
        "enable_logging": False,
    }
    where = target(
        vendor, format=AudioFormat.PCM, options={"body": {"seed": 1, "apply_text_normalization": "on"}}
    )
    await send(where, request(speed=1.1, options={"elevenlabs": options}))
    (seen,) = vendor.requests
    assert seen.path == (f"/v1/text-to-speech/{VOICE}/stream?enable_logging=false&output_format=pcm_24000")
    assert seen.headers["xi-api-key"] == KEY
    assert seen.json == {
        "text": TEXT,
        "model_id": "eleven_multilingual_v2",
        "voice_settings": {"stability": 0.4, "speed": 1.1},
        "language_code": "en",
        "pronunciation_dictionary_locators": [{"pronunciation_dictionary_id": "d", "version_id": "v"}],
        "seed": 7,
        "previous_text": "Before.",
        "next_text": "After.",
        "apply_text_normalization": "on",
    }


@pytest.mark.parametrize("preferences", [{"zdr": True}, {"data_collection": "deny"}])
async def test_who_wants_nothing_kept_gets_zero_retention(vendor, preferences):
    await send(target(vendor), request(AudioFormat.MP3, preferences=preferences))
    assert fake.query(vendor.requests[0])["enable_logging"] == "false"


async def test_a_voice_cannot_lead_to_another_address(vendor):
    await send(target(vendor, voice="../../user?x"), request(AudioFormat.MP3))
    assert vendor.requests[0].path.startswith("/v1/text-to-speech/..%2F..%2Fuser%3Fx")


async def test_words_have_times_where_the_caller_shows_them(vendor):
    events = await send(target(vendor, format=AudioFormat.PCM), request(words=True))
    assert "/stream/with-timestamps?" in vendor.requests[0].path
    words = [word for found in of(SpeechWords, events) for word in found.words]
    step = fake.SECONDS / len(TEXT)
    spans = [("The", 0, 3), ("quick", 4, 9), ("brown", 10, 15), ("fox.", 16, 20)]
    assert words == [SpeechWord(word, round(a * step, 3), round(b * step, 3)) for word, a, b in spans]
    assert sound(events) == audio_bytes(AudioFormat.PCM, fake.SECONDS)


@pytest.mark.parametrize(
    ("header", "options", "characters"),
    [
        ({"character_cost": "20"}, {}, "20"),
        ({"character_cost": "11"}, {"credits_per_character": 0.5}, "22"),
        ({"x_character_count": "9"}, {}, "9"),
        ({"character_cost": "many"}, {}, "20"),
        ({"character_cost": "-1"}, {}, "20"),
        ({}, {"credits_per_character": 0.5}, "20"),
    ],
)
async def test_characters_are_those_that_the_vendor_charges(vendor, header, options, characters):
    async def answer(exchange):
        await exchange.reply(200, audio_bytes(AudioFormat.PCM), "audio/pcm", **header)

    vendor.script("stream?output_format=pcm_24000", answer)
    events = await send(target(vendor, format=AudioFormat.PCM, options=options), request())
    used = events[-1]
    assert isinstance(used, Used)
    assert used.usage.amounts == (
        Amount(Kind.TEXT_IN, Unit.CHARACTER, Decimal(characters)),
        Amount(Kind.AUDIO_OUT, Unit.SECOND, Decimal("0.500")),
    )


async def test_an_error_among_the_lines_is_raised(vendor):
    lines = [b'{"audio_base64":"AAAA"}\n', b'{"detail":{"status":"odd","message":"It broke."}}\n']
    vendor.script("with-timestamps?output_format=pcm_24000", body_of(lines))
    with pytest.raises(UpstreamFailed, match="It broke"):
        await send(target(vendor, format=AudioFormat.PCM), request(words=True))


async def test_a_line_that_cannot_be_read_is_left_out_and_counted(vendor):
    lines = [
        b'{"audio_base64":"AAAA"}\n',
        b"{nonsense}\n\n",
        b'data: {"audio_base64":"BBBB"}\n',
        b'{"audio_base64":7}',
    ]
    vendor.script("with-timestamps?output_format=pcm_24000", body_of(lines, slice_size=7))
    events = await send(target(vendor, format=AudioFormat.PCM), request(words=True))
    assert (sound(events), len(of(Unreadable, events))) == (b"\0\0\0\x04\x10\x41", 2)


@pytest.mark.parametrize("form", [AudioFormat.FLAC, AudioFormat.AAC, AudioFormat.WAV])
async def test_a_format_that_the_vendor_does_not_send_is_refused(vendor, form):
    with pytest.raises(Unsupported) as caught:
        await send(target(vendor, format=form), request(form))
    assert (caught.value.param, vendor.requests) == ("response_format", [])
