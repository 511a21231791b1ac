from __future__ import annotations

import base64
import json
import tracemalloc
from types import MappingProxyType

import pytest

from core.contract.chat import Media, Modality
from core.contract.errors import InvalidRequest, UpstreamInvalid
from core.providers.shared.json_body import PIECE, JsonBody, decode, encode

pytestmark = pytest.mark.anyio


def media(path, content: bytes) -> Media:
    path.write_bytes(content)
    return Media(Modality.FILE, str(path), "application/pdf", len(content), path.name)


async def sent(body: JsonBody) -> bytes:
    return b"".join([piece async for piece in body])


def test_a_body_without_files_is_plain_json():
    body = {"messages": (MappingProxyType({"role": "user", "content": "Grüße"}),), "n": 1}
    assert encode(body) == '{"messages":[{"role":"user","content":"Grüße"}],"n":1}'.encode()


@pytest.mark.parametrize("size", [0, 1, 2, 3, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
async def test_a_file_stands_where_its_mark_stood(tmp_path, size):
    content = bytes(index % 251 for index in range(size))
    body = encode({"a": "x", "file_data": media(tmp_path / "a.pdf", content), "b": [1]})
    assert isinstance(body, JsonBody)
    found = await sent(body)
    assert body.headers == {"Content-Length": str(len(found))}
    url = f"data:application/pdf;base64,{base64.b64encode(content).decode()}"
    assert json.loads(found) == {"a": "x", "file_data": url, "b": [1]}
    assert await sent(body) == found


async def test_only_sound_has_no_label(tmp_path):
    file = media(tmp_path / "a.pdf", b"abc")
    body = encode({"input_audio": {"data": file}, "files": [file, file]})
    label = "data:application/pdf;base64,YWJj"
    assert json.loads(await sent(body)) == {"input_audio": {"data": "YWJj"}, "files": [label, label]}


@pytest.mark.parametrize("value", ["\ud800", 2**70, object()])
def test_what_json_cannot_carry_is_the_caller_s_doing(value):
    with pytest.raises(InvalidRequest):
        encode({"messages": [value]})


@pytest.mark.parametrize("change", ["gone", "longer"])
async def test_a_file_that_changed_is_noticed_before(tmp_path, change):
    path = tmp_path / "a.pdf"
    body = encode({"file_data": media(path, b"abc")})
    await body.check()
    if change == "gone":
        path.unlink()
    else:
        path.write_bytes(b"abcd")
    with pytest.raises(InvalidRequest, match=r"The file a\.pdf is no longer there\."):
        await body.check()


async def test_fifty_megabytes_take_a_few_pieces_of_memory(tmp_path):
    path = tmp_path / "big.pdf"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    body = encode({"file_data": Media(Modality.FILE, str(path), "application/pdf", 50_000_000, "big.pdf")})
    tracemalloc.start()
    try:
        size = 0
        async for piece in body:
            size += len(piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size == int(body.headers["Content-Length"]) > 66_000_000
    assert peak < 8 * PIECE


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": NaN, "b": [Infinity, -Infinity], "c": 1}', {"a": None, "b": [None, None], "c": 1}),
        ('{"a": NaN, "b": 1e400, "c": -1e999, "d": 0.5}', {"a": None, "b": None, "c": None, "d": 0.5}),
        ('{"a": 1e400}', {"a": None}),
        ('{"a": Infinity, "b": 36893488147419103232}', {"a": None, "b": 2.0**65}),
        ('{"a": NaN, "b": "NaN \\u00e9"}', {"a": None, "b": "NaN é"}),
    ],
)
def test_a_number_that_is_none_costs_that_number_only(text, value):
    assert decode(text.encode()) == value


@pytest.mark.parametrize(
    "text",
    ["", "nan", "{", '{"a": NaN', "[" * 100_000 + "NaN", "NaN" + "9" * 5000, "<p>"],
)
def test_broken_json_is_broken(text):
    with pytest.raises(UpstreamInvalid):
        decode(text.encode())
