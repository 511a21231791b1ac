from __future__ import annotations

from email import message_from_bytes, policy

import pytest

from core.contract.errors import InvalidRequest
from core.contract.image import ImageFile
from core.contract.transcription import AudioFile
from core.providers.shared.form_body import PIECE, FormBody

pytestmark = pytest.mark.anyio


def audio_file(path, content: bytes) -> AudioFile:
    path.write_bytes(content)
    return AudioFile(str(path), "audio.wav", "audio/wav", len(content))


def image_file(path, content: bytes) -> ImageFile:
    path.write_bytes(content)
    return ImageFile(str(path), f"{path.name}.png", "image/png", len(content), 1, 1)


async def sent(body: FormBody) -> bytes:
    return b"".join([piece async for piece in body])


def parts_of(body: FormBody, content: bytes) -> list:
    head = f"Content-Type: {body.headers['Content-Type']}\r\n\r\n".encode()
    return list(message_from_bytes(head + content, policy=policy.HTTP).iter_parts())


@pytest.mark.parametrize("size", [0, 1, PIECE, PIECE + 1])
async def test_fields_and_file_have_the_announced_length(tmp_path, size):
    content = bytes(index % 251 for index in range(size))
    file = audio_file(tmp_path / "a", content)
    body = FormBody([("model", "m"), ("words[]", "a"), ("words[]", "ö")], [("file", file)])
    found = await sent(body)
    assert body.headers["Content-Length"] == str(len(found))
    *fields, file = parts_of(body, found)
    names = [part.get_param("name", header="content-disposition") for part in (*fields, file)]
    assert names == ["model", "words[]", "words[]", "file"]
    assert [part.get_payload(decode=True).decode() for part in fields] == ["m", "a", "ö"]
    assert (file.get_filename(), file.get_content_type()) == ("audio.wav", "audio/wav")
    assert file.get_payload(decode=True) == content
    assert await sent(body) == found


async def test_several_files_come_one_after_the_other(tmp_path):
    contents = [b"first" * PIECE, b"", b"last"]
    files = [image_file(tmp_path / str(place), content) for place, content in enumerate(contents)]
    body = FormBody([], [("image[]", files[0]), ("image[]", files[1]), ("mask", files[2])])
    pieces = [piece async for piece in body]
    assert max(map(len, pieces)) == PIECE
    found = b"".join(pieces)
    assert body.headers["Content-Length"] == str(len(found))
    parts = parts_of(body, found)
    named = [(part.get_param("name", header="content-disposition"), part.get_filename()) for part in parts]
    assert named == [("image[]", "0.png"), ("image[]", "1.png"), ("mask", "2.png")]
    assert [part.get_payload(decode=True) for part in parts] == contents


@pytest.mark.parametrize("name", ['a"b', "a\r\nX-Evil: 1", "", "a" * 201])
def test_a_name_that_could_end_its_header_is_refused(tmp_path, name):
    with pytest.raises(InvalidRequest):
        FormBody([(name, "x")], [("file", audio_file(tmp_path / "a", b"RIFF"))])
