"""Every page of every table, generated from what is registered."""

from __future__ import annotations

import pytest
from django.contrib import admin as django_admin
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import UsageRecord

TABLES = sorted(django_admin.site._registry, key=lambda table: table._meta.label)
OURS = [table for table in TABLES if table._meta.app_label == "core"]


def address(table: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{table._meta.app_label}_{table._meta.model_name}_{page}", args=args)


def named(table: type[Model]) -> str:
    return table._meta.label


@pytest.mark.parametrize("table", TABLES, ids=named)
def test_lists_and_searches_render(browser, one_of_each, table):
    page = browser.get(address(table, "changelist"))
    assert page.status_code == 200
    if django_admin.site._registry[table].search_fields:
        assert browser.get(address(table, "changelist"), {"q": "a"}).status_code == 200


@pytest.mark.parametrize("table", TABLES, ids=named)
def test_add_pages_render_or_are_closed(browser, one_of_each, table):
    closed = named(table) in ("core.UsageRecord", "core.AuditEvent")
    assert browser.get(address(table, "add")).status_code == (403 if closed else 200)


@pytest.mark.parametrize("table", OURS, ids=named)
def test_change_pages_render(browser, one_of_each, table):
    row = table.objects.first()
    page = browser.get(address(table, "change", row.pk))
    assert page.status_code == 200
    assert browser.get(address(table, "history", row.pk)).status_code == 200


@pytest.mark.parametrize("table", TABLES, ids=named)
def test_every_filter_can_be_chosen(browser, one_of_each, table):
    page = browser.get(address(table, "changelist"))
    for spec in page.context["cl"].filter_specs:
        for choice in list(spec.choices(page.context["cl"]))[1:3]:
            assert browser.get(address(table, "changelist") + choice["query_string"]).status_code == 200


@pytest.mark.parametrize("table", TABLES, ids=named)
def test_a_longer_list_takes_no_more_queries(browser, one_of_each, record, bob, table):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            browser.get(address(table, "changelist"))
        return len(seen)

    queries()
    before = queries()
    grow(table, bob, record)
    assert queries() <= before + 1  # a page more may ask for its number
    assert before <= 22


UNIQUE = {
    "AIModel": "slug",
    "ApiKey": "public_id",
    "Endpoint": "upstream_id",
    "Provider": "slug",
    "Team": "name",
    "User": "username",
    "Voice": "voice_id",
    "VoiceAlias": "name",
}


def grow(table: type[Model], bob, record) -> None:
    """More rows of each kind, with relations of their own."""
    from_one = table.objects.first()
    if table is UsageRecord:
        for days in range(5):
            record(bob, days=days)
    elif from_one is not None and table._meta.app_label == "core":
        unique = UNIQUE.get(table.__name__)
        for number in range(5):
            copy(from_one, **({unique: f"more{number}"} if unique else {}))


def copy(row: Model, **values: object) -> None:
    twin = type(row).objects.get(pk=row.pk)
    twin.pk = None
    twin._state.adding = True
    for name, value in values.items():
        setattr(twin, name, value)
    twin.save()


def test_the_index_and_autocomplete_answer(browser, one_of_each):
    assert browser.get("/admin/").status_code == 200
    query = {"term": "espeak", "app_label": "core", "model_name": "endpoint", "field_name": "model"}
    found = browser.get("/admin/autocomplete/", query).json()["results"]
    assert [row["text"] for row in found] == ["local/espeak-ng"]
