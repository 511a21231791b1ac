"""Admins at their pages: a key in one field, models by one click, servers of this machine, the review."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from core.operations import PORTS
from tests.fakes import scenarios
from tests.fakes.provider import Provider, Scenario
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.page_monitor import PageMonitor
from tests.journeys.server import Program
from tests.journeys.test_pages import faults, start

KEY = "sk-journey-0123456789abcdef"
PAD = {"width": 768, "height": 1024}
REVIEW = "/admin/core/provider/review/"
TRIES = 20
"""How often a server of this machine is looked for: each look waits 0.3 seconds, and machines are busy."""

VENDOR = """
from core.models import Provider
Provider.objects.update_or_create(slug="{slug}", defaults=dict(
    name="{name}", wire="openai", base_url="{url}", internal=True, needs_key={needs_key}, enabled=True))
"""
MODELS = """
import json
from core.models import AIModel
rows = AIModel.objects.filter(slug__in={slugs!r}).order_by("slug")
prices = lambda row: [str(price.usd_per_unit.normalize()) for end in row.endpoints.all()
    for price in end.prices.filter(kind="text_in").order_by("pk")]
print(json.dumps([[row.slug, str(row.shutdown_at or ""), prices(row)] for row in rows]))
"""
OFF = """
from core.models import Provider
Provider.objects.filter(base_url__startswith={url!r}).update(enabled=False)
"""
"""What is gone serves nobody: other pages begin with a model that works."""


@pytest.fixture
def vendor(tmp_path: Path, program: Program) -> Iterator[Provider]:
    """A provider that lists two models, `ok` and `tts-1`."""
    with Provider(scenarios.named, tmp_path / "bills.jsonl") as running:
        yield running
        program.shell(OFF.format(url=running.url))


def enter(program: Program, vendor: Provider, slug: str, needs_key: bool = True) -> str:
    """Make a row of the vendor; its name."""
    name = slug.title()
    program.shell(VENDOR.format(slug=slug, name=name, url=vendor.url, needs_key=needs_key))
    return name


def message(page: Page, text: str) -> Locator:
    return page.locator(".messagelist li", has_text=text)


def test_a_key_is_saved_and_tested_and_all_models_imported(page: Page, program: Program, vendor: Provider):
    name = enter(program, vendor, "keyed")
    page.goto("/admin/")
    page.get_by_label(name, exact=True).fill(KEY)
    page.get_by_role("button", name=f"Save and test the key of {name}").click()
    told = message(page, f"{name}: It answers and lists 2 models. 0 models are live now.")
    expect(told).to_be_visible()
    assert {seen.headers["authorization"] for seen in vendor.requests} == {f"Bearer {KEY}"}
    expect(page.get_by_label(name, exact=True)).to_have_count(0)
    assert KEY not in page.content()
    told.get_by_role("link", name="Import models").click()
    expect(page.get_by_role("checkbox")).to_have_count(2)
    page.get_by_role("button", name="Import all 2").click()
    expect(message(page, "2 models were imported.")).to_be_visible()
    expect(page.get_by_role("link", name="In the catalogue")).to_have_count(2)
    page.goto("/models/keyed/tts-1")
    expect(page.get_by_role("heading", level=1)).to_contain_text("tts-1")


def test_one_model_is_chosen_and_imported(page: Page, program: Program, vendor: Provider):
    name = enter(program, vendor, "chosen", needs_key=False)
    page.goto("/admin/core/provider/?q=chosen")
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_role("link", name="Import models").click()
    page.get_by_label("tts-1", exact=True).check()
    page.get_by_role("button", name="Import the chosen").click()
    expect(message(page, "1 model was imported.")).to_be_visible()
    expect(page.get_by_role("row", name="ok").get_by_text("New")).to_be_visible()
    assert [slug for slug, *_ in program.shell(MODELS.format(slugs=["chosen/ok", "chosen/tts-1"]))] == [
        "chosen/tts-1"
    ]


def test_a_refused_key_is_removed_again(page: Page, program: Program, vendor: Provider):
    name = enter(program, vendor, "refusing")
    vendor.script("models", scenarios.echo(401))
    page.goto("/admin/")
    page.get_by_label(name, exact=True).fill(KEY)
    page.get_by_role("button", name=f"Save and test the key of {name}").click()
    expect(page.get_by_role("heading", name="The key was not accepted")).to_be_visible()
    expect(page.get_by_text("Bad Bearer [hidden]")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    expect(message(page, f"The key of {name} was removed.")).to_be_visible()
    expect(page.get_by_label(name, exact=True)).to_have_value("")


def answers(paths: dict[str, Any]) -> Scenario:
    async def scenario(exchange: Any) -> None:
        value = paths.get(exchange.seen.path)
        await exchange.reply(404 if value is None else 200, json.dumps(value or {}).encode())

    return scenario


def free_port() -> int:
    """One of the ports that are looked at."""
    for port in PORTS:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    pytest.skip("every port that is looked at is taken on this machine")


@pytest.fixture
def ollama(tmp_path: Path, program: Program) -> Iterator[Provider]:
    """An Ollama with two models at one of its ports."""
    paths = {
        "/v1/models": {"data": [{"id": "qwen3"}, {"id": "kokoro"}]},
        "/api/version": {"version": "0.12"},
    }
    scenario = answers(paths)
    with Provider(lambda name: scenario, tmp_path / "bills.jsonl", port=free_port()) as running:
        yield running
        program.shell(OFF.format(url=f"http://127.0.0.1:{running.port}"))


def test_a_server_of_this_machine_is_found_and_imported(page: Page, program: Program, ollama: Provider):
    page.goto("/admin/core/provider/")
    page.get_by_role("link", name="Find servers").click()
    field = page.get_by_label(f"Name of the server at port {ollama.port}")
    done = message(page, "Journey Ollama was added.")
    for _ in range(TRIES):
        if field.count():
            expect(page.get_by_role("row", name=f":{ollama.port}")).to_contain_text("qwen3 text → text")
            field.fill("Journey Ollama")
            with page.expect_navigation():
                page.get_by_role("row", name=f":{ollama.port}").get_by_role(
                    "button", name="Add and import"
                ).click()
        if done.count():
            break
        page.goto("/admin/core/provider/servers/")
    expect(message(page, "2 models were imported.")).to_be_visible()
    expect(page.get_by_role("link", name="In the catalogue")).to_have_count(2)
    slugs = ["journey-ollama/kokoro", "journey-ollama/qwen3"]
    assert [slug for slug, *_ in program.shell(MODELS.format(slugs=slugs))] == slugs


def rich(id: str, prompt: str = "0.000002", **fields: str) -> dict[str, Any]:
    """A model with modalities and prices, as OpenRouter lists them."""
    shape = {"input_modalities": ["text", "image"], "output_modalities": ["text"]}
    return {"id": id, "architecture": shape, "pricing": {"prompt": prompt, "completion": "0.00001"}, **fields}


def lists(vendor: Provider, *rows: dict[str, Any]) -> None:
    scenario = scenarios.body(json.dumps({"data": rows}).encode())
    vendor.script("models", scenario)
    vendor.script("models?output_modalities=all", scenario)


DAY = date.today() + timedelta(days=30)


@pytest.fixture
def reviewed(page: Page, program: Program, vendor: Provider) -> Iterator[Page]:
    """The review: two new models, one that is gone, one that ends, and one that is dearer."""
    enter(program, vendor, "upkeep", needs_key=False)
    lists(vendor, rich("journey/dear"), rich("journey/ending"), rich("journey/gone"))
    page.goto("/admin/core/provider/?q=upkeep")
    page.get_by_role("link", name="Upkeep", exact=True).click()
    page.get_by_role("link", name="Import models").click()
    page.get_by_role("button", name="Read the list again").click()
    if (all_of_them := page.get_by_role("button", name="Import all 3")).is_enabled():
        all_of_them.click()
        expect(message(page, "3 models were imported.")).to_be_visible()
    ending = rich("journey/ending", expiration_date=DAY.isoformat())
    lists(vendor, rich("journey/dear", "0.000003"), ending, rich("journey/new-1"), rich("journey/new-2"))
    page.goto("/admin/core/provider/")
    page.get_by_role("link", name="Catalogue review").click()
    page.get_by_role("button", name="Read the lists now").click()
    expect(message(page, "Lists were read:")).to_contain_text("Upkeep")
    page.goto(f"{REVIEW}?provider=upkeep")
    yield page
    program.shell(
        "from core.models import AIModel, Provider; Provider.objects.filter(slug='upkeep').delete(); "
        "AIModel.objects.filter(slug__startswith='journey/').delete()"
    )


def test_each_finding_is_decided_with_one_click(reviewed: Page, program: Program):
    page = reviewed
    for name, told in (
        ("Take the price: journey/dear", "1 change was made: journey/dear."),
        ("Retire: journey/gone", "1 change was made: journey/gone."),
        ("Retire on its day: journey/ending", "1 change was made: journey/ending."),
        ("Add: journey/new-1", "1 change was made: journey/new-1."),
        ("Dismiss: journey/new-2", "1 finding was dismissed."),
    ):
        page.get_by_role("button", name=name, exact=True).click()
        expect(message(page, told)).to_be_visible()
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
    expect(page.get_by_text("Nothing matches.")).to_be_visible()
    names = [f"journey/{name}" for name in ("dear", "ending", "gone", "new-1", "new-2")]
    assert program.shell(MODELS.format(slugs=names)) == [
        ["journey/dear", "", ["0.000002", "0.000003"]],
        ["journey/ending", DAY.isoformat(), ["0.000002"]],
        ["journey/gone", date.today().isoformat(), ["0.000002"]],
        ["journey/new-1", "", ["0.000002"]],
    ]
    page.goto(f"{REVIEW}?provider=upkeep&dismissed=1")
    page.get_by_role("button", name="Bring journey/new-2 back").click()
    expect(message(page, "1 finding is back.")).to_be_visible()


def test_all_new_models_are_added_with_one_click(reviewed: Page, program: Program):
    reviewed.get_by_role("button", name="Add all").click()
    expect(message(reviewed, "2 changes were made: journey/new-1, journey/new-2.")).to_be_visible()
    expect(reviewed.get_by_role("heading", name="Price changed")).to_be_visible()
    expect(reviewed.get_by_role("heading", name="New", exact=False)).to_have_count(0)


def test_the_review_is_accessible_in_light_and_dark(reviewed: Page):
    for scheme in ("light", "dark"):
        reviewed.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert faults(reviewed) == []


EXCESS = "() => Math.max(0, document.documentElement.scrollWidth - innerWidth)"
CUT = (
    "() => [...document.querySelectorAll('.review .button')].filter(one => one.scrollWidth > one.clientWidth)"
)


def test_the_review_fits_every_screen_in_every_language(reviewed: Page):
    for language in ("en", "ru", "zh-hans"):
        start(reviewed, language)
        reviewed.reload()
        expect(reviewed.locator("html")).to_have_attribute("lang", language)
        for size in (PHONE, PAD, DESK):
            reviewed.set_viewport_size(size)
            assert (language, size, reviewed.evaluate(EXCESS)) == (language, size, 0)
            assert reviewed.evaluate(f"({CUT})().length") == 0


def test_charlie_is_shown_no_review(context: BrowserContext, monitor: PageMonitor, program: Program):
    context.clear_cookies()
    monitor.allow("403")
    page = monitor.page
    page.goto(f"/accounts/login/?next={REVIEW}")
    page.get_by_label("Username").fill("charlie")
    page.get_by_label("Password").fill("a long pass phrase")
    with page.expect_navigation():
        page.get_by_label("Password").press("Enter")
    answer = page.goto(REVIEW)
    assert answer is not None
    assert (answer.status, page.get_by_role("button", name="Read the lists now").count()) == (403, 0)
