"""Answers that are heard: spoken by the model, or read aloud."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.chat_page import ChatPage
from tests.journeys.chat_page import chat as chat
from tests.journeys.chat_page import chat_models as chat_models

SENTENCES = ["A first sentence to read.", "Here comes the second one.", "你好。", "And the last."]


def test_a_spoken_answer_is_heard_while_it_comes_and_afterwards(chat: ChatPage):
    chat.open().page.get_by_text("Speak the answers").click()
    chat.ask("Say these six words aloud")
    expect(chat.answer_text).to_have_text("Say these six words aloud")
    sound = chat.answers.locator(".sound")
    expect(sound).to_have_attribute("data-state", "paused", timeout=20_000)
    assert chat.monitor.audio_bytes() > 24_000
    expect(sound.locator("[data-field=clock]")).not_to_have_text("0:00 / 0:00")
    chat.page.reload()
    stored = chat.answers.locator("audio")
    expect(stored).to_have_js_property("error", None)
    chat.page.wait_for_function("() => document.querySelector('.message-answer audio')?.duration > 0.5")


def test_an_answer_is_read_aloud_sentence_by_sentence(chat: ChatPage):
    chat.open().ask(" ".join(SENTENCES[:2]) + " " + "".join(SENTENCES[2:]))
    read = chat.tool("Read aloud")
    chat.page.evaluate(
        """() => { window.lit = new Set();
        const look = () => CSS.highlights.get("reading")?.forEach((range) => window.lit.add(String(range)));
        setInterval(look, 20); }"""
    )
    read.click()
    expect(read).to_have_attribute("aria-pressed", "true")
    expect(read).to_have_attribute("aria-pressed", "false", timeout=90_000)
    assert chat.page.evaluate("() => [...window.lit]") == SENTENCES
    assert len(chat.monitor.events("audio.end")) == len(SENTENCES)


def test_reading_begins_before_the_answer_ends_and_stops_at_once(chat: ChatPage):
    chat.open("slow-echo").send(" ".join(f"This is sentence number {number}." for number in range(12)))
    read = chat.tool("Read aloud")
    expect(chat.answer_text).to_contain_text("number 1.")
    read.click()
    chat.page.wait_for_function("() => window.watch.received.bytes > 0")
    expect(chat.answers).to_have_attribute("data-state", "running")
    read.click()
    expect(read).to_have_attribute("aria-pressed", "false")
    chat.wait_for_answers()
    assert len(chat.monitor.events("audio.start")) < 6


def test_code_is_left_out_and_escape_stops_the_reading(chat: ChatPage):
    chat.open().ask("A [link](https://a.test/b_c) and `two_words`.\n\n```\nprint(1)\n```\n\nThe end of it.")
    chat.page.evaluate(
        """() => { window.lit = new Set();
        const look = () => CSS.highlights.get("reading")?.forEach((range) => window.lit.add(String(range)));
        setInterval(look, 20); }"""
    )
    read = chat.tool("Read aloud")
    read.click()
    expect(read).to_have_attribute("aria-pressed", "true")
    expect(read).to_have_attribute("aria-pressed", "false", timeout=90_000)
    assert chat.page.evaluate("() => [...window.lit]") == ["A link and two_words.", "The end of it."]
    read.click()
    expect(read).to_have_attribute("aria-pressed", "true")
    chat.page.keyboard.press("Escape")
    expect(read).to_have_attribute("aria-pressed", "false", timeout=500)


def test_who_reads_aloud_is_chosen_and_remembered(chat: ChatPage):
    chat.open().ask("Read this to me.")
    chat.page.get_by_role("button", name="Voice").click()
    dialog = chat.page.get_by_role("dialog", name="Who reads aloud")
    dialog.get_by_label("Speech model").select_option("stage/tone")
    dialog.get_by_role("button", name="Done").click()
    chat.page.reload()
    chat.tool("Read aloud").click()
    chat.page.wait_for_function(
        "() => window.watch.received.events.some(({ type }) => type === 'audio.start')"
    )
    told = [event["model"] for event in chat.monitor.events("run.started")]
    assert told[-1] == "stage/tone"


def test_each_sentence_is_read_by_a_voice_of_its_language(chat: ChatPage):
    answer = "There is a train to the coast. Der Zug ist nicht in der Stadt. Поезд идёт к морю. Нет."
    chat.open().ask(answer)
    chat.page.evaluate(
        """() => { window.asked = []; const send = WebSocket.prototype.send;
        WebSocket.prototype.send = function (frame) {
          const { task, params } = JSON.parse(frame);
          task === "speech" && window.asked.push(params.voice);
          send.call(this, frame);
        }; }"""
    )
    read = chat.tool("Read aloud")
    read.click()
    expect(read).to_have_attribute("aria-pressed", "true")
    expect(read).to_have_attribute("aria-pressed", "false", timeout=90_000)
    voices = chat.page.evaluate("() => window.asked")
    assert voices[1:] == ["gmw/de", "zle/ru", "zle/ru"]
