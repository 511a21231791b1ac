from __future__ import annotations

import json
from typing import get_args

from core.contract.events import Content, ImagePartial, ImageReady
from core.routing.cache.events import DECODERS, TAGS, decode, encode


def test_everything_that_an_answer_is_made_of_can_be_kept_and_read():
    assert set(get_args(Content)) <= set(TAGS)
    assert set(TAGS.values()) == set(DECODERS)


def test_pictures_come_back_with_what_is_known_of_them():
    facts = {"size": "64x48", "quality": "low"}
    events = [
        ImagePartial(0, 1, "image/png", b"coarse", facts),
        ImageReady(1, "image/png", b"fine", "", 0, "A fox", facts),
    ]
    blobs: list[bytes] = []
    kept = [encode(event, blobs) for event in events]
    held = iter(blobs)
    assert [decode(found, held) for found in json.loads(json.dumps(kept))] == events
    assert decode(["image", 0, "image/png", 4, "", 0, ""], iter([b"fine"])) == ImageReady(
        0, "image/png", b"fine"
    )
