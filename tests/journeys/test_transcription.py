"""Writing down: a file or a voice goes in, words come out, every word leads back into the sound."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from core.providers.rehearsal.transcription import SENTENCES
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.server import Program
from tests.journeys.test_pages import faults
from tests.journeys.transcription_page import POSITION, TranscriptionPage, write_tone
from tests.journeys.transcription_page import transcription as transcription
from tests.journeys.transcription_page import transcription_models as transcription_models

CUE = re.compile(r"(\d+)\n(\d\d:\d\d:\d\d,\d{3}) --> (\d\d:\d\d:\d\d,\d{3})\n(.+)\n")
UNTIMED = " ".join(f"Sentence {number} has no time of its own." for number in range(60))
LOST = "Failed to load resource: the server responded with a status of 4"


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return write_tone(tmp_path / "talk.wav")


def test_a_word_leads_to_its_sound(transcription: TranscriptionPage, recording: Path):
    transcription.open().upload(recording)
    expect(transcription.files).to_contain_text("Ready")
    expect(transcription.page.locator("[data-field=estimate]")).to_contain_text("$0.0009")
    transcription.transcribe()
    folded = transcription.folded()
    transcription.finish()
    expect(transcription.view).to_be_in_viewport()
    assert transcription.row_texts() == list(SENTENCES)
    transcription.word("same").click()
    (timed,) = [
        word
        for event in transcription.monitor.events("transcript.words")
        for word in event["words"]
        if word["word"] == "same"
    ]
    assert transcription.page.evaluate(POSITION) == pytest.approx(timed["start"], abs=0.05)
    expect(transcription.page.locator(".word.is-current")).to_have_text("same")
    receipt = transcription.page.locator("receipt-line")
    expect(receipt).to_contain_text("to first words")
    expect(receipt).to_contain_text("$0.36 per hour")
    assert transcription.monitor.layout_shift() - folded < 0.02


def test_keys_play_and_move(transcription: TranscriptionPage, recording: Path):
    transcription.open().upload(recording)
    transcription.transcribe()
    transcription.finish()
    page = transcription.page
    page.locator("h1").click()
    page.keyboard.press("l")
    page.wait_for_function("() => document.querySelector('speech-player').position > 8")
    page.keyboard.press("j")
    page.wait_for_function("() => document.querySelector('speech-player').position === 0")
    page.keyboard.press(" ")
    page.wait_for_function("() => document.querySelector('speech-player').state === 'playing'")
    page.keyboard.press("k")
    page.wait_for_function("() => document.querySelector('speech-player').state === 'paused'")
    page.locator(".transcript-text").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.locator(".word.is-current").count() == 1


def test_a_dropped_file_becomes_subtitles(transcription: TranscriptionPage, recording: Path):
    transcription.open()
    drop(transcription.page, recording)
    transcription.transcribe()
    transcription.finish()
    with transcription.page.expect_download() as saved:
        transcription.page.get_by_role("link", name="SRT").click()
    assert saved.value.suggested_filename == "talk.srt"
    cues = CUE.findall(saved.value.path().read_text())
    assert [cue[0] for cue in cues] == ["1", "2", "3"]
    assert [cue[3] for cue in cues] == list(SENTENCES)
    assert [cue[1] for cue in cues] == ["00:00:00,000", "00:00:03,000", "00:00:06,000"]


def drop(page: Page, path: Path) -> None:
    """As the browser tells of a file that is let go over the tab."""
    content = list(path.read_bytes())
    carried = page.evaluate_handle(
        """([bytes, name]) => { const carried = new DataTransfer();
        carried.items.add(new File([new Uint8Array(bytes)], name)); return carried; }""",
        [content, path.name],
    )
    for kind in ("dragover", "drop"):
        page.dispatch_event("transcript-view", kind, {"dataTransfer": carried})


def test_a_correction_is_in_the_files_and_keeps_the_times(transcription: TranscriptionPage, recording: Path):
    transcription.open().upload(recording)
    transcription.page.get_by_text("Who speaks").click()
    transcription.transcribe()
    transcription.finish()
    page = transcription.page
    page.get_by_label("Name of speaker A").fill("Ann")
    page.get_by_role("button", name="Edit").click()
    line = page.locator(".row-text").first
    line.fill("A rehearsal hears everything at all.")
    with page.expect_response(re.compile("/transcript$")) as kept:
        page.get_by_role("button", name="Edit").click()
    assert kept.value.status == 204
    expect(page.locator(".row-speaker").first).to_have_text("Ann")
    page.get_by_label("Search the transcript").fill("everything")
    expect(page.locator(".word.is-found")).to_have_text("everything")
    with page.expect_download() as saved:
        page.get_by_role("link", name="JSON").click()
    body = json.loads(saved.value.path().read_text())
    assert body["segments"][0] == {
        "id": 0, "start": 0.0, "end": 3.0, "text": "A rehearsal hears everything at all.", "speaker": "Ann",
    }  # fmt: skip
    first = [word for word in body["words"] if word["end"] <= 3]
    heard = [word for event in transcription.monitor.events("transcript.words") for word in event["words"]][
        :6
    ]
    assert [word["word"] for word in first] == ["A", "rehearsal", "hears", "everything", "at", "all."]
    assert [word["start"] for word in first] == [word["start"] for word in heard]


def test_stop_keeps_what_was_heard(transcription: TranscriptionPage, recording: Path, program: Program):
    transcription.open("stage/slow-transcriber").upload(recording)
    transcription.transcribe()
    expect(transcription.page.locator(".row")).to_have_count(1)
    expect(transcription.files).to_contain_text("Transcribed 0:03 of 0:09")
    transcription.button.click()
    expect(transcription.button).to_have_attribute("data-state", "idle", timeout=2_000)
    expect(transcription.files).to_contain_text("Stopped")
    assert transcription.row_texts() == [SENTENCES[0]]
    (done,) = transcription.monitor.events("run.done")
    assert done["outcome"] == "stopped"


def test_a_reload_in_the_middle_loses_nothing(transcription: TranscriptionPage, recording: Path):
    transcription.open("stage/slow-transcriber").upload(recording)
    transcription.transcribe()
    expect(transcription.page.locator(".row")).to_have_count(1)
    transcription.page.reload()
    transcription.page.wait_for_function("() => customElements.get('transcription-studio')")
    expect(transcription.files).to_contain_text("talk.wav")
    transcription.finish()
    assert transcription.row_texts() == list(SENTENCES)
    transcription.word("first.").click()
    assert transcription.page.evaluate(POSITION) > 8


def test_an_earlier_transcript_is_opened_again(transcription: TranscriptionPage, recording: Path):
    transcription.open().upload(recording)
    transcription.transcribe()
    transcription.finish()
    transcription.open()
    page = transcription.page
    page.locator(".run-row").first.get_by_role("button", name="Hear again").click()
    transcription.finish()
    assert transcription.row_texts() == list(SENTENCES)
    page.locator(".run-row").first.get_by_role("link", name="Details").click()
    expect(page.locator(".receipt-text")).to_have_text(" ".join(SENTENCES))
    expect(page.locator("speech-player .player-words")).to_contain_text("rehearsal")


def test_several_files_wait_their_turn(transcription: TranscriptionPage, tmp_path: Path):
    transcription.open().upload(*(write_tone(tmp_path / f"{name}.wav", 3) for name in ("one", "two")))
    expect(transcription.files.get_by_text("Ready")).to_have_count(2)
    transcription.transcribe()
    expect(transcription.files.get_by_text("Done")).to_have_count(2)
    expect(transcription.page.locator(".run-row").first).to_contain_text("two.wav")


def test_a_failed_file_does_not_stop_the_others(transcription: TranscriptionPage, tmp_path: Path):
    names = ("first.wav", "second.wav", "third.wav")
    transcription.open("stage/cut-transcriber").upload(*(write_tone(tmp_path / name, 3) for name in names))
    expect(transcription.files.get_by_text("Ready")).to_have_count(3)
    transcription.transcribe()
    expect(transcription.files.get_by_text("The transcript ends early")).to_have_count(3)
    expect(transcription.button).to_have_attribute("data-state", "idle")
    rows = transcription.page.locator(".run-row")
    assert [name for name in names for row in rows.all() if name in row.inner_text()] == list(names)


def test_a_text_without_times_is_shown_whole(transcription: TranscriptionPage, program: Program):
    program.shell(
        "from playground.models import Run; Run.objects.create(user_id=1, task='transcription',"
        " model='stage/transcriber', title='No times', state='completed',"
        f" transcript={{'text': {UNTIMED!r}}})"
    )
    transcription.open()
    row = transcription.page.locator(".run-row").filter(has_text="No times")
    row.get_by_role("button", name="Hear again").click()
    transcription.finish()
    assert transcription.row_texts() == [UNTIMED]
    expect(transcription.view.get_by_text(UNTIMED[-24:])).to_be_visible()
    expect(transcription.page.locator(".row-time:visible")).to_have_count(0)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("notes.mp3", b"These are only words.\n", "This is a text file"),
        ("list.m3u8", b"#EXTM3U\n#EXTINF:1\nfile:///etc/passwd\n", "This is a text file"),
        ("cut.mp4", b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41\0\0\0\x08free" + b"\0" * 400, "damaged"),
        (
            "short.wav",
            b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\0\0\0\0",
            "no sound",
        ),
        ("nothing.wav", b"", "The file is empty"),
    ],
    ids=["text", "playlist", "cut", "no-samples", "empty"],
)
def test_a_hostile_file_gets_a_clear_error(
    transcription: TranscriptionPage,
    tmp_path: Path,
    transcription_models: Program,
    name: str,
    content: bytes,
    reason: str,
):
    transcription.monitor.allow(re.escape(LOST))
    (tmp_path / name).write_bytes(content)
    files = Path(transcription_models.environment["POLYPHONY_VAR"]) / "media" / "uploads"
    before = sorted(files.rglob("*.*"))
    transcription.open().upload(tmp_path / name)
    expect(transcription.files).to_have_attribute("data-state", "failed")
    expect(transcription.files.locator(".file-state")).to_contain_text(reason)
    expect(transcription.button).to_be_disabled()
    assert sorted(files.rglob("*.*")) == before


def test_a_cut_transcript_says_so_and_stays(transcription: TranscriptionPage, recording: Path):
    transcription.open("stage/cut-transcriber").upload(recording)
    transcription.transcribe()
    folded = transcription.folded()
    expect(transcription.page.locator("transcription-studio status-note")).to_contain_text(
        "The transcript ends early"
    )
    assert transcription.row_texts() == [SENTENCES[0]]
    assert transcription.monitor.layout_shift() - folded < 0.02
    expect(transcription.button).to_be_enabled()


def test_without_https_the_microphone_says_why(
    transcription_models: Program, browser: Browser, signed_in: Any
):
    context = browser.new_context()
    context.add_cookies([{**cookie, "domain": "lan.test"} for cookie in signed_in["cookies"]])
    page = context.new_page()
    page.goto(f"http://lan.test:{transcription_models.port}/models/stage/transcriber")
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_disabled()
    expect(page.get_by_text("The microphone needs https")).to_be_visible()
    expect(page.get_by_role("button", name="Choose files")).to_be_enabled()
    context.close()


@pytest.mark.parametrize("look", [{"viewport": DESK}, {"viewport": PHONE}], ids=["desk", "phone"])
def test_nothing_is_wider_than_the_page(transcription: TranscriptionPage, recording: Path):
    transcription.open().upload(recording)
    transcription.transcribe()
    transcription.finish()
    assert transcription.page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize(
    "look", [{"viewport": DESK}, {"viewport": PHONE, "color_scheme": "dark"}], ids=["desk", "phone"]
)
def test_axe_finds_nothing_in_a_finished_transcript_and_its_receipt(
    transcription: TranscriptionPage, recording: Path
):
    page = transcription.open().page
    page.emulate_media(reduced_motion="reduce")
    transcription.upload(recording)
    transcription.open_settings()
    page.get_by_text("Who speaks").click()
    assert faults(page) == []
    transcription.transcribe()
    transcription.finish()
    transcription.word("same").click()
    assert faults(page) == []
    page.get_by_role("button", name="Edit").click()
    assert faults(page) == []
    page.locator("receipt-line").get_by_role("link", name="Details").click()
    expect(page.get_by_role("heading", name="Details")).to_be_visible()
    assert faults(page) == []


def test_a_file_that_is_not_written_down_yet_survives_a_reload(
    transcription: TranscriptionPage, tmp_path: Path
):
    transcription.open().upload(write_tone(tmp_path / "short.wav", 0.1))
    expect(transcription.files).to_contain_text("Ready")
    expect(transcription.files).to_contain_text("3.2 kB")
    transcription.page.reload()
    expect(transcription.files.filter(has_text="short.wav")).to_contain_text("Ready")
    expect(transcription.page.locator("speech-player")).to_have_attribute(
        "data-media", re.compile("/uploads/")
    )
    assert transcription.monitor.unexpected_faults() == []
    # the file may be gone before the player has fetched all of it
    transcription.monitor.allow(r"404 \(Not Found\) \S*/uploads/")
    with transcription.page.expect_response(re.compile("/delete$")) as deleted:
        transcription.page.get_by_role("button", name="Remove short.wav").click()
    assert deleted.value.status == 204
    transcription.page.reload()
    expect(transcription.view).to_be_visible()
    expect(transcription.files.filter(has_text="short.wav")).to_have_count(0)


@pytest.mark.parametrize("look", [{"viewport": PHONE, "has_touch": True, "is_mobile": True}], ids=["phone"])
def test_on_a_phone_settings_fold_before_what_comes_of_them(transcription: TranscriptionPage):
    page = transcription.open().page
    expect(page.get_by_text("Add audio or video")).to_be_visible()
    expect(page.get_by_text("Drop audio or video here")).to_be_hidden()
    expect(page.get_by_label("Spoken language")).to_be_hidden()
    transcription.open_settings()
    expect(transcription.settings).to_have_attribute("aria-expanded", "true")
    language = page.get_by_label("Spoken language").bounding_box()
    view = transcription.view.bounding_box()
    assert language is not None
    assert view is not None
    assert language["y"] < view["y"]


def test_a_sample_is_tried_with_two_clicks(transcription: TranscriptionPage):
    page = transcription.open().page
    samples = page.get_by_role("group", name="Sample recordings")
    expect(samples.get_by_role("button")).to_have_text(["English", "German", "Spanish"])
    samples.get_by_role("button", name="German").focus()
    page.keyboard.press("Enter")
    expect(transcription.files.last).to_contain_text("Sample, German.mp3")
    expect(transcription.files).to_contain_text("Ready")
    expect(transcription.button).to_be_focused()
    expect(transcription.button).to_have_attribute("data-state", "idle")
    page.keyboard.press("Enter")
    transcription.finish()
