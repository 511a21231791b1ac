"""Reads the JSON body of `audio/transcriptions` or `audio/translations`, whose file is `input_audio.data`."""

from __future__ import annotations

from typing import Any

from core.bodies.files.base64_stream import Base64Decoder, InlineFileReader, Sink
from core.bodies.files.data_urls import LONGEST_PREFIX, PREFIX
from core.contract.errors import InvalidRequest, Unsupported

FILE = "input_audio.data"


class AudioReader:
    """Feed it the body; the decoded file goes to `sink`, `end` gives the other fields."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._reader = InlineFileReader(self._opened)

    def feed(self, data: bytes) -> None:
        """Raises what `InlineFileReader` raises."""
        self._reader.feed(data)

    def end(self) -> dict[str, Any]:
        """The body's fields. Raises `InvalidRequest` when it is not JSON or holds no file; call it in a
        thread."""
        fields = self._reader.end()
        audio = fields.get("input_audio")
        if not isinstance(audio, dict):
            text = "must be an object with data and format." if "input_audio" in fields else "is required."
            raise InvalidRequest(f"input_audio {text}", param="input_audio", code="missing_field")
        self._check_audio(audio)
        return {name: value for name, value in fields.items() if name != "input_audio"}

    def _opened(self, placeholder: str) -> Sink:
        if self._reader.files:
            raise InvalidRequest("Send one file at a time.")
        return self._sink

    def _check_audio(self, audio: dict[str, Any]) -> None:
        data = audio.get("data")
        if "url" in audio and data is None:
            raise Unsupported("Addresses are not fetched: send input_audio.data.", param="input_audio.url")
        if not isinstance(data, str):
            raise InvalidRequest(f"{FILE} must be a base64 string.", param=FILE, code="missing_field")
        found = PREFIX.match(data[:LONGEST_PREFIX])
        data = data[found.end() :] if found else data
        reader = self._reader.files.get(data)
        if reader is None and self._reader.files:
            raise InvalidRequest(f"A file stands in another place than {FILE}.")
        if (reader or self._decode_short(data)).broken:
            raise InvalidRequest(f"{FILE} is not valid base64.", param=FILE, code="invalid_base64")

    def _decode_short(self, data: str) -> Base64Decoder:
        """A file so short that it still stands in the body."""
        reader = Base64Decoder(self._sink)
        reader.feed("".join(data.split()).encode())
        reader.end()
        return reader
