"""A real browser against the real program; skips where there is no Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.journeys import server
from tests.journeys.page_monitor import PageMonitor
from tests.journeys.server import Program
from tests.journeys.speech_page import SpeechPage

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP lan.test 127.0.0.1",
]
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)


def chromium() -> str:
    named = os.environ.get("POLYPHONY_CHROMIUM")
    found = named or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip("no Chromium: install one or set POLYPHONY_CHROMIUM")
    return found


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    launched = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
    expect.set_options(timeout=30_000)
    yield launched
    launched.close()


@pytest.fixture(scope="session")
def program(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Started once; the tests share its database as people share a server."""
    of_worker = tmp_path_factory.getbasetemp()
    of_all_workers = of_worker.parent if "PYTEST_XDIST_WORKER" in os.environ else of_worker
    running = server.start(tmp_path_factory.mktemp("var"), of_all_workers)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def signed_in(browser: Browser, program: Program) -> Any:
    """The cookies of the admin, signed in by the link that the program printed."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{program.origin}/accounts/sign-in/{program.token}/")
    expect(page).to_have_url(f"{program.origin}/")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def look() -> dict[str, Any]:
    """Options of the browser context, such as the viewport; tests override it."""
    return {"viewport": DESK}


@pytest.fixture
def context(browser: Browser, program: Program, signed_in: Any, look: Any) -> Iterator[BrowserContext]:
    opened = browser.new_context(
        base_url=program.origin, storage_state=signed_in, locale="en-GB", accept_downloads=True, **look
    )
    opened.set_default_timeout(30_000)
    yield opened
    opened.close()


@pytest.fixture
def monitor(context: BrowserContext, program: Program) -> Iterator[PageMonitor]:
    """The monitored page: any unexpected fault fails the test."""
    monitoring = PageMonitor(context.new_page())
    yield monitoring
    assert program.process.poll() is None, program.recent_output()
    assert monitoring.unexpected_faults() == []


@pytest.fixture
def page(monitor: PageMonitor) -> Page:
    return monitor.page


@pytest.fixture
def speech(monitor: PageMonitor) -> SpeechPage:
    return SpeechPage(monitor)
