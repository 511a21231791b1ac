from __future__ import annotations

from typing import get_args

from core.contract.events import Content
from core.routing.cache.events import DECODERS, TAGS


def test_everything_that_an_answer_is_made_of_can_be_kept_and_read():
    assert set(get_args(Content)) <= set(TAGS)
    assert set(TAGS.values()) == set(DECODERS)
