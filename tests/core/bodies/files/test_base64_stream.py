"""JSON bodies with files in base64, fed in pieces of any size."""

from __future__ import annotations

import base64
import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.bodies.files import base64_stream
from core.bodies.files.base64_stream import IMAGE_FIELD, InlineFileReader, restore_placeholders
from core.bodies.json_object import parse_json_object
from core.contract.errors import InvalidRequest, TooLarge

DATA = random.Random(11).randbytes(9000)
ENCODED = base64.b64encode(DATA).decode()
SLICES = [1, 7, 1000, 1 << 20]


@pytest.fixture(autouse=True)
def small_threshold(monkeypatch):
    """So that ten kilobytes take the way of fifty megabytes."""
    monkeypatch.setattr(base64_stream, "LONG", 2000)


class Reading:
    """A body that was read: its fields, and by its mark what each file came to."""

    def __init__(self, body: str | bytes, sizes: list[int] | int = 1 << 20, **options: Any) -> None:
        self.files: dict[str, bytearray] = {}
        self.reader = InlineFileReader(self.opened, **options)
        data = body.encode() if isinstance(body, str) else body
        at, turn = 0, 0
        while at < len(data):
            step = sizes if isinstance(sizes, int) else sizes[turn % len(sizes)]
            self.reader.feed(data[at : at + step])
            at, turn = at + step, turn + 1
        self.fields = self.reader.end()

    def opened(self, mark: str) -> Any:
        self.files[mark] = bytearray()
        return self.files[mark].extend

    def restored(self) -> Any:
        """The fields with the base64 where it stood."""
        text = json.dumps(self.fields)
        for mark, data in self.files.items():
            assert text.count(mark) == 1
            text = text.replace(mark, base64.b64encode(data).decode())
        return json.loads(text)


def image(url: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


def conversation(*parts: Any, **fields: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": list(parts)}], **fields}


@pytest.mark.parametrize("step", SLICES)
def test_files_of_a_conversation_in_any_slices(step):
    body = conversation(
        {"type": "text", "text": 'quotes " and \\ backslashes \\" äöü ' * 400},
        image(f"data:image/png;base64,{ENCODED}"),
        {"type": "input_audio", "input_audio": {"data": ENCODED[:8000], "format": "wav"}},
        {"type": "image_url", "image_url": f"data:image/jpeg;base64,{ENCODED[:6000]}"},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": ENCODED[:4000]}},
        image("https://example.org/cat.png"),
        image(f"data:image/png;base64,{ENCODED[:1000]}"),
    )
    read = Reading(json.dumps(body), step)
    assert read.restored() == body
    assert [len(data) for data in read.files.values()] == [9000, 6000, 4500, 3000]
    assert read.fields["messages"][0]["content"][1]["image_url"]["url"].startswith(
        "data:image/png;base64,file-"
    )


@pytest.mark.parametrize("size", [*range(1996, 2005), 2250, 3000])
@pytest.mark.parametrize("step", [1, 13, 1 << 20])
def test_strings_about_as_long_as_the_threshold(size, step):
    body = conversation(image("A" * (size - size % 4)))
    assert Reading(json.dumps(body), step).restored() == body


@pytest.mark.parametrize("step", SLICES)
def test_escaped_slashes_and_line_breaks_are_accepted(step):
    lines = base64.encodebytes(DATA).decode()
    text = json.dumps(conversation(image(f"data:image/png;base64,{lines}"))).replace("/", "\\/")
    assert [bytes(data) for data in Reading(text, step).files.values()] == [DATA]


@pytest.mark.parametrize(
    "long", ["word " * 2000, "é" * 3000, '"' * 3000, "\\" * 5000, "A" * 999 + "!" * 3000]
)
@pytest.mark.parametrize("name", ["text", "url", "data"])
@pytest.mark.parametrize("step", SLICES)
def test_long_texts_stay_texts(long, name, step):
    body = {name: long, "after": [image("x")]}
    read = Reading(json.dumps(body, ensure_ascii=False), step)
    assert (read.fields, read.files) == (body, {})


def test_base64_in_other_fields_stays():
    body = {"text": ENCODED, "content": ENCODED, "list": [ENCODED], "my data": ENCODED}
    read = Reading(json.dumps(body))
    assert (read.fields, read.files) == (body, {})


def test_a_field_with_an_escaped_name_is_an_ordinary_string():
    read = Reading(json.dumps({"data": ENCODED}).replace('"data"', '"d\\u0061ta"'))
    assert (read.fields, read.files) == ({"data": ENCODED}, {})


@pytest.mark.parametrize("step", SLICES)
def test_a_field_inside_of_a_text_is_text(step):
    inner = json.dumps({"url": f"data:image/png;base64,{ENCODED}", "data": ENCODED})
    body = {"text": inner, "arguments": json.dumps({"x": inner}), "url": inner}
    read = Reading(json.dumps(body), step)
    assert (read.fields, read.files) == (body, {})


@pytest.mark.parametrize("tail", ["!", "\\u0041", '\\"', "\\\\", "=AAA", "AAA", "é"])
@pytest.mark.parametrize("step", SLICES)
def test_invalid_base64_is_known_by_its_placeholder(tail, step):
    text = json.dumps(conversation(image("?"), image(ENCODED))).replace("?", ENCODED + tail)
    read = Reading(text, step)
    first, second = read.reader.files
    assert [file.broken for file in read.reader.files.values()] == [True, False]
    assert bytes(read.files[second]) == DATA
    assert read.fields["messages"][0]["content"][0]["image_url"]["url"] == first


def test_a_placeholder_cannot_be_guessed():
    one, two = (Reading(json.dumps({"data": ENCODED})) for _ in range(2))
    [first], [second] = one.files, two.files
    assert first != second
    assert len(first) > 32
    guess = Reading(json.dumps({"data": ENCODED, "url": first, "text": second}))
    assert guess.fields["url"] == first
    assert first not in guess.files


NAMES = st.sampled_from(["data", "url", "text", "image_url", "file_data", 'a"url', "url\\", "role"])
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
FILES = st.binary(max_size=3000).map(lambda data: base64.b64encode(data).decode())
URLS = st.tuples(st.sampled_from(["data:image/png;base64,", "data:;base64,", "https://x.y/"]), FILES)
VALUES = st.recursive(
    st.one_of(TEXTS, FILES, URLS.map("".join), st.integers(-(10**9), 10**9), st.booleans(), st.none()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.dictionaries(NAMES, VALUES, max_size=4),
    st.lists(st.integers(1, 4000), min_size=1, max_size=6),
    st.booleans(),
    st.integers(0, 4),
)
def test_any_body_in_any_slices_is_read_as_it_was_written(body, sizes, plain, indent):
    text = json.dumps(body, ensure_ascii=plain, indent=indent or None)
    assert Reading(text, sizes).restored() == body


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.sampled_from(['"', "\\", "{", "}", ":", ",", '"data"', ' "url": "', "A" * 1500, "1", "[", "é"])
    ),
    st.integers(1, 3000),
)
def test_only_json_is_accepted(pieces, step):
    text = "".join(pieces)
    try:
        read = Reading(text, step)
    except InvalidRequest:
        with pytest.raises(InvalidRequest):
            parse_json_object(text.encode())
        return
    if not any(file.broken for file in read.reader.files.values()):
        assert read.restored() == parse_json_object(text.encode())


@pytest.mark.parametrize("text", ["", "[]", '{"data": "' + ENCODED, '{"data": "' + "A" * 500, "[" * 100_000])
@pytest.mark.parametrize("step", SLICES[1:])
def test_invalid_json_is_refused(text, step):
    with pytest.raises(InvalidRequest) as caught:
        Reading(text, step)
    assert caught.value.provider_code == "invalid_json"


def test_too_many_files_are_refused():
    body = json.dumps(conversation(*[image(ENCODED)] * 3))
    assert len(Reading(body, most=3).files) == 3
    with pytest.raises(TooLarge, match="more files than the 2 that are taken"):
        Reading(body, most=2)


def test_too_many_fields_of_files_are_refused(monkeypatch):
    monkeypatch.setattr(base64_stream, "MOST_PLACES", 50)
    with pytest.raises(InvalidRequest, match="more than 50 places"):
        Reading(json.dumps([{"url": "x"}] * 51))


def test_too_many_bytes_beside_the_files_are_refused(monkeypatch):
    monkeypatch.setattr(base64_stream, "MOST_REST", 5000)
    with pytest.raises(InvalidRequest):
        Reading("{" + " " * 6000)


def test_placeholders_are_restored_wherever_they_stand():
    value = {"a": ["data:image/png;base64,file-1", "file-2 later"], "b": ("file-2", 7), "c": "file-3"}
    used: list[str] = []

    def text(placeholder: str) -> str:
        used.append(placeholder)
        return placeholder.upper()

    assert restore_placeholders(value, ("file-1", "file-2"), text) == {
        "a": ["data:image/png;base64,FILE-1", "file-2 later"],
        "b": ("FILE-2", 7),
        "c": "file-3",
    }
    assert used == ["file-1", "file-2"]


@pytest.mark.parametrize("step", [7, 1000, 1 << 20])
def test_images_are_found_in_lists_too(step):
    contents = [bytes([65 + at]) * 90_000 for at in range(4)]
    texts = [base64.b64encode(content).decode() for content in contents]
    fields = {
        "prompt": "red, green,",
        "image": [texts[0], f"data:image/png;base64,{texts[1]}"],
        "mask": texts[2],
        "images": [{"image_url": f"data:image/png;base64,{texts[3]}"}],
    }
    found: list[bytearray] = []

    def opened(_: str):
        found.append(bytearray())
        return found[-1].extend

    reader, body = InlineFileReader(opened, field=IMAGE_FIELD), json.dumps(fields).encode()
    for at in range(0, len(body), step):
        reader.feed(body[at : at + step])
    parsed, marks = reader.end(), list(reader.files)
    assert [bytes(content) for content in found] == contents
    assert parsed == {
        "prompt": "red, green,",
        "image": [marks[0], f"data:image/png;base64,{marks[1]}"],
        "mask": marks[2],
        "images": [{"image_url": f"data:image/png;base64,{marks[3]}"}],
    }
