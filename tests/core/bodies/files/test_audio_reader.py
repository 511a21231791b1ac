"""A JSON body with one audio file, fed in pieces of any size."""

from __future__ import annotations

import base64
import json
import random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from core.bodies.files import base64_stream
from core.bodies.files.audio_reader import AudioReader
from core.contract.errors import InvalidRequest

AUDIO = random.Random(7).randbytes(10_000)
ENCODED = base64.b64encode(AUDIO).decode()


@pytest.fixture(autouse=True)
def small_threshold(monkeypatch):
    """So that ten kilobytes take the way of fifty megabytes."""
    monkeypatch.setattr(base64_stream, "LONG", 2000)


def read(body: str | bytes, step: int = 1 << 20) -> tuple[dict, bytes]:
    sound = bytearray()
    reader = AudioReader(sound.extend)
    data = body.encode() if isinstance(body, str) else body
    for at in range(0, len(data), step):
        reader.feed(data[at : at + step])
    return reader.end(), bytes(sound)


def body(data: object, **fields: object) -> str:
    return json.dumps(
        {"model": "m", **fields, "input_audio": {"format": "wav", "data": data}, "stream": True}
    )


@pytest.mark.parametrize("step", [1, 7, 1000, 1 << 20])
def test_a_long_file_in_any_slices(step):
    text = body(ENCODED, prompt='quotes " and \\ backslashes \\" und Umlaute äöü')
    fields, sound = read(text, step)
    assert sound == AUDIO
    assert fields == {
        "model": "m",
        "prompt": 'quotes " and \\ backslashes \\" und Umlaute äöü',
        "stream": True,
    }


@pytest.mark.parametrize("size", [0, 1, 2, 3, 255, 256, 257, 1499, 1500, 1501, 1502, 4000])
@pytest.mark.parametrize("step", [13, 1 << 20])
def test_files_of_any_size(size, step):
    assert read(body(base64.b64encode(AUDIO[:size]).decode()), step)[1] == AUDIO[:size]


@pytest.mark.parametrize("step", [1, 7, 1 << 20])
@pytest.mark.parametrize("size", [100, 10_000])
def test_a_data_url_line_breaks_and_escaped_slashes_are_accepted(step, size):
    lines = base64.encodebytes(AUDIO[:size]).decode()
    text = body(f"data:audio/wav;base64,{lines}").replace("/", "\\/")
    assert read(text, step)[1] == AUDIO[:size]


@pytest.mark.parametrize("step", [1, 7, 1 << 20])
def test_escaped_characters_are_read(step):
    assert read(body(ENCODED).replace("A", "\\u0041"), step)[1] == AUDIO
    assert read(body("QUJD\n " * 600), step)[1] == b"ABC" * 600


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=4000), TEXTS, st.booleans(), st.integers(1, 3000), st.integers(0, 8))
def test_any_body_is_read_as_it_was_written(sound, text, plain, step, indent):
    assume(text not in ("data", "url"))
    audio = {"data": base64.b64encode(sound).decode(), text: "x"}
    value = {"input_audio": audio, "prompt": text, "terms": [text, "\\", '"']}
    fields, heard = read(json.dumps(value, ensure_ascii=plain, indent=indent or None), step)
    assert (heard, fields) == (sound, {"prompt": text, "terms": [text, "\\", '"']})


@pytest.mark.parametrize(
    ("text", "param"),
    [
        ("{}", "input_audio"),
        ('{"input_audio": "text"}', "input_audio"),
        ('{"input_audio": {}}', "input_audio.data"),
        ('{"input_audio": {"data": 7}}', "input_audio.data"),
        ('{"input_audio": {"url": "http://127.0.0.1/a.wav"}}', "input_audio.url"),
        (body("not base64!"), "input_audio.data"),
        (body("abc"), "input_audio.data"),
        (body(ENCODED + "!"), "input_audio.data"),
        (body(ENCODED[:-4] + "====" + ENCODED), "input_audio.data"),
        (body(ENCODED, other={"data": ENCODED}), None),
        (body("", other={"url": ENCODED}), None),
    ],
)
def test_a_body_without_a_file_is_refused(text, param):
    with pytest.raises(InvalidRequest) as caught:
        read(text)
    assert caught.value.param == param


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        body(ENCODED)[:-1],
        body(ENCODED)[:5000],
        body(ENCODED) + "}",
        body(ENCODED).replace("true", "NaN"),
        body(ENCODED).replace('"stream": true', '"model": "n"'),
        '{"a": [' + '"x",' * 6000,
        body("\\"),
        '{"input_audio": {"data": "' + "\\" * 5001,
    ],
)
def test_invalid_json_is_refused(text):
    with pytest.raises(InvalidRequest):
        read(text)


def test_too_many_bytes_beside_the_file_are_refused(monkeypatch):
    monkeypatch.setattr(base64_stream, "MOST_REST", 5000)
    with pytest.raises(InvalidRequest):
        read("{" + " " * 6000)
