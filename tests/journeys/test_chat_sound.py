"""Answers that are heard: spoken by the model, or read aloud."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.chat_page import Talk
from tests.journeys.chat_page import echoes as echoes
from tests.journeys.chat_page import talk as talk

SENTENCES = ["A first sentence to read.", "Here comes the second one.", "你好。", "And the last."]


def test_a_spoken_answer_is_heard_while_it_comes_and_afterwards(talk: Talk):
    talk.open().page.get_by_text("Speak the answers").click()
    talk.say("Say these six words aloud")
    expect(talk.words).to_have_text("Say these six words aloud")
    sound = talk.answers.locator(".sound")
    expect(sound).to_have_attribute("data-state", "paused", timeout=20_000)
    assert talk.watch.heard() > 24_000
    expect(sound.locator("[data-field=clock]")).not_to_have_text("0:00 / 0:00")
    talk.page.reload()
    stored = talk.answers.locator("audio")
    expect(stored).to_have_js_property("error", None)
    talk.page.wait_for_function("() => document.querySelector('.message-answer audio')?.duration > 0.5")


def test_an_answer_is_read_aloud_sentence_by_sentence(talk: Talk):
    talk.open().say(" ".join(SENTENCES[:2]) + " " + "".join(SENTENCES[2:]))
    read = talk.tool("Read aloud")
    talk.page.evaluate(
        """() => { window.lit = new Set();
        const look = () => CSS.highlights.get("reading")?.forEach((range) => window.lit.add(String(range)));
        setInterval(look, 20); }"""
    )
    read.click()
    expect(read).to_have_attribute("aria-pressed", "true")
    expect(read).to_have_attribute("aria-pressed", "false", timeout=30_000)
    assert talk.page.evaluate("() => [...window.lit]") == SENTENCES
    assert len(talk.watch.events("audio.end")) == len(SENTENCES)


def test_reading_begins_before_the_answer_ends_and_stops_at_once(talk: Talk):
    talk.open("slow-echo").begin(" ".join(f"This is sentence number {number}." for number in range(12)))
    read = talk.tool("Read aloud")
    expect(talk.words).to_contain_text("number 1.")
    read.click()
    talk.page.wait_for_function("() => window.watch.heard.bytes > 0")
    expect(talk.answers).to_have_attribute("data-state", "running")
    read.click()
    expect(read).to_have_attribute("aria-pressed", "false")
    talk.answered()
    assert len(talk.watch.events("audio.start")) < 6


def test_code_is_left_out_and_escape_stops_the_reading(talk: Talk):
    talk.open().say("A [link](https://a.test/b_c) and `two_words`.\n\n```\nprint(1)\n```\n\nThe end of it.")
    talk.page.evaluate(
        """() => { window.lit = new Set();
        const look = () => CSS.highlights.get("reading")?.forEach((range) => window.lit.add(String(range)));
        setInterval(look, 20); }"""
    )
    read = talk.tool("Read aloud")
    read.click()
    expect(read).to_have_attribute("aria-pressed", "true")
    expect(read).to_have_attribute("aria-pressed", "false", timeout=30_000)
    assert talk.page.evaluate("() => [...window.lit]") == ["A link and two_words.", "The end of it."]
    read.click()
    expect(read).to_have_attribute("aria-pressed", "true")
    talk.page.keyboard.press("Escape")
    expect(read).to_have_attribute("aria-pressed", "false", timeout=500)


def test_who_reads_aloud_is_chosen_and_remembered(talk: Talk):
    talk.open().say("Read this to me.")
    talk.page.get_by_role("button", name="Voice").click()
    dialog = talk.page.get_by_role("dialog", name="Who reads aloud")
    dialog.get_by_label("Speech model").select_option("stage/tone")
    dialog.get_by_role("button", name="Done").click()
    talk.page.reload()
    talk.tool("Read aloud").click()
    talk.page.wait_for_function("() => window.watch.heard.events.some(({ type }) => type === 'audio.start')")
    told = [event["model"] for event in talk.watch.events("run.started")]
    assert told[-1] == "stage/tone"
