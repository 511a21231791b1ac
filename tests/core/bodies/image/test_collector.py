"""The events of an image request as finished pictures."""

from __future__ import annotations

from core.bodies.image.collector import FinishedImages, ImageCollector
from core.contract.events import ImagePartial, ImageReady, Started, Used
from core.contract.image import ImageRequest
from core.contract.usage import Usage


def test_pictures_are_in_order_and_unfinished_ones_left_out():
    collector = ImageCollector()
    second, first = ImageReady(1, "image/png", b"b"), ImageReady(0, "image/png", b"a")
    facts = {"size": "1024x1024", "quality": "low"}
    for event in (
        Started("lab", "lab/brush", 1),
        ImagePartial(0, 0, "image/png", b"?"),
        second,
        first,
        Used(Usage(facts=facts)),
    ):
        collector.note(event)
    assert collector.finish(ImageRequest("m", "A fox")) == FinishedImages((first, second), facts)


def test_nothing_is_an_answer_without_pictures():
    assert ImageCollector().finish(ImageRequest("m", "A fox")) == FinishedImages((), {})
