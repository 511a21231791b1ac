"""A superuser corrects a cost on a page of its own; nobody else does."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from core.models import UsageRecord

DATA = {"cost": "0.5", "reason": "the invoice says so"}


def address(row: UsageRecord) -> str:
    return reverse("admin:core_usagerecord_correct", args=[row.pk])


def test_a_superuser_corrects_a_record(browser, record):
    row = record()
    change = reverse("admin:core_usagerecord_change", args=[row.pk])
    assert address(row) in browser.get(change).content.decode()
    assert "0.00018" in browser.get(address(row)).content.decode()
    page = browser.post(address(row), DATA, follow=True)
    made = UsageRecord.objects.get(corrects=row.public_id)
    assert made.cost == Decimal("0.49982")
    assert made.public_id in page.content.decode()
    shown = browser.get(reverse("admin:core_usagerecord_change", args=[made.pk])).content.decode()
    assert row.public_id in shown
    assert address(made) not in shown


@pytest.mark.parametrize("cost", ["", "-1", "NaN", "1e30", "0.00018", "x"])
def test_odd_corrections_are_form_errors(browser, record, cost):
    row = record()
    page = browser.post(address(row), {**DATA, "cost": cost})
    assert (page.status_code, bool(page.context["form"].errors)) == (200, True)
    assert UsageRecord.objects.count() == 1


def test_nobody_else_corrects(client, record, alice, bob):
    row = record()
    bob.is_staff = True
    bob.save()
    bob.user_permissions.set(Permission.objects.filter(content_type__app_label="core"))
    client.force_login(bob)
    assert client.get(address(row)).status_code == client.post(address(row), DATA).status_code == 403
    change = client.get(reverse("admin:core_usagerecord_change", args=[row.pk]))
    assert (change.status_code, address(row) in change.content.decode()) == (200, False)
    client.force_login(alice)
    assert client.post(address(row), DATA).status_code == 302
    assert UsageRecord.objects.count() == 1
