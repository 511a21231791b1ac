"""What no form expects is a form error or an empty list, on every database."""

from __future__ import annotations

import pytest
from django.contrib import admin as django_admin
from django.urls import reverse

from core.admin.audit import SearchedAdmin
from core.catalogue import snapshot
from core.models import AIModel, Budget, Endpoint, Price, Provider
from tests.core.admin.test_catalogue import change, form_data, new_price

ODD_JSON = [
    "[]",
    "5",
    '"x"',
    "{",
    "1" * 5000,
    "[" * 5000,
    '{"a": NaN}',
    '{"a": "\\u0000"}',
    '{"a": "\\ud800"}',
]
SEARCHED = [table for table, page in django_admin.site._registry.items() if page.search_fields]


def address_of(row) -> str:
    return reverse(f"admin:core_{row._meta.model_name}_change", args=[row.pk])


@pytest.mark.parametrize(
    ("table", "box"),
    [
        (Endpoint, "options"),
        (Provider, "options"),
        (Provider, "headers"),
        (AIModel, "limits"),
        (AIModel, "examples"),
    ],
)
def test_odd_json_is_a_form_error(browser, catalogue, table, box):
    row = table.objects.first()
    form = form_data(browser.get(address_of(row)))
    for text in (*ODD_JSON, '{"timeout": "x"}', '{"body": 5}'):
        if box in ("headers", "examples"):
            text = text.replace('"x"', "5")  # any text is a header
        page = browser.post(address_of(row), {**form, box: text})
        found = (page.status_code, list(page.context["adminform"].form.errors))
        assert found == (200, [box]), text[:20]
        assert getattr(table.objects.get(pk=row.pk), box) == {}, text[:20]


@pytest.mark.parametrize("text", ["", "null", "{}"])
def test_an_empty_box_is_an_empty_object(browser, catalogue, text):
    row = Endpoint.objects.first()
    assert change(browser, row, options=text).status_code == 302
    assert Endpoint.objects.get(pk=row.pk).options == {}
    snapshot.reload()


def test_an_odd_condition_is_a_form_error(browser, catalogue):
    endpoint = Endpoint.objects.first()
    count = Price.objects.count()
    page = browser.get(address_of(endpoint))
    form, prefix = form_data(page), page.context["inline_admin_formsets"][1].formset.prefix
    row = {f"{prefix}-TOTAL_FORMS": "1", **new_price(f"{prefix}-0-", "1")}
    for text in (*ODD_JSON, '{"min_prompt_tokens": 0}', '{"web_search": false}', '{"size": ""}'):
        added = {"endpoint": endpoint.pk, **new_price("", "1"), "condition": text}
        page = browser.post(reverse("admin:core_price_add"), added)
        found = (page.status_code, list(page.context["adminform"].form.errors))
        assert found == (200, ["condition"]), text[:20]
        page = browser.post(address_of(endpoint), {**form, **row, f"{prefix}-0-condition": text})
        assert page.status_code == 200, text[:20]
        assert Price.objects.count() == count, text[:20]


@pytest.mark.parametrize(
    "amount", ["-1", "-0.0000000001", "NaN", "Infinity", "1e30", "999999999", "x", "", "9" * 400]
)
def test_an_odd_budget_is_a_form_error(browser, alice, amount):
    data = {"user": alice.pk, "team": "", "api_key": "", "limit": amount, "window": "month"}
    page = browser.post(reverse("admin:core_budget_add"), data)
    assert (page.status_code, list(page.context["adminform"].form.errors)) == (200, ["limit"])
    row = Budget.objects.create(user=alice, limit=5)
    page = browser.post(reverse("admin:core_budget_change", args=[row.pk]), data)
    assert page.status_code == 200
    row.refresh_from_db()
    assert row.limit == 5


@pytest.mark.parametrize(
    "speeds", [("2", "1"), ("0", "1"), ("-1", "1"), ("1", ""), ("", "1"), ("nan", "1"), ("1", "inf")], ids=str
)
def test_odd_speeds_are_a_form_error(browser, catalogue, speeds):
    page = change(browser, AIModel.objects.first(), speed_min=speeds[0], speed_max=speeds[1])
    assert page.status_code == 200
    assert page.context["adminform"].form.errors


@pytest.mark.parametrize("table", SEARCHED, ids=lambda table: table.__name__)
@pytest.mark.parametrize("words", ["word " * 2000, "x" * 100_000, '"' * 700, "\x00", "%" * 300, "\\" * 300])
def test_an_odd_search_finds_nothing(browser, one_of_each, table, words):
    page = browser.get(
        reverse(f"admin:{table._meta.app_label}_{table._meta.model_name}_changelist"), {"q": words}
    )
    assert page.status_code == 200
    assert page.context["cl"].result_count in (0, None) or words == "\x00"


def test_an_odd_search_of_a_select_box_finds_nothing(browser, one_of_each):
    asked = {"term": "word " * 2000, "app_label": "core", "model_name": "budget", "field_name": "user"}
    page = browser.get("/admin/autocomplete/", asked)
    assert (page.status_code, page.json()["results"]) == (200, [])


def test_every_table_of_ours_is_searched_within_bounds():
    pages = [
        page for page in django_admin.site._registry.values() if type(page).__module__.startswith("core.")
    ]
    assert [page for page in pages if not isinstance(page, SearchedAdmin)] == []


@pytest.mark.parametrize("pk", ["99999999999999999999", "-1", "x", "1_00", "%00", "1'--"])
@pytest.mark.parametrize("table", ["budget", "endpoint", "usagerecord", "auditevent", "user"])
def test_odd_keys_name_nothing(browser, one_of_each, table, pk):
    assert browser.get(f"/admin/core/{table}/{pk}/change/", follow=True).status_code in (200, 404)


@pytest.mark.parametrize(
    "query",
    [
        "created_at__year=99999",
        "id__exact=99999999999999999999",
        "p=99999999999999999999",
        "o=99.x",
        "user__id__exact=x",
        "created_at__gte=x",
        "cost__gte=9999999999999999999999",
        "e=1",
        "all=",
    ],
)
def test_odd_filters_find_nothing(browser, one_of_each, query):
    assert browser.get(f"/admin/core/usagerecord/?{query}", follow=True).status_code == 200


def test_numbers_beyond_their_column_are_form_errors(browser, catalogue):
    endpoint = Endpoint.objects.first()
    page = browser.get(reverse("admin:core_endpoint_change", args=[endpoint.pk]))
    data = {**form_data(page), "priority": "99999999999999999999", "weight": "-1"}
    page = browser.post(reverse("admin:core_endpoint_change", args=[endpoint.pk]), data)
    assert set(page.context["adminform"].form.errors) == {"priority", "weight"}


@pytest.mark.parametrize("posted", ["9" * 24, "-" + "9" * 24, "x", "0"])
@pytest.mark.parametrize(
    "table", [table for table, page in django_admin.site._registry.items() if page.autocomplete_fields]
)
def test_a_key_that_no_row_has_is_a_form_error(browser, table, posted):
    page = django_admin.site._registry[table]
    boxes = list(page.autocomplete_fields)
    address = reverse(f"admin:{table._meta.app_label}_{table._meta.model_name}_add")
    answer = browser.post(address, dict.fromkeys(boxes, posted))
    assert answer.status_code == 200
    errors = answer.context["adminform"].form.errors
    assert [box for box in boxes if "Select a valid choice" in str(errors.get(box))] == boxes
