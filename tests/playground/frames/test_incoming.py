"""Frames of the browser."""

from __future__ import annotations

import pytest

from playground import frames


def test_a_bad_frame_remembers_its_id():
    with pytest.raises(frames.BadFrame) as refused:
        frames.parse('{"type": "run.start", "id": "a", "task": 1}')
    assert refused.value.frame_id == "a"
