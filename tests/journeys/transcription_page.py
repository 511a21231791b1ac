"""The transcription studio as a person uses it, and models that listen to anything."""

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

from tests.journeys.page_monitor import Watch
from tests.journeys.server import Program

STAGE = """
from core.models import AIModel, Endpoint, Price, Provider
if AIModel.objects.filter(slug="stage/ears").exists():
    raise SystemExit
stage = Provider.objects.get(slug="stage")
PARTS = {
    "ears": ("rehearsal", {"delay": 0.1}),
    "slow-ears": ("rehearsal", {"delay": 1.5}),
    "cut-ears": ("rehearsal-cut", {}),
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
POSITION = "() => document.querySelector('speech-player').position"


def sound(path: Path, seconds: float = 9, rate: int = 16_000) -> Path:
    """A tone that swells and fades."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        swell = (9000 * math.sin(n / 20) * abs(math.sin(n / 9000)) for n in range(int(seconds * rate)))
        file.writeframes(b"".join(struct.pack("<h", int(sample)) for sample in swell))
    return path


@dataclass
class Ears:
    watch: Watch

    @property
    def page(self) -> Page:
        return self.watch.page

    def open(self, model: str = "stage/ears") -> Ears:
        self.page.goto(f"/models/{model}")
        self.page.wait_for_function("() => customElements.get('transcription-studio')")
        self.page.wait_for_function("() => window.watch.socket?.readyState === 1")
        return self

    def bring(self, *paths: Path) -> None:
        self.page.locator("[data-role=picker]").set_input_files(paths)

    def reveal(self) -> None:
        """Unfold the settings where the page is narrow."""
        if self.settings.is_visible():
            self.settings.click()

    def transcribe(self) -> None:
        expect(self.button).to_be_enabled()
        self.button.click()

    def finish(self) -> None:
        expect(self.view).to_have_attribute("data-state", "done", timeout=30_000)
        expect(self.button).to_have_attribute("data-state", "idle")

    def said(self) -> list[str]:
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
def stage(program: Program) -> Program:
    """The program with models that listen."""
    program.shell(STAGE)
    return program


@pytest.fixture
def ears(stage: Program, watch: Watch) -> Ears:
    known(watch.page)
    return Ears(watch)


def known(page: Page) -> None:
    """The server looks for changes once a second: wait until it knows the models."""
    deadline = time.monotonic() + 10
    while page.request.get("/models/stage/ears").status != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
