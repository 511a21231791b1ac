from __future__ import annotations

import io

import pytest

from core.media.worker.protocol import (
    BYTES,
    EVENT,
    BrokenFrame,
    Frame,
    pack,
    pack_command,
    pack_event,
    read_frame,
)


def test_frames_come_back_as_they_were_sent():
    stream = io.BytesIO(pack(BYTES, 7, b"\x00\n\xff") + pack_event(8, {"event": "done", "text": "да\n"}))

    first, second = read_frame(stream), read_frame(stream)

    assert first == Frame(BYTES, 7, 0, b"\x00\n\xff")
    assert second is not None
    assert (second.kind, second.job, second.event()) == (EVENT, 8, {"event": "done", "text": "да\n"})
    assert read_frame(stream) is None


@pytest.mark.parametrize("cut", [1, 8, 9, 12])
def test_frame_cut_short_is_broken(cut):
    with pytest.raises(BrokenFrame):
        read_frame(io.BytesIO(pack(BYTES, 1, b"four")[:cut]))


def test_bytes_of_somebody_else_are_broken():
    with pytest.raises(BrokenFrame):
        read_frame(io.BytesIO(b"libfoo: warning: something\n"))


def test_command_is_one_line_whatever_the_text():
    line = pack_command({"op": "start", "text": "a\nb\u2028c\ud800"})

    assert line.count(b"\n") == 1
    assert line.isascii()
