"""The page of findings: what it shows, what its buttons do, and who may press them."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.catalogue import snapshot
from core.models import AIModel, AuditEvent, Endpoint, Finding, Price, Provider, ProviderKey
from core.operations import sync
from tests.core.admin.conftest import CANARY
from tests.core.admin.test_providers import texts
from tests.core.operations.test_findings import priced
from tests.core.operations.test_sync import RICH, listing, rich
from tests.fakes import scenarios

ADDRESS = "/admin/core/provider/review/"
DAY = timezone.now().date() + timedelta(days=30)


@pytest.fixture
def row(transactional_db, provider) -> Provider:
    """The fake server as a provider, with one finding of each kind after its list was read."""
    found = Provider.objects.create(
        slug="fake", name="Fake", wire="openai", base_url=provider.url, internal=True
    )
    ProviderKey.objects.create(provider=found, secret=CANARY)
    ending = rich("acme/ending", ["text"])
    sync.compare("fake", [RICH, ending, rich("acme/gone", ["text"])], add=True)
    ending["expiration_date"] = str(DAY)
    listed = [priced(prompt="0.000003"), ending, rich("acme/fresh", ["text"])]
    sync.compare("fake", listed, add=False)
    listing(provider, *listed)
    return found


def sections(page) -> dict[str, list[list[str]]]:
    """The lines of each section by its title: the model, then its facts, then its buttons."""
    found = {}
    for part in page.content.decode().split('<section class="module"')[1:]:
        title = re.sub(r"<[^>]*>", "", re.search(r"<h2.*?</h2>", part, re.DOTALL)[0]).split(" ")
        found[" ".join(title)] = [cells(line) for line in part.split("<li>")[1:]]
    return found


def cells(line: str) -> list[str]:
    subject = re.search(r'class="subject">(.*?)<p', line, re.DOTALL)[1]
    facts = re.findall(r"<p>(.*?)</p>", line)
    buttons = re.findall(r"<button[^>]*>(.*?)</button>", line)
    return [re.sub(r"<[^>]*>", "", text).strip() for text in (subject, *facts, *buttons)]


def finding(kind: str) -> Finding:
    return Finding.objects.get(kind=kind)


def kinds() -> list[str]:
    return sorted(Finding.objects.filter(dismissed=False).values_list("kind", flat=True))


def test_every_kind_has_a_section_with_facts_and_buttons(browser, row):
    day = f"{DAY.day} {DAY:%B %Y}"
    assert sections(browser.get(ADDRESS)) == {
        "Shutting down 1": [
            [
                "acme/ending",
                f"Its last day is {day}.",
                "Retiring notes the day; until then it is offered.",
                "Retire on its day",
                "Dismiss",
            ]
        ],
        "No longer listed 1": [
            [
                "acme/gone",
                "No other provider serves it: requests for it would be refused.",
                "Retire",
                "Dismiss",
            ]
        ],
        "Price changed 1": [
            ["acme/talker-2", "$2 / 1M tokens in → $3 / 1M tokens in", "Take the price", "Dismiss"]
        ],
        "New 1": [["acme/fresh", "text → text", "free", "Add", "Dismiss"]],
    }


def test_each_is_taken_with_one_click(browser, row, admin):
    for kind in ("new", "gone", "price", "shutdown"):
        page = browser.post(ADDRESS, {"take": finding(kind).pk})
        assert page.url == ADDRESS
    assert texts(page)[-1] == "1 change was made: acme/ending."
    models = snapshot.current().models
    assert (models["acme/fresh"].visible, models["acme/gone"].retired()) == (True, True)
    assert (models["acme/ending"].shutdown_at, models["acme/ending"].retired()) == (DAY, False)
    assert (
        Price.objects.filter(endpoint__model__slug="acme/talker-2", kind="text_in", condition={}).count() == 2
    )
    events = AuditEvent.objects.filter(actor=admin).order_by("pk").values_list("action", "actor", "subject")
    assert list(events) == [
        ("models.imported", admin.pk, "fake"),
        ("models.retired", admin.pk, "fake"),
        ("prices.taken", admin.pk, "fake"),
        ("models.retired", admin.pk, "fake"),
    ]
    assert (kinds(), sections(browser.get(ADDRESS))) == ([], {})


def test_all_of_a_kind_are_taken_and_the_others_stay(browser, row, provider):
    many = [rich(f"acme/model-{number:02}", ["text"]) for number in range(30)]
    listing(provider, *many)
    browser.post(ADDRESS, {"read": "1"})
    page = browser.post(ADDRESS, {"take": "new"})
    assert texts(page)[-1].startswith("30 changes were made: acme/model-00, acme/model-01")
    assert Endpoint.objects.filter(model__slug__startswith="acme/model-").count() == 30
    assert kinds() == ["gone"] * 3
    browser.post(ADDRESS, {"take": "gone"})
    assert kinds() == []
    assert all(model.retired() for model in AIModel.objects.exclude(slug__startswith="acme/model-"))


def test_all_that_the_filter_leaves_are_taken(browser, row):
    other = Provider.objects.create(slug="other", name="Other")
    detail = finding("new").detail
    Finding.objects.bulk_create(
        Finding(provider=other, kind="new", upstream_id=name, model=f"other/{name}", detail=detail)
        for name in ("a", "b")
    )
    shown = sections(browser.get(ADDRESS, {"provider": "other", "q": "other/A"}))
    assert [line[0] for line in shown["New 1"]] == ["other/a"]
    page = browser.post(ADDRESS, {"dismiss": "new", "provider": "other", "q": "other/A"})
    assert page.url == f"{ADDRESS}?provider=other&q=other%2FA"
    assert [*Finding.objects.filter(dismissed=True).values_list("model", flat=True)] == ["other/a"]


def test_dismissed_ones_are_put_aside_and_brought_back(browser, row):
    assert texts(browser.post(ADDRESS, {"dismiss": finding("price").pk})) == ["1 finding was dismissed."]
    assert "Price changed 1" not in sections(browser.get(ADDRESS))
    aside = browser.get(ADDRESS, {"dismissed": "1"})
    assert sections(aside) == {
        "Price changed 1": [["acme/talker-2", "$2 / 1M tokens in → $3 / 1M tokens in", "Bring back"]]
    }
    browser.post(ADDRESS, {"restore": "price", "dismissed": "1"})
    assert kinds() == ["gone", "new", "price", "shutdown"]
    assert Price.objects.filter(usd_per_unit=Decimal("0.000003")).count() == 0


def test_a_day_that_was_noted_is_not_taken_with_all(browser, row):
    AIModel.objects.filter(slug="acme/ending").update(shutdown_at=DAY)
    (line,) = sections(browser.get(ADDRESS))["Shutting down 1"]
    assert line[2:] == [
        "The catalogue retires it on that day; retiring does so now.",
        "Retire now",
        "Dismiss",
    ]
    assert "Retire all on their days" not in browser.get(ADDRESS).content.decode()
    browser.post(ADDRESS, {"take": "shutdown"})
    assert not AIModel.objects.get(slug="acme/ending").retired()
    browser.post(ADDRESS, {"take": finding("shutdown").pk})
    assert AIModel.objects.get(slug="acme/ending").retired()


def test_what_other_providers_serve_says_so(browser, row):
    other = Provider.objects.create(slug="other", name="Other")
    model = AIModel.objects.get(slug="acme/gone")
    Endpoint.objects.create(model=model, provider=other, upstream_id="x")
    (line,) = sections(browser.get(ADDRESS))["No longer listed 1"]
    assert line[1] == "Other providers serve it: retiring switches it off here only."


def test_lists_are_read_and_what_failed_is_told(browser, row, provider):
    Provider.objects.create(slug="keyless", name="Keyless")
    Provider.objects.create(slug="local", name="Local", wire="local", needs_key=False)
    listing(provider, RICH)
    page = browser.post(ADDRESS, {"read": "1"})
    assert texts(page) == ["Lists were read: Fake.", "No list, or no key for it: Keyless, Local."]
    assert kinds() == ["gone", "gone"]
    provider.script("models", scenarios.status(401))
    page = browser.post(ADDRESS, {"read": "1", "provider": "fake"})
    assert texts(page)[-1] == "Fake: It does not accept the key, or the account has no credit."
    assert kinds() == ["gone", "gone"]


def test_many_come_in_pages_and_take_no_more_queries(browser, row, django_assert_max_num_queries):
    detail = finding("new").detail
    Finding.objects.bulk_create(
        Finding(provider=row, kind="new", upstream_id=f"n{number}", model=f"acme/n{number:03}", detail=detail)
        for number in range(250)
    )
    with django_assert_max_num_queries(25):
        page = browser.get(ADDRESS)
    assert len(sections(page)["New 251"]) == 15
    assert "Show all 251" in page.content.decode()
    last = browser.get(ADDRESS, {"kind": "new", "p": "3"})
    assert {title: len(lines) for title, lines in sections(last).items()} == {"New 251": 51}
    assert last.content.decode().count("?kind=new&amp;p=") == 2


@pytest.mark.parametrize("value", ["0", "x", "9" * 40, "-1", "new'--", ""])
def test_what_is_not_there_is_not_done(browser, row, value):
    page = browser.post(ADDRESS, {"take": value})
    assert texts(page) == ["Nothing was done: it was decided meanwhile, or is no longer true."]
    assert len(kinds()) == 4
    assert browser.get(ADDRESS, {"kind": value, "p": value, "provider": value}).status_code == 200


def test_what_a_provider_calls_its_models_is_text(browser, row):
    Finding.objects.update(model="<script>alert(1)</script>")
    page = browser.get(ADDRESS, {"q": '"><script>'}).content.decode()
    assert "<script>alert" not in page + browser.get(ADDRESS).content.decode()
    assert '"><script>' not in page


def test_a_form_of_another_site_changes_nothing(admin, row):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin)
    assert strict.post(ADDRESS, {"take": "gone"}).status_code == 403
    assert len(kinds()) == 4


def staff(client, person, *rights: str) -> Client:
    person.is_staff = True
    person.save()
    person.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(person)
    return client


@pytest.mark.parametrize("name", ["alice", "bob", "charlie"])
def test_who_has_no_right_sees_nothing(client, row, provider, alice, bob, charlie, name):
    person = {"alice": alice, "bob": bob, "charlie": charlie}[name]
    if name == "alice":
        staff(client, person, "view_provider", "change_finding", "add_price")
    client.force_login(person)
    for page in (
        client.get(ADDRESS, follow=True),
        client.post(ADDRESS, {"take": "price"}, follow=True),
        client.post(ADDRESS, {"read": "1"}, follow=True),
    ):
        assert (page.status_code, "acme/" in page.content.decode()) == (403, False)
    assert (provider.requests, len(kinds())) == ([], 4)
    if name == "alice":
        pages = client.get("/admin/"), client.get(reverse("admin:core_provider_changelist"))
        assert all("Catalogue review" not in page.content.decode() for page in pages)


def test_staff_who_may_only_look_gets_no_button(client, row, provider, alice):
    staff(client, alice, "view_finding", "view_provider")
    page = client.get(ADDRESS)
    assert {title: line[0][-1] for title, line in sections(page).items()}["New 1"] == "free"
    assert not re.findall(r'<button[^>]*name="(take|dismiss|read)"', page.content.decode())
    for data in ({"take": "price"}, {"dismiss": "new"}, {"read": "1"}):
        assert client.post(ADDRESS, data).status_code == 403
    assert (provider.requests, len(kinds())) == ([], 4)


def test_staff_decides_on_what_their_rights_cover(client, row, alice):
    staff(client, alice, "view_finding", "change_finding", "add_price")
    shown = sections(client.get(ADDRESS))
    assert [line[0][-1] for line in shown.values()] == [
        "Retiring notes the day; until then it is offered.",
        "No other provider serves it: requests for it would be refused.",
        "Dismiss",
        "free",
    ]
    for kind in ("gone", "new", "shutdown"):
        assert client.post(ADDRESS, {"take": kind}).status_code == 403
        assert client.post(ADDRESS, {"dismiss": finding(kind).pk}).status_code == 403
    assert client.post(ADDRESS, {"take": "price"}).status_code == 302
    assert kinds() == ["gone", "new", "shutdown"]


def test_the_first_page_says_how_many_wait(browser, row):
    assert "4 findings wait for a decision." in browser.get("/admin/").content.decode()
    Finding.objects.update(dismissed=True)
    assert "wait for a decision" not in browser.get("/admin/").content.decode()
