"""The microphone: a recording becomes a file like any other, and a refusal says what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, expect

from tests.journeys.conftest import DESK, FLAGS, chromium
from tests.journeys.page_monitor import PageMonitor
from tests.journeys.server import Program
from tests.journeys.transcription_page import POSITION, TranscriptionPage, write_tone
from tests.journeys.transcription_page import transcription as transcription
from tests.journeys.transcription_page import transcription_models as transcription_models


@pytest.fixture(scope="module")
def listening(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser whose microphone plays a file once."""
    spoken = write_tone(tmp_path_factory.mktemp("microphone") / "spoken.wav", 8, 48_000)
    flags = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={spoken}%noloop"]
    launched = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, *flags])
    yield launched
    launched.close()


@pytest.fixture
def permissions() -> list[str]:
    return ["microphone"]


@pytest.fixture
def context(
    listening: Browser, program: Program, signed_in: Any, permissions: list[str]
) -> Iterator[BrowserContext]:
    opened = listening.new_context(
        base_url=program.origin, storage_state=signed_in, viewport=DESK, permissions=permissions
    )
    yield opened
    opened.close()


def test_a_recording_is_written_down_and_heard_again(transcription: TranscriptionPage):
    page = transcription.open().page
    page.get_by_role("button", name="Record", exact=True).click()
    recorder = page.locator("audio-recorder")
    expect(recorder).to_have_attribute("data-state", "recording")
    expect(page.get_by_label("Microphone")).to_have_value(re.compile("."))
    expect(page.locator(".recorder-time")).to_have_text("0:03", timeout=6_000)
    page.get_by_role("button", name="Pause").click()
    expect(recorder).to_have_attribute("data-state", "paused")
    page.get_by_role("button", name="Pause").click()
    microphones = page.get_by_label("Microphone").locator("option")
    other = microphones.last.get_attribute("value") or ""
    assert microphones.count() > 1
    page.get_by_label("Microphone").select_option(other)
    expect(page.locator(".recorder-time")).to_have_text("0:05", timeout=6_000)
    expect(page.get_by_label("Microphone")).to_have_value(other)
    page.get_by_role("button", name="Done").click()
    expect(transcription.files).to_contain_text("Ready")
    expect(transcription.files).to_contain_text("0:05")
    transcription.transcribe()
    transcription.finish()
    transcription.word("same").click()
    start = page.locator(".word.is-current").evaluate("span => span.time.start")
    page.wait_for_timeout(200)
    assert start > 1
    assert page.evaluate(POSITION) == pytest.approx(start, abs=0.05)


@pytest.mark.parametrize("permissions", [[]], ids=["denied"])
def test_a_denied_microphone_says_what_to_do(transcription: TranscriptionPage):
    page = transcription.open().page
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.locator("audio-recorder")).to_contain_text("The microphone is not allowed here")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Choose files")).to_be_visible()


@pytest.fixture
def recorded(data: Path, tmp_path: Path) -> Path:
    """A real voice as a microphone's file: WAV at 48 kHz."""
    av = pytest.importorskip("av")
    target = tmp_path / "jfk.wav"
    with av.open(str(data / "samples" / "jfk.flac")) as source, av.open(str(target), "w") as file:
        stream = file.add_stream("pcm_s16le", rate=48_000, layout="mono")
        resampler = av.AudioResampler("s16", "mono", 48_000)
        for frame in source.decode(audio=0):
            for packet in (packet for part in resampler.resample(frame) for packet in stream.encode(part)):
                file.mux(packet)
        for packet in stream.encode(None):
            file.mux(packet)
    return target


def test_a_real_voice_is_understood_by_this_computer(
    whisper: str, playwright: Playwright, program: Program, signed_in: Any, recorded: Path
):
    """The whole way without a provider: microphone, upload, local model, words in the page."""
    flags = [
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={recorded}%noloop",
    ]
    launched = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, *flags])
    opened = launched.new_context(
        base_url=program.origin, storage_state=signed_in, viewport=DESK, permissions=["microphone"]
    )
    transcription = TranscriptionPage(PageMonitor(opened.new_page())).open("local/whisper-base")
    page = transcription.page
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.locator(".recorder-time")).to_have_text("0:11", timeout=15_000)
    page.get_by_role("button", name="Done").click()
    expect(transcription.files).to_contain_text("Ready")
    transcription.transcribe()
    transcription.finish()
    texts = " ".join(transcription.row_texts())
    assert {"country", "fellow"} <= set(texts.split())
    transcription.word("country").first.click()
    start = page.locator(".word.is-current").evaluate("span => span.time.start")
    page.wait_for_timeout(200)
    assert page.evaluate(POSITION) == pytest.approx(start, abs=0.05)
    assert transcription.monitor.unexpected_faults() == []
    launched.close()
