from __future__ import annotations

from core.media.timecode import timecode, timecode_to_tenths


def test_hours_are_written_where_there_are_any():
    assert [timecode(65.9), timecode(3605)] == ["1:05", "1:00:05"]


def test_tenths_are_cut_off():
    assert timecode_to_tenths(65.97) == "1:05.9"
