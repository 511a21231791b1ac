"""The fields beside the file, as JSON has them and as a form does."""

from __future__ import annotations

import pytest

from core.bodies.transcription.body import TranscriptionBody
from core.bodies.transcription.fields import FORM
from core.bodies.validation import validate
from core.contract.errors import InvalidRequest
from core.contract.routing import NamedModel, RoutingRules
from core.contract.transcription import AudioFile, TranscriptFormat, TranscriptionRequest

FILE = AudioFile("/nowhere", "audio.wav", "audio/wav", 1000, 6.0)
VOICE = "data:audio/wav;base64,UklGRg=="


def asked(**fields) -> TranscriptionRequest:
    return validate(TranscriptionBody, {"model": "m", **fields}).request(FILE)


def test_only_the_model_is_required():
    assert asked() == TranscriptionRequest("m", FILE)


def test_every_field_of_a_form_arrives():
    pairs = [
        ("model", "m"),
        ("language", "pt-BR"),
        ("prompt", "Names"),
        ("response_format", "verbose_json"),
        ("temperature", "0.5"),
        ("timestamp_granularities[]", "word"),
        ("timestamp_granularities[]", "segment"),
        ("chunking_strategy[type]", "server_vad"),
        ("chunking_strategy[threshold]", "0.5"),
        ("known_speaker_names[]", "Ada"),
        ("known_speaker_references[]", VOICE),
        ("diarize", "true"),
        ("num_speakers", "2"),
        ("tag_audio_events", "false"),
        ("enable_logging", "false"),
        ("keyterms", '["Ada", "Lovelace"]'),
        ("keywords[]", "Babbage"),
        ("stream", "true"),
        ("provider", '{"options": {"openai": {"x": 1}}}'),
        ("user", "somebody"),
        ("fallbacks[][model]", "other"),
    ]
    assert validate(TranscriptionBody, FORM.parse(pairs)).request(FILE) == TranscriptionRequest(
        model="m",
        file=FILE,
        language="pt",
        prompt="Names",
        temperature=0.5,
        format=TranscriptFormat.VERBOSE_JSON,
        words=True,
        segments=True,
        diarize=True,
        speakers=2,
        tag_events=False,
        logging=False,
        keyterms=("Ada", "Lovelace", "Babbage"),
        chunking={"type": "server_vad", "threshold": 0.5},
        known_speakers=(("Ada", VOICE),),
        streamed=True,
        options={"openai": {"x": 1}},
        routing=RoutingRules(fallbacks=(NamedModel("other", "fallbacks[0].model"),)),
    )


def test_diarized_json_asks_for_speakers():
    assert asked(response_format="diarized_json").diarize is True


@pytest.mark.parametrize("language", ["en", "EN", "en-GB", "en_US", "eng", "English", " english "])
def test_all_notations_of_a_language(language):
    assert asked(language=language).language == "en"


@pytest.mark.parametrize("language", ["auto", "Auto", "multi", "und", "", None])
def test_a_language_to_be_found_out(language):
    assert asked(language=language).language is None
    assert asked(languages=[language] if language else []).language is None


def test_a_list_of_one_language():
    assert asked(languages=["de"]).language == "de"
    assert asked(languages=["German"], language="de").language == "de"


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": ""}, "model"),
        ({"language": "xx-XXXX"}, "language"),
        ({"language": "e" * 500}, "language"),
        ({"language": "de", "languages": ["fr"]}, "languages"),
        ({"temperature": 2}, "temperature"),
        ({"temperature": "0"}, "temperature"),
        ({"response_format": "mp3"}, "response_format"),
        ({"timestamp_granularities": ["word"]}, "timestamp_granularities"),
        ({"timestamp_granularities": ["letter"]}, "timestamp_granularities[0]"),
        ({"timestamps_granularity": "letter"}, "timestamps_granularity"),
        ({"include": ["logprobs"], "response_format": "text"}, "include"),
        ({"include": ["words"]}, "include[0]"),
        ({"stream": True, "response_format": "srt"}, "stream"),
        ({"chunking_strategy": "never"}, "chunking_strategy"),
        ({"chunking_strategy": {"type": "other"}}, "chunking_strategy"),
        ({"known_speaker_names": ["Ada"]}, "known_speaker_references"),
        (
            {"known_speaker_names": ["Ada"], "known_speaker_references": ["http://127.0.0.1/"]},
            "known_speaker_references",
        ),
        ({"num_speakers": 0}, "num_speakers"),
        ({"num_speakers": 33}, "num_speakers"),
        ({"keyterms": [""]}, "keyterms[0]"),
        ({"api_key": "sk-mine"}, "api_key"),
        (
            {"provider": {"options": {"openai": {"base_url": "http://127.0.0.1"}}}},
            "provider.options.openai.base_url",
        ),
    ],
)
def test_the_refusal_names_the_field(fields, param):
    with pytest.raises(InvalidRequest) as caught:
        asked(**fields)
    assert caught.value.param == param
