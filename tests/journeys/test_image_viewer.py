"""Pictures looked at closely: by keys, mouse, wheel and fingers."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE
from tests.journeys.image_page import Hand, ImagePage
from tests.journeys.page_monitor import PageMonitor
from tests.journeys.test_pages import faults

UPPER_EDGE = """(canvas) => {
  const { width, height } = canvas;
  const column = new OffscreenCanvas(1, height).getContext("2d");
  column.drawImage(canvas, width / 2, 0, 1, height, 0, 0, 1, height);
  const { data } = column.getImageData(0, 0, 1, height);
  return data.findIndex((value, at) => at % 4 === 3 && value > 0) / 4 / height;
}"""
"""Where a picture begins, as a share of the canvas that shows it."""


@pytest.fixture
def image(monitor: PageMonitor) -> ImagePage:
    return ImagePage(monitor)


def test_several_pictures_are_looked_at_closely(image: ImagePage):
    image.open().set(n="3")
    image.draw("Three plums")
    expect(image.pictures).to_have_count(3)
    expect(image.gallery.first.locator(".gallery-count")).to_have_text("3")
    image.pictures.nth(1).locator("[data-role=open]").click()
    expect(image.viewer).to_be_visible()
    scale = image.viewer.locator("[data-field=scale]")
    fitted = scale.inner_text()
    image.page.keyboard.press("+")
    expect(scale).not_to_have_text(fitted)
    image.page.keyboard.press("0")
    expect(scale).to_have_text(fitted)
    image.page.mouse.move(700, 500)
    image.page.mouse.wheel(0, -300)
    expect(scale).not_to_have_text(fitted)
    canvas = image.viewer.locator("canvas")
    before = canvas.evaluate("(canvas) => canvas.toDataURL()")
    image.page.mouse.down()
    image.page.mouse.move(760, 540, steps=3)
    image.page.mouse.up()
    assert canvas.evaluate("(canvas) => canvas.toDataURL()") != before
    assert faults(image.page) == []
    image.page.keyboard.press("Escape")
    expect(image.viewer).to_be_hidden()


@pytest.mark.parametrize("look", [{"viewport": PHONE, "has_touch": True, "is_mobile": True}], ids=["phone"])
def test_a_picture_grows_from_between_two_fingers(image: ImagePage):
    image.open().set(size="384x256")
    image.draw("A plum")
    image.pictures.first.locator("[data-role=open]").tap()
    canvas = image.viewer.locator("[data-role=canvas]")
    scale = image.viewer.locator("[data-field=scale]")
    expect(scale).not_to_have_text("100 %")
    box = canvas.bounding_box()
    assert box
    fitted, edge = percent(scale.inner_text()), canvas.evaluate(UPPER_EDGE)
    assert 0.2 < edge < 0.4
    hand = Hand(image.page, box, "[data-role=viewer] [data-role=canvas]")
    hand.touch("touchStart", (0.4, edge))
    hand.touch("touchStart", (0.4, edge), (0.6, edge))
    hand.touch("touchMove", (0.3, edge), (0.7, edge))
    hand.touch("touchMove", (0.2, edge - 0.1), (0.8, edge - 0.1))
    hand.touch("touchEnd")
    assert 2.5 < percent(scale.inner_text()) / fitted < 3.5
    assert canvas.evaluate(UPPER_EDGE) == pytest.approx(edge - 0.1, abs=0.02)


def percent(shown: str) -> float:
    return float(shown.removesuffix("%").strip())
