"""The page of one's own sign-in: a passkey is added, signs in alone, and is the second step of a password."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.page_monitor import PageMonitor
from tests.journeys.server import Program

PASSWORD = "a long pass phrase"
MADE = 'from core.models import User; User.objects.create_user("dora", password="a long pass phrase")'
REMOVED = 'from core.models import User; User.objects.get(username="dora").delete()'
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""A device that says yes to everything, as one with a finger on its sensor does."""


@pytest.fixture
def look() -> dict[str, object]:
    return {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@pytest.fixture
def context(browser: Browser, program: Program, look: dict[str, object]) -> Iterator[BrowserContext]:
    """A visitor's browser at a name: passkeys do not work at a bare address."""
    program.shell(MADE)
    opened = browser.new_context(base_url=program.origin.replace("127.0.0.1", "localhost"), **look)
    yield opened
    opened.close()
    program.shell(REMOVED)


def add_device(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def enter_password(page: Page) -> None:
    page.goto("/accounts/login/?next=/accounts/security/")
    page.get_by_label("Username or email").fill("dora")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_a_passkey_signs_in(monitor: PageMonitor):
    page = monitor.page
    add_device(page)
    enter_password(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert len(page.locator(".security-codes li").all_inner_texts()) == 10
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_text("My phone")).to_be_visible()

    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("button", name="Account")).to_be_visible()

    sign_out(page)
    enter_password(page)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Security")).to_be_visible()

    page.get_by_role("link", name="Remove My phone").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("My phone")).to_have_count(0)


def test_no_passkey_is_said(monitor: PageMonitor):
    page = monitor.page
    page.goto("/accounts/login/")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**DEVICE, "isUserVerified": False}})
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("The browser gave no passkey.")).to_be_visible()
