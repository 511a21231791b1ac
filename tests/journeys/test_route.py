"""The way of a run: a provider that is full, one that answers, and an answer from the cache."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.conftest import DESK, PHONE
from tests.journeys.speech_page import SpeechPage


def test_a_full_provider_is_told_while_the_next_one_is_tried(speech: SpeechPage):
    speech.open("stage/turn")
    speech.fill_text("Two ways.")
    before = speech.text_position()
    speech.start()
    live = speech.receipt.locator("[data-field=live]")
    expect(live).to_have_text("Full answered 429, trying again")
    expect(live).to_have_text("Full answered 429, trying Stage")
    expect(speech.page.locator("live-region")).to_have_text("Full answered 429, trying Stage")
    route = speech.receipt.locator("details")
    expect(route.locator("summary")).to_have_text("3 attempts")
    expect(live).to_be_hidden()
    assert speech.text_position() == before
    route.locator("summary").click()
    rows = route.locator("li")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("Full · rehearsal-429 · answered 429")
    expect(rows.nth(2)).to_contain_text("Stage · rehearsal · completed")
    expect(rows.nth(2)).to_contain_text("to first content")
    assert speech.text_position() == before
    speech.page.set_viewport_size(PHONE)
    assert speech.receipt.bounding_box()["height"] == 60
    speech.page.set_viewport_size(DESK)
    speech.receipt.get_by_text("Details").click()
    steps = speech.page.locator(".route-trace li")
    expect(steps).to_have_count(3)
    expect(steps.nth(1)).to_contain_text("Full · rehearsal-429 · answered 429")
    expect(steps.nth(2)).to_contain_text("Stage · rehearsal · completed")


def test_the_same_request_again_comes_from_the_cache(speech: SpeechPage):
    speech.open("stage/tone")
    speech.fill_text("Once more.")
    speech.page.get_by_label("Answer from the cache if asked before").check()
    speech.start()
    speech.finish()
    expect(speech.receipt).to_contain_text("total")
    expect(speech.receipt).not_to_contain_text("from the cache, free")
    speech.start()
    expect(speech.receipt).to_contain_text("from the cache, free")
    speech.receipt.get_by_text("Details").click()
    expect(speech.page.locator(".route-trace li")).to_contain_text("the answer of an earlier request, free")
