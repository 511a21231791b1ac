"""How long until something is heard, with the local engine, warm.

Over the API the first byte of sound comes at most 25 ms later than the engine's own first chunk, encoded
(pcm and mp3, measured in turns, the engine straight on a pool of workers). Of 20 requests at once all finish
and the median hears something within 400 ms. In headless Chromium, on a warm page, the first sample is
played within 250 ms of the click.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import sys
import tempfile
import time
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from playwright.sync_api import Page, sync_playwright

from core.media.pool.pool import Pool
from core.providers.local.speech import DEFAULT_VOICE, NORMAL_PITCH
from tests.benchmarks.callers import call
from tests.benchmarks.processes import introduce, outcome, surroundings
from tests.benchmarks.program import playground
from tests.benchmarks.verdict import Verdict

MODEL = "local/espeak-ng"
TEXT = "The quick brown fox jumps over the lazy dog, and nobody in the village is surprised."
FORMATS = ("pcm", "mp3")
ROUNDS, EACH, SECONDS = 5, 5, 0.5
LATER_MS, CROWD, CROWD_MS = 25.0, 20, 400.0
CLICKS, CLICK_MS = 7, 250.0
HEARD = "() => document.querySelector('speech-player').stats.firstSoundAt"
IDLE = "[data-role=speak][data-state=idle]"


def main() -> None:
    introduce("daphne", "starlette", "espeakng-loader", "av", "playwright")
    verdict = Verdict()
    with tempfile.TemporaryDirectory() as folder:
        environment = surroundings(folder)
        with playground(environment) as server:
            issue = ("manage.py", "create_api_key", "--user", "admin", "--json")
            key = outcome(*issue, environment=environment)["key"]
            ask = partial(
                call, server.facts["port"], "/api/v1/audio/speech", key=key, environment=environment
            )
            for form in FORMATS:
                one_by_one(form, ask, verdict)
            all_at_once(ask, verdict)
            in_the_browser(f"http://127.0.0.1:{server.facts['port']}", server.facts["link"], verdict)
    verdict.end()


def body(form: str, text: str = TEXT) -> dict[str, str]:
    return {"model": MODEL, "input": text, "voice": DEFAULT_VOICE, "response_format": form}


def one_by_one(form: str, ask: Any, verdict: Verdict) -> None:
    """Judge the API's first byte by the engine's."""
    pool = Pool()
    try:
        asyncio.run(engine(pool, form))
        ask(body=body(form), callers=1, seconds=SECONDS)
        raw, ours = [], []
        for _ in range(ROUNDS):
            raw += asyncio.run(engine(pool, form))
            ours += ask(body=body(form), callers=1, seconds=SECONDS)["first"]
    finally:
        pool.close()
    engines, apis = statistics.median(raw) * 1e3, statistics.median(ours) * 1e3
    print(f"{form}: engine {engines:.1f} ms, API {apis:.1f} ms to the first byte of sound (medians)")
    verdict.at_most(f"{form}: later than the engine", apis - engines, LATER_MS, " ms")


async def engine(pool: Pool, form: str) -> list[float]:
    """Seconds to the first encoded chunk, straight from a worker."""
    args = {"text": TEXT, "voice": DEFAULT_VOICE, "speed": 1.0, "pitch": NORMAL_PITCH, "format": form}
    firsts = []
    for _ in range(EACH):
        began, first = time.perf_counter(), None
        async with aclosing(pool.run("synthesize", args)) as messages:
            async for message in messages:
                if first is None and isinstance(message, bytes):
                    first = time.perf_counter() - began
        assert first is not None
        firsts.append(first)
    return firsts


def all_at_once(ask: Any, verdict: Verdict) -> None:
    """Judge a crowd: a paragraph each, all at the same moment."""
    told = [ask(body=body("mp3", f"{TEXT} " * 4), callers=CROWD, seconds=0.0) for _ in range(ROUNDS)]
    firsts = [first for each in told for first in each["first"]]
    wholes = [whole for each in told for whole in each["whole"]]
    finished = all(len(each["whole"]) == CROWD and not each["failures"] for each in told)
    print(f"{CROWD} at once: the slowest first byte {max(firsts) * 1e3:.0f} ms, last end {max(wholes):.1f} s")
    verdict.holds(f"{CROWD} at once: all finish", true=finished)
    verdict.at_most(f"{CROWD} at once: first byte, p50", statistics.median(firsts) * 1e3, CROWD_MS, " ms")


def in_the_browser(origin: str, link: str, verdict: Verdict) -> None:
    """Judge the click, where there is a Chromium."""
    chromium = os.environ.get("POLYPHONY_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        print("browser: not measured, there is no Chromium here")
        return
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--disable-gpu"])
        page = browser.new_page()
        page.goto(origin + link)
        page.goto(f"{origin}/models/{MODEL}")
        page.wait_for_function("() => customElements.get('speech-studio')")
        taken = [click(page) for _ in range(CLICKS)]
        browser.close()
    print(
        f"browser: click to first sample {', '.join(f'{each:.0f}' for each in taken)} ms, the first one cold"
    )
    verdict.at_most("browser: click to first sample, p50", statistics.median(taken[1:]), CLICK_MS, " ms")


def click(page: Page) -> float:
    """Milliseconds from pressing *Speak* to the first sample that the worklet played."""
    page.locator(IDLE).click()
    page.wait_for_function(HEARD)
    stats = page.evaluate("() => ({ ...document.querySelector('speech-player').stats })")
    page.wait_for_selector(IDLE, timeout=30_000)
    assert stats["mode"] == "worklet", stats
    return stats["firstSoundAt"] - stats["clickAt"]


if __name__ == "__main__":
    main()
