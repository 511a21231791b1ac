"""Speaking: what is sent is played, Stop keeps what came, a reload loses nothing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.speech_page import SENTENCE, Studio

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


def test_a_sentence_is_heard_to_its_last_sample(studio: Studio):
    studio.open()
    studio.page.get_by_label("Download as").select_option("wav")
    studio.write(SENTENCE)
    studio.speak()
    studio.finish()
    stats = studio.stats()
    sent = studio.watch.heard() // 2
    assert (stats["received"], stats["played"], stats["underruns"]) == (sent, sent, 0)
    assert stats["mode"] == "worklet"
    (ended,) = studio.watch.events("audio.end")
    stored = studio.page.request.get(ended["url"]).body()
    assert sound_bytes(stored) == sent * 2
    words = [word["word"] for event in studio.watch.events("speech.words") for word in event["words"]]
    assert re.findall(r"\w+", " ".join(words)) == re.findall(r"\w+", SENTENCE)
    spoken = studio.page.locator(".player-words .is-spoken").all_inner_texts()
    assert spoken == re.findall(r"\w+", SENTENCE)
    expect(studio.receipt).to_contain_text("to first sound")
    expect(studio.receipt).to_contain_text("free")
    assert studio.watch.shift() < 0.02


def test_from_the_link_to_the_first_sound(studio: Studio):
    """What a newcomer does: the printed link, the catalogue, the first card, Speak."""
    page = studio.page
    page.goto("/")
    expect(page.get_by_role("link", name="Set a password")).to_be_visible()
    page.locator(".card", has_text="local/espeak-ng").click()
    expect(studio.button).to_be_enabled()
    studio.speak()
    page.wait_for_function("() => document.querySelector('speech-player').stats.firstSoundAt !== null")
    assert studio.watch.heard() > 0
    studio.finish()


def test_the_browser_tells_what_it_heard(studio: Studio, program):
    studio.open("stage/tone")
    studio.write("Tell the server")
    with studio.page.expect_response(re.compile("/timings")) as first:
        studio.speak()
    assert first.value.status == 204
    studio.finish()
    studio.page.get_by_role("link", name="Whole receipt").click()
    expect(studio.page.get_by_text("Click to first sound")).to_be_visible()


def test_stop_keeps_what_came_and_charges_for_it(studio: Studio):
    studio.open("stage/long").write(LONG)
    studio.speak()
    expect(studio.button).to_have_attribute("data-state", "running")
    expect(studio.receipt).to_contain_text("at most $")
    studio.page.wait_for_function("() => window.watch.heard.frames.length > 2")
    studio.button.click()
    expect(studio.button).to_have_attribute("data-state", "idle")
    (done,) = studio.watch.events("run.done")
    assert done["outcome"] == "stopped"
    assert done["receipt"]["cost"] > 0
    row = studio.rows().first
    expect(row).to_contain_text("Stopped")
    (ended,) = studio.watch.events("audio.end")
    assert sound_bytes(studio.page.request.get(ended["url"]).body()) == studio.watch.heard()
    studio.open("stage/long")
    expect(studio.rows().first).to_contain_text("stopped")


def test_a_reload_in_mid_run_loses_nothing(studio: Studio):
    studio.watch.allow("AudioContext was not allowed to start")
    studio.open("stage/long").write(LONG)
    studio.speak()
    studio.page.wait_for_function("() => window.watch.heard.frames.length > 2")
    studio.page.reload()
    expect(studio.button).to_have_attribute("data-state", "running")
    expect(studio.text).to_have_value(LONG)
    expect(studio.button).to_have_attribute("data-state", "idle", timeout=30_000)
    (done,) = studio.watch.events("run.done")
    (ended,) = studio.watch.events("audio.end")
    assert done["outcome"] == "completed"
    assert studio.watch.heard() == ended["bytes"] == studio.stats()["received"] * 2
    numbers = [event["seq"] for event in studio.page.evaluate("() => window.watch.heard.events")]
    assert numbers == sorted(set(numbers))
    studio.page.get_by_role("button", name="Play", exact=True).click()
    studio.page.get_by_role("slider", name="Position in the sound").press("End")
    studio.page.get_by_role("button", name="Pause").wait_for(state="detached")


def test_replay_and_delete(studio: Studio):
    studio.open("stage/tone").write("Once more with feeling")
    studio.speak()
    studio.finish()
    studio.open("stage/tone")
    row = studio.title("Once more with feeling")
    sound = row.get_attribute("data-sound")
    row.get_by_role("button", name="Hear again").click()
    studio.page.wait_for_function("() => document.querySelector('speech-player').state === 'ended'")
    expect(studio.page.locator(".player-words .is-spoken")).to_have_count(4)
    assert studio.page.request.get(sound).status == 200
    row.get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    assert studio.page.request.get(sound).status == 404
    studio.page.reload()
    expect(studio.title("Once more with feeling")).to_have_count(0)


@pytest.mark.parametrize("form", MAGIC)
def test_the_download_is_what_was_chosen(studio: Studio, form: str):
    studio.open()
    studio.page.get_by_label("Download as").select_option(form)
    studio.write("Keep this.")
    studio.speak()
    expect(studio.button).to_have_attribute("data-state", "idle")
    extension = "ogg" if form == "opus" else form
    link = studio.page.get_by_role("link", name="Download")
    expect(link).to_have_attribute("download", f"espeak-ng-keep-this.{extension}")
    with studio.page.expect_download() as started:
        link.click()
    assert started.value.suggested_filename == f"espeak-ng-keep-this.{extension}"
    assert started.value.path().read_bytes().startswith(MAGIC[form])


def test_ctrl_enter_speaks_and_stops(studio: Studio):
    studio.open("stage/long").write(LONG)
    studio.text.press("Control+Enter")
    expect(studio.button).to_have_attribute("data-state", "running")
    studio.page.wait_for_function("() => window.watch.heard.bytes > 0")
    studio.text.press("Control+Enter")
    expect(studio.button).to_have_attribute("data-state", "idle")


def test_nothing_to_say_asks_for_text(studio: Studio):
    studio.open().write("  ")
    studio.speak()
    expect(studio.text).to_be_focused()
    expect(studio.page.locator("live-region")).to_have_text("Write something to speak first")
    assert studio.watch.events("run.started") == []
