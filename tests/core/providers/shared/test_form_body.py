from __future__ import annotations

from email import message_from_bytes, policy

import pytest

from core.contract.errors import InvalidRequest
from core.contract.transcription import AudioFile
from core.providers.shared.form_body import PIECE, FormBody

pytestmark = pytest.mark.anyio


def audio_file(path, content: bytes) -> AudioFile:
    path.write_bytes(content)
    return AudioFile(str(path), "audio.wav", "audio/wav", len(content))


async def sent(body: FormBody) -> bytes:
    return b"".join([piece async for piece in body])


@pytest.mark.parametrize("size", [0, 1, PIECE, PIECE + 1])
async def test_fields_and_file_have_the_announced_length(tmp_path, size):
    content = bytes(index % 251 for index in range(size))
    body = FormBody([("model", "m"), ("words[]", "a"), ("words[]", "ö")], audio_file(tmp_path / "a", content))
    found = await sent(body)
    assert body.headers["Content-Length"] == str(len(found))
    head = f"Content-Type: {body.headers['Content-Type']}\r\n\r\n".encode()
    *fields, file = message_from_bytes(head + found, policy=policy.HTTP).iter_parts()
    names = [part.get_param("name", header="content-disposition") for part in (*fields, file)]
    assert names == ["model", "words[]", "words[]", "file"]
    assert [part.get_payload(decode=True).decode() for part in fields] == ["m", "a", "ö"]
    assert (file.get_filename(), file.get_content_type()) == ("audio.wav", "audio/wav")
    assert file.get_payload(decode=True) == content
    assert await sent(body) == found


@pytest.mark.parametrize("name", ['a"b', "a\r\nX-Evil: 1", "", "a" * 201])
def test_a_name_that_could_end_its_header_is_refused(tmp_path, name):
    with pytest.raises(InvalidRequest):
        FormBody([(name, "x")], audio_file(tmp_path / "a", b"RIFF"))
