"""Every page: accessible, narrow enough, light and dark, in three languages, small, still."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import DESK, PHONE
from tests.journeys.page_monitor import PageMonitor
from tests.journeys.speech_page import ESPEAK, SENTENCE, SpeechPage

PAGES = {
    "home": "/",
    "models": "/models",
    "chat": "/models/local/inspector",
    "studio": f"/models/{ESPEAK}",
    "transcriber": "/models/local/whisper-base",
    "deaf": "/models/openai/whisper-1",
    "transcriber-code": "/models/local/whisper-base?tab=code",
    "needs-key": "/models/openai/gpt-4o-mini-tts",
    "other-task": "/models/openai/gpt-image-2",
    "draw": "/models/local/canvas",
    "retired": "/models/openai/dall-e-3?tab=pricing",
    "code": f"/models/{ESPEAK}?tab=code",
    "pricing": "/models/openai/gpt-4o-mini-tts?tab=pricing",
    "model-usage": f"/models/{ESPEAK}?tab=usage",
    "history": "/history",
    "usage": "/usage",
    "keys": "/keys",
    "password": "/accounts/password/set/",
    "api-docs": "/api/docs",
}
LAPTOP = {"width": 1280, "height": 720}
WEIGHTS = """() => {
    const sizes = (kind, type) => performance.getEntriesByType(kind)
        .filter(({ name }) => !type || new URL(name).pathname.endsWith(type))
        .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
    return [sizes("navigation"), sizes("resource", ".css"), sizes("resource", ".js")];
}"""
SETTLED = """() => Promise.allSettled(
    document.getAnimations().filter((each) => each instanceof CSSTransition).map((each) => each.finished))"""


def faults(page: Page) -> list[str]:
    """What axe-core finds, as `rule: element`, once no colour is on its way to another."""
    page.evaluate(SETTLED)
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


@pytest.fixture
def spoken(speech: SpeechPage) -> None:
    """Something in the history."""
    if not speech.page.request.get("/history").text().count("run-row"):
        speech.open().fill_text(SENTENCE)
        speech.start()
        expect(speech.button).to_have_attribute("data-state", "idle")


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(page: Page, spoken: None, name: str):
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(PAGES[name])
    page.wait_for_load_state("networkidle")
    assert faults(page) == []
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert faults(page) == []


@pytest.mark.parametrize(("language", "scheme"), [("ru", "dark"), ("zh-hans", "light")])
def test_axe_finds_nothing_in_other_languages(page: Page, spoken: None, language: str, scheme: Any):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    start(page, language)
    found = {}
    for name, path in PAGES.items():
        page.goto(path)
        page.wait_for_load_state("networkidle")
        found[name] = faults(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_finished_run_and_its_receipt(speech: SpeechPage, scheme: Any):
    speech.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    speech.open("stage/cut")
    speech.start()
    speech.finish()
    assert faults(speech.page) == []
    speech.note.get_by_role("link", name="Details").click()
    expect(speech.page.get_by_role("heading", name="Details")).to_be_visible()
    speech.page.keyboard.press("?")
    expect(speech.page.get_by_role("dialog")).to_be_visible()
    assert faults(speech.page) == []


@pytest.mark.parametrize("path", ["/nothing-here", "/models/no/such-model"])
def test_axe_finds_nothing_where_nothing_is(monitor: PageMonitor, path: str):
    monitor.allow("404")
    monitor.page.goto(path)
    assert faults(monitor.page) == []


def test_axe_finds_nothing_before_the_sign_in(browser: Browser, program):
    page = browser.new_page(base_url=program.origin)
    page.goto("/keys")
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/keys"))
    assert faults(page) == []
    page.close()


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_a_phone_never_scrolls_sideways(page: Page, spoken: None, language: str):
    page.set_viewport_size(PHONE)
    start(page, language)
    wide = {}
    for name, path in PAGES.items():
        page.goto(path)
        assert page.locator("html").get_attribute("lang") == language
        if excess := page.evaluate("() => Math.max(0, document.documentElement.scrollWidth - innerWidth)"):
            wide[name] = excess
    assert wide == {}


def start(page: Page, language: str) -> None:
    origin = page.context.storage_state()["cookies"][0]["domain"]
    page.context.add_cookies([{"name": "django_language", "value": language, "domain": origin, "path": "/"}])


def test_the_language_is_chosen_in_the_menu(page: Page):
    page.goto("/keys")
    for name, code, heading in (("Русский", "ru", "Ключи API"), ("简体中文", "zh-hans", "API 密钥")):
        page.locator("[popovertarget=language-menu]").click()
        page.get_by_role("button", name=name).click()
        expect(page.locator("html")).to_have_attribute("lang", code)
        expect(page.locator("h1")).to_have_text(heading)
    page.locator("[popovertarget=language-menu]").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("API keys")


def test_the_theme_stays_and_never_flashes(page: Page):
    page.emulate_media(color_scheme="light")
    page.goto("/")
    light = background(page)
    page.wait_for_function("() => customElements.get('theme-toggle')")
    page.get_by_role("button", name="Switch between light and dark").click()
    dark = background(page)
    assert dark != light
    page.reload(wait_until="commit")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert background(page) == dark
    assert 'data-theme="dark"' in page.request.get("/").text()


def background(page: Page) -> str:
    return page.evaluate("() => getComputedStyle(document.body).backgroundColor")


def test_the_keyboard_alone_is_enough(speech: SpeechPage):
    page = speech.open().page
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    order = []
    for _ in range(40):
        page.keyboard.press("Tab")
        order.append(page.evaluate("() => document.activeElement.dataset.role ?? document.activeElement.id"))
        if order[-1] == "speak":
            break
    assert order[-2:] == ["script-text", "speak"]
    page.keyboard.press("Enter")
    expect(speech.button).to_have_attribute("data-state", "idle")
    speech.finish()
    page.locator("main").focus()
    page.keyboard.press("/")
    expect(page.get_by_label("Search voices")).to_be_focused()


def test_the_shortcuts_are_told_and_the_sheet_leaves_again(page: Page):
    page.goto("/models")
    page.wait_for_function("() => customElements.get('shortcut-sheet')")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Speak, transcribe or draw, or stop")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.get_by_label("Search models")).to_be_focused()
    page.keyboard.type("?/")
    expect(page.get_by_label("Search models")).to_have_value("?/")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_every_page_is_light_and_still(monitor: PageMonitor):
    """In bytes as they were sent, compressed; the table is printed."""
    page, heavy = monitor.page, {}
    print(f"\n{'page':<18}{'HTML':>8}{'CSS':>8}{'JS':>8}{'all':>8}")
    for name, path in PAGES.items():
        page.goto(path)
        page.wait_for_load_state("networkidle")
        html, css, script = page.evaluate(WEIGHTS)
        total = html + css + script
        print(f"{name:<18}{html:>8,}{css:>8,}{script:>8,}{total:>8,}")
        assert min(html, css, script) > 0, name
        if script > 20_000 or css > 12_000 or total > 60_000:
            heavy[name] = (html, css, script)
        assert monitor.layout_shift() < 0.02, name
    assert heavy == {}


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_the_primary_button_of_a_studio_is_in_sight(page: Page, size: Any):
    page.set_viewport_size(size)
    for name in ("studio", "needs-key", "transcriber", "draw", "chat"):
        page.goto(PAGES[name])
        button = page.locator(":is(.studio, chat-composer) .button-primary").first
        expect(button).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_jumps_while_speaking(speech: SpeechPage, size: Any):
    speech.page.set_viewport_size(size)
    speech.open().fill_text(SENTENCE)
    before = speech.text_position()
    speech.start()
    speech.finish()
    assert speech.text_position() == before
    assert speech.monitor.layout_shift() < 0.02


def test_an_insecure_origin_still_plays(browser: Browser, program, signed_in: Any):
    """Without a secure context there is no worklet: scheduled buffers play every sample."""
    cookies = [{**cookie, "domain": "lan.test"} for cookie in signed_in["cookies"]]
    context = browser.new_context(base_url=f"http://lan.test:{program.port}", viewport=DESK)
    context.add_cookies(cookies)
    speech = SpeechPage(PageMonitor(context.new_page())).open()
    assert speech.page.evaluate("() => isSecureContext") is False
    speech.monitor.allow("Cross-Origin-Opener-Policy header has been ignored")
    speech.fill_text("Over the local network.")
    speech.start()
    speech.finish()
    stats = speech.stats()
    assert stats["mode"] == "scheduled"
    assert stats["played"] == stats["received"] == speech.monitor.audio_bytes() // 2
    assert speech.monitor.unexpected_faults() == []
    context.close()
