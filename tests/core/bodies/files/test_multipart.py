"""Multipart forms fed in pieces of any size, and the refusals."""

from __future__ import annotations

import pytest

from core.bodies.files.multipart import LONGEST_FIELD, MOST_PARTS, MultipartReader, one_file
from core.contract.errors import InvalidRequest

TYPE = "multipart/form-data; boundary=xyz"
DATA = b"\r\n--xy\r\n--\0\xff sound \r\n-" * 50


def part(name: str, content: bytes, file: str | None = None) -> bytes:
    name_of_file = "" if file is None else f'; filename="{file}"'
    head = f'--xyz\r\nContent-Disposition: form-data; name="{name}"{name_of_file}\r\n'
    return head.encode() + b"Content-Type: audio/wav\r\n\r\n" + content + b"\r\n"


def read(*parts: bytes, step: int = 1 << 20, end: bytes = b"--xyz--\r\n") -> tuple[list, bytes]:
    sound = bytearray()
    reader = MultipartReader(TYPE, one_file(sound.extend))
    body = b"".join(parts) + end
    for at in range(0, len(body), step):
        reader.feed(body[at : at + step])
    reader.end()
    reader.require_file()
    return reader.pairs, bytes(sound)


@pytest.mark.parametrize("step", [1, 7, 64, 1 << 20])
def test_fields_and_file_in_any_slices(step):
    parts = (part("model", b"m"), part("file", DATA, "a.mp3"), part("prompt", "Гость, 客人".encode()))
    assert read(*parts, step=step) == ([("model", "m"), ("prompt", "Гость, 客人")], DATA)


@pytest.mark.parametrize("name", ["../../etc/x", "", "con", "...", "a" * 3000, "\u202eevil.mp3", "a;b=c"])
def test_any_file_name_is_accepted(name):
    assert read(part("file", DATA, name)) == ([], DATA)


@pytest.mark.parametrize("name", ["filename=a.wav", "FileName*=UTF-8''%D0%B0.wav", 'filename=""'])
def test_a_file_name_in_any_spelling_makes_a_file(name):
    head = f"--xyz\r\nContent-Disposition: form-data; name=file; {name}\r\n\r\n".encode()
    assert read(head + DATA + b"\r\n") == ([], DATA)


@pytest.mark.parametrize("field", ["file", "file[]"])
@pytest.mark.parametrize("content", [b"text", DATA, b"\xff\xfb\x90d"])
def test_a_file_without_a_file_name_is_refused_by_what_it_lacks(field, content):
    with pytest.raises(InvalidRequest, match="no file name") as caught:
        read(part("model", b"m"), part(field, content))
    assert (caught.value.param, caught.value.provider_code) == ("file", "missing_file_name")


def test_an_epilogue_is_ignored():
    assert read(part("file", DATA, "a"), end=b"--xyz--\r\n" + b"junk" * 1000) == ([], DATA)


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [part("model", b"m")],
        [part("file", DATA, "a"), part("file", DATA, "b")],
        [part("audio", DATA, "a")],
        [part("", b"x"), part("file", DATA, "a")],
        [part("a" * 300, b"x"), part("file", DATA, "a")],
        [part("a", b"\xff\xfe"), part("file", DATA, "a")],
        [part("a", b"nul\0"), part("file", DATA, "a")],
        [part(f"a{at}", b"x") for at in range(MOST_PARTS + 1)],
        [part("a", b"x" * (LONGEST_FIELD + 1)), part("file", DATA, "a")],
        [b"preamble\r\n", part("file", DATA, "a")],
        [b"--xyz\r\nX: y\r\n\r\nz\r\n", part("file", DATA, "a")],
        [b"--xyz\r\n" + b"X: " + b"y" * 5000 + b"\r\n\r\n", part("file", DATA, "a")],
    ],
)
def test_an_invalid_form_is_refused(parts):
    with pytest.raises(InvalidRequest):
        read(*parts)


def test_a_form_without_its_last_boundary_is_refused():
    with pytest.raises(InvalidRequest) as caught:
        read(part("file", DATA, "a"), end=b"")
    assert caught.value.provider_code == "invalid_form"


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", "multipart/form-data; boundary=", f"{TYPE}{'a' * 10_000}"]
)
def test_a_missing_or_too_long_boundary_is_refused(content_type):
    with pytest.raises(InvalidRequest):
        MultipartReader(content_type, one_file(bytearray().extend))


def test_several_files_in_several_fields():
    found: list[tuple[str, bytearray]] = []

    def open_file(name: str):
        found.append((name, bytearray()))
        return found[-1][1].extend

    reader = MultipartReader(TYPE, open_file, ("image", "mask"))
    names = ("image", "image[]", "image[2]", "mask")
    parts = [part(name, name.encode() + DATA, "a.png") for name in names]
    reader.feed(b"".join((*parts, part("prompt", b"a fox"))) + b"--xyz--\r\n")
    reader.end()
    assert [(name, bytes(data)) for name, data in found] == [
        (name.partition("[")[0], name.encode() + DATA) for name in names
    ]
    assert (reader.pairs, reader.files) == ([("prompt", "a fox")], 4)


def test_a_file_in_another_field_and_text_in_the_place_of_a_file():
    for wrong, param in ((part("file", DATA, "a"), "image"), (part("mask", b"text"), "mask")):
        reader = MultipartReader(TYPE, lambda _: bytearray().extend, ("image", "mask"))
        with pytest.raises(InvalidRequest) as caught:
            reader.feed(wrong)
        assert caught.value.param == param
