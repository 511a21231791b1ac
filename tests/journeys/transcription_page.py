"""The page object of the transcription tab, and rehearsal models that transcribe."""

from __future__ import annotations

import math
import re
import struct
import time
import wave
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.page_monitor import PageMonitor
from tests.journeys.server import Program

STAGE = """
from core.models import AIModel, Endpoint, Price, Provider
if AIModel.objects.filter(slug="stage/transcriber").exists():
    raise SystemExit
stage = Provider.objects.get(slug="stage")
PARTS = {
    "transcriber": ("rehearsal", {"delay": 0.1}),
    "slow-transcriber": ("rehearsal", {"delay": 1.5}),
    "cut-transcriber": ("rehearsal-cut", {}),
}
for name, (upstream, options) in PARTS.items():
    model = AIModel.objects.create(
        slug=f"stage/{name}", name=f"Stage {name}", author="Stage", tasks=["transcription"],
        input_modalities=["audio"], output_modalities=["text"],
        features=["language", "prompt", "words", "segments", "diarize", "streaming"],
    )
    endpoint = Endpoint.objects.create(model=model, provider=stage, upstream_id=upstream, options=options)
    Price.objects.create(endpoint=endpoint, kind="audio_in", unit="second", usd_per_unit="0.0001")
"""
TWO_FRAMES = (
    "() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(next))))"
)
POSITION = "() => document.querySelector('speech-player').position"


def write_tone(path: Path, seconds: float = 9, rate: int = 16_000) -> Path:
    """Write a WAV file with a tone whose loudness changes."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        swell = (9000 * math.sin(n / 20) * abs(math.sin(n / 9000)) for n in range(int(seconds * rate)))
        file.writeframes(b"".join(struct.pack("<h", int(sample)) for sample in swell))
    return path


@dataclass
class TranscriptionPage:
    monitor: PageMonitor

    @property
    def page(self) -> Page:
        return self.monitor.page

    def open(self, model: str = "stage/transcriber") -> TranscriptionPage:
        self.page.goto(f"/models/{model}")
        self.page.wait_for_function("() => customElements.get('transcription-studio')")
        self.page.wait_for_function("() => window.watch.socket?.readyState === 1")
        return self

    def upload(self, *paths: Path) -> None:
        self.page.locator("[data-role=picker]").set_input_files(paths)

    def open_settings(self) -> None:
        """Unfold the settings where the page is narrow."""
        if self.settings.is_visible():
            self.settings.click()

    def transcribe(self) -> None:
        expect(self.button).to_be_enabled()
        self.button.click()

    def folded(self) -> float:
        """Wait until the drop zone has folded; the layout shifts up to there."""
        expect(self.page.locator("drop-zone")).to_have_attribute("data-folded", "")
        self.page.evaluate(TWO_FRAMES)
        return self.monitor.layout_shift()

    def finish(self) -> None:
        expect(self.view).to_have_attribute("data-state", "done", timeout=90_000)
        expect(self.button).to_have_attribute("data-state", "idle")

    def row_texts(self) -> list[str]:
        return self.page.locator(".row-text").all_inner_texts()

    def word(self, text: str) -> Locator:
        return self.page.locator(".row .word", has_text=re.compile(f"^{text}$"))

    @property
    def button(self) -> Locator:
        return self.page.locator("[data-role=start]")

    @property
    def settings(self) -> Locator:
        return self.page.get_by_role("button", name="Settings")

    @property
    def view(self) -> Locator:
        return self.page.locator("transcript-view")

    @property
    def files(self) -> Locator:
        return self.page.locator(".file-row")


@pytest.fixture(scope="session")
def transcription_models(program: Program) -> Program:
    """The program with models that transcribe."""
    program.shell(STAGE)
    return program


@pytest.fixture
def transcription(transcription_models: Program, monitor: PageMonitor) -> TranscriptionPage:
    wait_for_models(monitor.page)
    return TranscriptionPage(monitor)


def wait_for_models(page: Page) -> None:
    """The server looks for changes once a second: wait until it knows the models."""
    deadline = time.monotonic() + 10
    while page.request.get("/models/stage/transcriber").status != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
