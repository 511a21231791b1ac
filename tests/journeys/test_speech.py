"""Speaking: what is sent is played, Stop keeps what came, a reload loses nothing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.speech_page import SENTENCE, SpeechPage

LONG = " ".join(f"word{number}" for number in range(14))
MAGIC = {
    "mp3": (b"ID3", b"\xff\xfb", b"\xff\xf3"),
    "opus": (b"OggS",),
    "aac": (b"\xff\xf1", b"\xff\xf9"),
    "flac": (b"fLaC",),
    "wav": (b"RIFF",),
}


def sound_bytes(wav: bytes) -> int:
    """Bytes of samples in a WAV file."""
    return len(wav) - wav.index(b"data") - 8


@pytest.mark.timing
def test_a_sentence_is_heard_to_its_last_sample(speech: SpeechPage):
    speech.open()
    speech.page.get_by_label("Download as").select_option("wav")
    speech.fill_text(SENTENCE)
    speech.start()
    speech.finish()
    stats = speech.stats()
    sent = speech.monitor.audio_bytes() // 2
    assert (stats["received"], stats["played"], stats["underruns"]) == (sent, sent, 0)
    assert stats["mode"] == "worklet"
    (ended,) = speech.monitor.events("audio.end")
    stored = speech.page.request.get(ended["url"]).body()
    assert sound_bytes(stored) == sent * 2
    words = [word["word"] for event in speech.monitor.events("speech.words") for word in event["words"]]
    assert re.findall(r"\w+", " ".join(words)) == re.findall(r"\w+", SENTENCE)
    spoken = speech.page.locator(".player-words .is-spoken").all_inner_texts()
    assert spoken == re.findall(r"\w+", SENTENCE)
    expect(speech.receipt).to_contain_text("to first audio")
    expect(speech.receipt).to_contain_text("free")
    assert speech.monitor.layout_shift() < 0.02


def test_from_the_link_to_the_first_sound(speech: SpeechPage):
    """What a newcomer does: the printed link, the models, the first card, Speak."""
    page = speech.page
    page.goto("/")
    expect(page.get_by_role("link", name="Set a password")).to_be_visible()
    page.get_by_role("link", name=re.compile("^All .* models$")).click()
    page.locator(".card", has_text="local/espeak-ng").click()
    expect(speech.button).to_be_enabled()
    speech.start()
    page.wait_for_function("() => document.querySelector('speech-player').stats.firstSoundAt !== null")
    assert speech.monitor.audio_bytes() > 0
    speech.finish()


def test_the_browser_tells_what_it_heard(speech: SpeechPage, program):
    speech.open("stage/tone")
    speech.fill_text("Tell the server")
    with speech.page.expect_response(re.compile("/timings")) as first:
        speech.start()
    assert first.value.status == 204
    speech.finish()
    speech.receipt.get_by_role("link", name="Details").click()
    expect(speech.page.get_by_text("Click to first audio")).to_be_visible()


def test_stop_keeps_what_came_and_charges_for_it(speech: SpeechPage):
    speech.open("stage/long").fill_text(LONG)
    speech.start()
    expect(speech.button).to_have_attribute("data-state", "running")
    expect(speech.receipt).to_contain_text("at most $")
    speech.page.wait_for_function("() => window.watch.received.frames.length > 2")
    speech.button.click()
    expect(speech.button).to_have_attribute("data-state", "idle")
    (done,) = speech.monitor.events("run.done")
    assert done["outcome"] == "stopped"
    assert done["receipt"]["cost"] > 0
    row = speech.rows().first
    expect(row).to_contain_text("Stopped")
    (ended,) = speech.monitor.events("audio.end")
    assert sound_bytes(speech.page.request.get(ended["url"]).body()) == speech.monitor.audio_bytes()
    speech.open("stage/long")
    expect(speech.rows().first).to_contain_text("stopped")


def test_a_reload_in_mid_run_loses_nothing(speech: SpeechPage):
    speech.monitor.allow("AudioContext was not allowed to start")
    speech.open("stage/long").fill_text(LONG)
    speech.start()
    speech.page.wait_for_function("() => window.watch.received.frames.length > 2")
    speech.page.reload()
    expect(speech.button).to_have_attribute("data-state", "running")
    expect(speech.text).to_have_value(LONG)
    expect(speech.button).to_have_attribute("data-state", "idle", timeout=90_000)
    (done,) = speech.monitor.events("run.done")
    (ended,) = speech.monitor.events("audio.end")
    assert done["outcome"] == "completed"
    assert speech.monitor.audio_bytes() == ended["bytes"] == speech.stats()["received"] * 2
    numbers = [event["seq"] for event in speech.page.evaluate("() => window.watch.received.events")]
    assert numbers == sorted(set(numbers))
    speech.page.get_by_role("button", name="Play", exact=True).click()
    speech.page.get_by_role("slider", name="Position in the audio").press("End")
    speech.page.get_by_role("button", name="Pause").wait_for(state="detached")


def test_replay_and_delete(speech: SpeechPage):
    speech.open("stage/tone").fill_text("Once more with feeling")
    speech.start()
    speech.finish()
    speech.open("stage/tone")
    row = speech.row_titled("Once more with feeling")
    sound = row.get_attribute("data-sound")
    row.get_by_role("button", name="Hear again").click()
    speech.page.wait_for_function("() => document.querySelector('speech-player').state === 'ended'")
    expect(speech.page.locator(".player-words .is-spoken")).to_have_count(4)
    assert speech.page.request.get(sound).status == 200
    row.get_by_role("button", name="Delete").click()
    question = speech.page.get_by_role("dialog", name="Delete this run?")
    expect(question).to_contain_text("Once more with feeling")
    question.get_by_role("button", name="Cancel").click()
    expect(question).to_be_hidden()
    assert speech.page.request.get(sound).status == 200
    row.get_by_role("button", name="Delete").click()
    question.get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    assert speech.page.request.get(sound).status == 404
    speech.page.reload()
    expect(speech.row_titled("Once more with feeling")).to_have_count(0)


@pytest.mark.parametrize("form", MAGIC)
def test_the_download_is_what_was_chosen(speech: SpeechPage, form: str):
    speech.open()
    speech.page.get_by_label("Download as").select_option(form)
    speech.fill_text("Keep this.")
    speech.start()
    expect(speech.button).to_have_attribute("data-state", "idle")
    extension = "ogg" if form == "opus" else form
    link = speech.page.get_by_role("link", name="Download")
    expect(link).to_have_attribute("download", f"espeak-ng-keep-this.{extension}")
    with speech.page.expect_download() as started:
        link.click()
    assert started.value.suggested_filename == f"espeak-ng-keep-this.{extension}"
    assert started.value.path().read_bytes().startswith(MAGIC[form])


def test_ctrl_enter_speaks_and_stops(speech: SpeechPage):
    speech.open("stage/long").fill_text(LONG)
    speech.text.press("Control+Enter")
    expect(speech.button).to_have_attribute("data-state", "running")
    speech.page.wait_for_function("() => window.watch.received.bytes > 0")
    speech.text.press("Control+Enter")
    expect(speech.button).to_have_attribute("data-state", "idle")


def test_nothing_to_say_asks_for_text(speech: SpeechPage):
    speech.open().fill_text("  ")
    speech.start()
    expect(speech.text).to_be_focused()
    expect(speech.page.locator("live-region")).to_have_text("Write something to speak first")
    assert speech.monitor.events("run.started") == []
