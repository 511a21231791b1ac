"""Choosing: voices, filters, code, history, keys."""

from __future__ import annotations

import json
import re
import subprocess
import time

import httpx
from playwright.sync_api import expect

from tests.journeys.speech_page import ESPEAK, SpeechPage

CHARGED = """
import json
from core.ledger import reports
rows = reports.usage_report(users=[1], model="stage/tone")["rows"]
print(json.dumps([rows[0]["records"], float(rows[0]["cost"])] if rows else [0, 0]))
"""


def test_a_voice_is_found_chosen_and_remembered(speech: SpeechPage):
    page = speech.open().page
    shown = page.locator(".voice-tile:visible")
    total = shown.count()
    assert total > 100
    page.get_by_label("Search voices").fill("francais fr")
    page.get_by_label("Search voices").fill("french")
    expect(page.locator(".voice-count")).to_have_text(re.compile(rf"^\d of {total} voices$"))
    page.get_by_label("Search voices").press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.locator(".voice-tile input:checked").input_value()
    page.get_by_label("Search voices").fill("")
    page.get_by_label("Language of the voice").select_option(label="Russian")
    expect(shown.first).to_contain_text("Russian")
    page.get_by_label("Gender of the voice").select_option("neutral")
    page.reload()
    expect(page.locator(f".voice-tile input[value='{chosen}']")).to_be_checked()


def test_a_voice_can_be_heard_first(speech: SpeechPage):
    page = speech.open().page
    sample = page.get_by_role("button", name="Hear a sample: Russian", exact=True)
    with page.expect_response(re.compile("/voices/sample")) as made:
        sample.click()
    assert made.value.status in (200, 206)
    expect(sample).to_have_attribute("data-sample", "playing")
    sample.click()
    expect(sample).to_have_attribute("data-sample", "idle")


def test_the_code_is_the_request_on_screen(speech: SpeechPage):
    page = speech.open("stage/tone").page
    speech.fill_text('She said "hi" & left')
    page.get_by_role("slider", name="Speed").fill("1.5")
    page.get_by_label("Instructions").fill("Slowly")
    page.get_by_label("Download as").select_option("wav")
    page.get_by_role("link", name="Code").click()
    curl = page.locator("#sample-curl [data-field=code]")
    expect(curl).to_contain_text("Slowly")
    data = re.search(r"-d '(.*)'", curl.inner_text(), re.S)
    assert json.loads(data[1]) == {
        "model": "stage/tone",
        "input": 'She said "hi" & left',
        "voice": "tone",
        "speed": 1.5,
        "instructions": "Slowly",
        "response_format": "wav",
    }
    origin = re.match(r"http://[^/]+", page.url)[0]
    for name in ("python", "typescript", "curl", "openrouter"):
        sample = page.locator(f"#sample-{name} [data-field=code]")
        expect(sample).to_contain_text(f"{origin}/api/v1")
        expect(sample).to_contain_text("ak_YOUR_KEY")


def test_models_are_filtered_in_place(page):
    page.goto("/models")
    cards = page.locator(".card")
    total = cards.count()
    page.get_by_label("Search models").fill("espeak")
    expect(cards).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?q=espeak"))
    page.get_by_label("Search models").fill("")
    expect(cards).to_have_count(total)
    expect(cards.first.locator(".tag").first).to_have_text("ready")
    expect(cards.last).to_be_hidden()
    page.get_by_text(re.compile("Needs a key")).click()
    expect(page.locator(".card[data-state=needs_key]").first).to_be_visible()
    page.get_by_role("link", name=re.compile("^Embeddings")).click()
    expect(page).to_have_url(re.compile("task=embedding"))
    expect(page.get_by_role("link", name=re.compile("^Embeddings"))).to_be_focused()
    page.get_by_label("Search models").fill("no such model")
    expect(page.get_by_text("No model fits")).to_be_visible()
    page.get_by_role("link", name="Show all models").click()
    expect(cards).to_have_count(total)


def test_history_finds_what_was_said(speech: SpeechPage):
    for text in ("A pelican in the rain", "A heron in the sun"):
        speech.open("stage/tone").fill_text(text)
        speech.start()
        expect(speech.button).to_have_attribute("data-state", "idle")
    page = speech.page
    page.goto("/history")
    page.get_by_label("Search your texts").fill("pelican")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(speech.rows()).to_have_count(1)
    expect(page.locator("speech-player")).to_be_hidden()
    speech.rows().get_by_role("button", name="Hear again").click()
    expect(page.locator("speech-player")).to_be_in_viewport()
    page.wait_for_function("() => document.querySelector('speech-player').state === 'ended'")
    speech.rows().get_by_role("link", name="Use again").click()
    expect(speech.text).to_have_value("A pelican in the rain")
    page.go_back()
    speech.rows().get_by_role("link", name="Details").click()
    expect(page.get_by_role("heading", name="Details")).to_be_visible()
    expect(page.locator(".receipt-text")).to_have_text("A pelican in the rain")


def test_usage_counts_what_was_used(speech: SpeechPage, program):
    def charged() -> list[float]:
        report = "from core.ledger import reports; import json; from core.models import User; "
        report += "r = reports.usage_report(users=[1], model='stage/tone')['rows']; "
        return program.shell(
            report + "print(json.dumps([r[0]['records'], float(r[0]['cost'])] if r else [0, 0]))"
        )

    before = charged()
    speech.open("stage/tone").fill_text("a" * 100)
    speech.start()
    expect(speech.button).to_have_attribute("data-state", "idle")
    after = charged()
    assert [after[0] - before[0], round(after[1] - before[1], 6)] == [1, 0.001]
    page = speech.page
    page.goto("/usage")
    row = page.locator("tr", has_text="stage/tone").first
    expect(row.locator(".number").first).to_have_text(str(after[0]))
    spent = page.locator(".usage-sums dd").first.inner_text().strip("≈ $")
    assert float(spent) >= after[1] > 0
    page.set_viewport_size({"width": 1280, "height": 720})
    cut = "(tables) => tables.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)"
    assert page.locator(".table-wrap").evaluate_all(cut) == [0, 0]
    speech.open("stage/tone", tab="usage")
    expect(page.get_by_text("Latest requests")).to_be_visible()
    with page.expect_download() as csv:
        page.goto("/usage")
        page.get_by_role("link", name="CSV").click()
    assert csv.value.path().read_text().count("\n") > 1


def test_a_key_lives_from_its_making_to_its_end(page, tmp_path):
    page.goto("/keys")
    page.get_by_label("Name of the key").fill("Notebook")
    page.get_by_role("button", name="Create key").click()
    key = page.locator("#issued-key [data-field=code]").inner_text()
    assert key.startswith("ak_")
    page.goto(f"/models/{ESPEAK}?tab=code")
    curl = page.locator("#sample-curl [data-field=code]").inner_text().replace("ak_YOUR_KEY", key)
    done = subprocess.run(["bash", "-c", curl], cwd=tmp_path, capture_output=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    assert next(tmp_path.iterdir()).stat().st_size > 1000
    page.goto("/keys")
    expect(page.get_by_text(key)).to_have_count(0)
    origin = re.match(r"http://[^/]+", page.url)[0]
    page.get_by_role("button", name="Revoke").first.click()
    question = page.get_by_role("dialog")
    question.get_by_role("button", name="Cancel").click()
    expect(question).to_be_hidden()
    page.get_by_role("button", name="Revoke").first.click()
    question.get_by_role("button", name="Revoke").click()
    expect(page.locator("tr", has_text="Notebook")).to_contain_text("revoked")
    assert dies_within(f"{origin}/api/v1/key", key, 5)


def dies_within(url: str, key: str, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if httpx.get(url, headers={"Authorization": f"Bearer {key}"}, trust_env=False).status_code == 401:
            return True
        time.sleep(0.2)
    return False


def test_the_voices_are_one_tab_stop(speech: SpeechPage):
    page = speech.open().page
    voices = page.locator(".voice-tile input")
    total = voices.count()
    page.get_by_label("Gender of the voice").focus()
    page.keyboard.press("Tab")
    first = page.locator(".voice-tile input:focus")
    expect(first).to_have_attribute("aria-setsize", str(total))
    page.keyboard.press("End")
    expect(voices.last).to_be_checked()
    expect(voices.last).to_be_focused()
    expect(voices.last).to_have_attribute("aria-posinset", str(total))
    page.keyboard.press("Home")
    expect(voices.first).to_be_checked()
    page.keyboard.type("portug")
    expect(page.locator(".voice-tile:has(:checked) .voice-name")).to_contain_text("Portuguese")
    page.keyboard.press("Tab")
    expect(page.get_by_role("slider", name="Speed")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    with page.expect_response(re.compile("/voices/sample")) as made:
        page.keyboard.press("Enter")
    assert made.value.status in (200, 206)
    expect(page.locator(".voice-tile:has(:checked) .voice-sample")).to_have_attribute(
        "data-sample", "playing"
    )


def test_a_style_fills_the_form_and_sends_nothing(speech: SpeechPage):
    page = speech.open("stage/tone").page
    speech.fill_text("My own words.")
    style = page.get_by_role("button", name="Calm guide")
    style.click()
    expect(style).to_have_attribute("aria-pressed", "true")
    expect(speech.text).to_have_value(re.compile("^Let your shoulders sink"))
    expect(page.get_by_label("Instructions")).to_have_value(re.compile("^Speak slowly and softly"))
    page.get_by_role("button", name="Sports host").click()
    expect(speech.text).to_have_value(re.compile("^He takes the ball"))
    expect(style).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="Sports host").click()
    expect(speech.text).to_have_value("My own words.")
    expect(page.get_by_label("Instructions")).to_have_value("")
    expect(speech.button).to_have_attribute("data-state", "idle")
    speech.open(ESPEAK)
    expect(page.get_by_text("Only the text changes: this model takes no instructions.")).to_be_visible()
    page.get_by_role("button", name="Newsreader").click()
    expect(speech.text).to_have_value(re.compile("^Good evening"))
    expect(page.get_by_label("Instructions")).to_have_value("")
