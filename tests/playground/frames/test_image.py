"""Events of pictures."""

from __future__ import annotations

from core.contract.events import ImagePartial
from playground import frames


def test_an_unfinished_picture_is_told_by_its_url():
    event = ImagePartial(index=1, number=2, media_type="image/png", data=b"bytes")
    assert frames.image_partial(event, "/runs/x/partials/1/2") == {
        "type": "image.partial",
        "index": 1,
        "number": 2,
        "media_type": "image/png",
        "url": "/runs/x/partials/1/2",
    }


def test_a_finished_picture_is_told_as_it_is_stored():
    remote = {"url": "https://img.example/1.png", "media_type": "image/png", "remote": True}
    assert frames.image_ready(0, remote) == {"type": "image.ready", "index": 0, **remote}
