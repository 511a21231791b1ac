"""Every page of the admin: each list, each form for a new row, one form of a row, in light and dark."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.journeys.conftest import PHONE
from tests.journeys.page_monitor import PageMonitor
from tests.journeys.server import Program
from tests.journeys.test_pages import faults

LAPTOP = {"width": 1280, "height": 720}
ROWS = """
from django.utils import timezone
from core.access.keys import issue
from core.models import Budget, Team, UsageRecord, User, VoiceAlias
dana = User.objects.create_user("dana", team=Team.objects.create(name="Design"))
issue(dana, name="ci")
Budget.objects.create(user=dana, limit=5)
VoiceAlias.objects.create(name="dana", voice="tone")
UsageRecord.objects.create(public_id="gen-dana", user=dana, source="api", task="chat", model="stage/tone",
    provider="stage", state="settled", outcome="completed", units={"text_in.token": 12}, cost="0.25",
    basis="computed", created_at=timezone.now())
"""
LISTS = "() => [...document.querySelectorAll('#nav-sidebar th a')].map((one) => new URL(one.href).pathname)"
FIRST = "() => document.querySelector('#result_list tbody th a')?.getAttribute('href')"
EXCESS = "() => Math.max(0, document.documentElement.scrollWidth - innerWidth)"


def pages(page: Page) -> Iterator[str]:
    """The address of each page, which is open then."""
    page.goto("/admin/")
    yield "/admin/"
    for listing in page.evaluate(LISTS):
        page.goto(listing)
        yield listing
        first = page.evaluate(FIRST)
        for address in (f"{listing}add/", first):
            if address and page.goto(address).status == 200:
                yield address


def test_axe_finds_nothing_on_any_page_of_the_admin(monitor: PageMonitor, program: Program):
    monitor.allow("403")  # nobody adds a usage record
    monitor.allow("style-src")  # Django's own boxes with a search write styles into their HTML
    monitor.allow("Couldn't load preload assets")  # axe's own, about those
    program.shell(ROWS)
    page, seen = monitor.page, []
    page.set_viewport_size(LAPTOP)
    for address in pages(page):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert (address, scheme, faults(page)) == (address, scheme, [])
        seen.append(address)
    assert len(seen) > 30


def test_the_first_page_of_the_admin_fits_a_phone(page: Page):
    page.set_viewport_size(PHONE)
    page.goto("/admin/")
    assert page.evaluate(EXCESS) == 0
