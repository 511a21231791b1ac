"""Usage records are read, filtered and exported."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from core.ledger.reports import CSV_COLUMNS
from core.models import Attempt, AuditEvent, UsageRecord

LIST = reverse("admin:core_usagerecord_changelist")


def shown(browser, **filters: object) -> list[str]:
    return [row.public_id for row in browser.get(LIST, filters).context["cl"].result_list]


@pytest.fixture
def busy(record, bob, charlie) -> None:
    record()
    record(bob, model="acme/talker")
    record(charlie, days=3, cost=None, basis="unpriced")


def test_records_are_filtered_by_user_model_and_day(browser, busy, bob):
    assert shown(browser) == ["gen-0001", "gen-0000", "gen-0002"]
    assert shown(browser, user__id__exact=bob.pk) == ["gen-0001"]
    assert shown(browser, model="local/espeak-ng") == ["gen-0000", "gen-0002"]
    day = UsageRecord.objects.get(public_id="gen-0002").created_at
    dated = {"created_at__year": day.year, "created_at__month": day.month, "created_at__day": day.day}
    assert shown(browser, **dated) == ["gen-0002"]
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    assert shown(browser, created_at__gte=str(today)) == ["gen-0001", "gen-0000"]
    assert shown(browser, q="charlie") == ["gen-0002"]


def test_money_and_attempts_are_readable(browser, busy):
    page = browser.get(LIST).content.decode()
    assert "$0.00018" in page
    assert "unpriced" in page
    row = UsageRecord.objects.get(public_id="gen-0000")
    page = browser.get(reverse("admin:core_usagerecord_change", args=[row.pk])).content.decode()
    assert "1. local espeak-ng: completed" in page
    assert "12 characters" in page


def test_an_attempt_has_the_providers_words_for_its_end(browser, busy):
    attempts = Attempt.objects.filter(record="gen-0000")
    attempts.update(upstream_id="chatcmpl-1", finish_reason="stop", native_finish_reason="<end>")
    row = UsageRecord.objects.get(public_id="gen-0000")
    page = browser.get(reverse("admin:core_usagerecord_change", args=[row.pk])).content.decode()
    assert "completed &lt;end&gt; chatcmpl-1" in page


def test_models_that_were_not_asked_are_named_with_the_reason(browser, record):
    full = {"model": "acme/a", "provider": "Lab", "code": "endpoint_full", "reason": "Lab is full."}
    unpriced = {"model": "acme/<b>", "code": "unpriced_model", "reason": "It has no price."}
    record(skipped_models=[unpriced, full])
    row = UsageRecord.objects.get()
    page = browser.get(reverse("admin:core_usagerecord_change", args=[row.pk])).content.decode()
    assert "<p>acme/&lt;b&gt;: It has no price. (unpriced_model)</p>" in page
    assert "<p>acme/a @ Lab: Lab is full. (endpoint_full)</p>" in page


def test_records_are_only_read(browser, busy):
    row = UsageRecord.objects.first()
    change = reverse("admin:core_usagerecord_change", args=[row.pk])
    assert browser.post(change, {"cost": "0"}).status_code == 403
    assert browser.post(reverse("admin:core_usagerecord_delete", args=[row.pk])).status_code == 403
    assert browser.post(reverse("admin:core_usagerecord_add"), {}).status_code == 403
    browser.post(LIST, {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert UsageRecord.objects.count() == 3


def export(browser, *rows: UsageRecord) -> list[list[str]]:
    data = {"action": "export_csv", "_selected_action": [row.pk for row in rows]}
    page = browser.post(LIST, data)
    assert page.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(page.getvalue().decode())))


def test_records_are_exported_and_the_export_is_noted(browser, busy):
    heading, *rows = export(browser, *UsageRecord.objects.all())
    assert heading == CSV_COLUMNS
    assert [row[0] for row in rows] == ["gen-0001", "gen-0000", "gen-0002"]
    record = dict(zip(heading, rows[2], strict=True))
    assert (record["user"], record["cost"], record["basis"]) == ("charlie", "", "unpriced")
    event = AuditEvent.objects.get()
    assert (event.action, event.subject, event.actor.username) == ("usage.exported", "3", "root")


@pytest.mark.parametrize("model", ["=1+1", "@SUM(A1)", "+1", "-1"])
def test_csv_cells_are_no_formulas(browser, record, model):
    heading, row = export(browser, record(model=model))
    assert dict(zip(heading, row, strict=True))["model"] == f"'{model}"


def test_markup_in_values_is_escaped(browser, record):
    script = "<script>alert(1)</script>"
    row = record(model=script, cost=Decimal("1"))
    for address in (LIST, reverse("admin:core_usagerecord_change", args=[row.pk])):
        page = browser.get(address).content.decode()
        assert script not in page
        assert "&lt;script&gt;alert(1)" in page


def test_the_audit_is_only_read(browser, busy):
    event = AuditEvent.objects.create(action="x", subject="y")
    change = reverse("admin:core_auditevent_change", args=[event.pk])
    assert browser.get(change).status_code == 200
    assert browser.post(change, {"action": "z"}).status_code == 403
    assert browser.post(reverse("admin:core_auditevent_delete", args=[event.pk])).status_code == 403
