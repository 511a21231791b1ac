"""A request with one audio file: from a form or from base64 in JSON to disk, never whole in memory."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from django.conf import settings
from starlette.requests import Request

from core.access.body_quota import Hold, hold_body
from core.api.files.audio_duration import audio_duration
from core.api.files.body_stream import read_stream
from core.api.files.temporary_files import TemporaryFile
from core.api.http.request_body import MIB, check_encoding, is_json, upload_cap
from core.bodies.files.audio import require_audio
from core.bodies.files.audio_reader import FILE as JSON_FIELD
from core.bodies.files.audio_reader import AudioReader
from core.bodies.files.multipart import FILE as FORM_FIELD
from core.bodies.files.multipart import MultipartReader, one_file
from core.bodies.form_fields import FormFields
from core.contract.errors import WrongContentType
from core.contract.transcription import AudioFile
from core.media.file_types import FileType


class AudioUpload:
    """The fields of a request and its file; `close` it when the response has ended.

    `param` is the name of the file's field, for errors.
    """

    def __init__(self, fields: dict[str, Any], file: TemporaryFile, param: str, hold: Hold) -> None:
        self.fields = fields
        self.file = file
        self.param = param
        self._hold = hold

    async def audio(self) -> AudioFile:
        """The file for the contract's request. Raises `InvalidRequest` where it has no audio."""
        file = self.file
        kind = await asyncio.to_thread(self.file_type)
        seconds = await audio_duration(file.path, self.param)
        return AudioFile(file.path, f"audio.{kind.extension}", kind.media_type, file.size, seconds)

    def file_type(self) -> FileType:
        """Raises `InvalidRequest` as `require_audio`; blocking."""
        with Path(self.file.path).open("rb") as written:
            return require_audio(written, self.file.size, self.param)

    def close(self) -> None:
        self.file.close()
        self._hold.release()


async def receive_audio(request: Request, form: FormFields) -> AudioUpload:
    """Fields and file of a request in either encoding. Raises from the error tree; no file is left then."""
    content_type = request.headers.get("content-type", "")
    check_encoding(request)
    is_form = content_type.partition(";")[0].strip().lower() == "multipart/form-data"
    if not is_form and not is_json(content_type):
        raise WrongContentType("Send the body as multipart/form-data or application/json.")
    file = TemporaryFile(settings.MAX_UPLOAD_MB * MIB)
    try:
        if is_form:
            fields, param = await read_form(request, content_type, form, file), FORM_FIELD
        else:
            fields, param = await read_json(request, file), JSON_FIELD
    except BaseException:
        file.close()
        raise
    return AudioUpload(fields, file, param, hold_body(request.scope))


async def read_form(
    request: Request, content_type: str, form: FormFields, file: TemporaryFile
) -> dict[str, Any]:
    reader = MultipartReader(content_type, one_file(file.write))
    await read_stream(request, reader, file, upload_cap())
    reader.end()
    reader.require_file()
    await file.flush()
    return form.parse(reader.pairs)


async def read_json(request: Request, file: TemporaryFile) -> dict[str, Any]:
    reader = AudioReader(file.write)
    await read_stream(request, reader, file, upload_cap())
    fields = await asyncio.to_thread(reader.end)
    await file.flush()
    return fields
