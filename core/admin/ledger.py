"""Usage records: read, filtered and exported, never edited."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.admin.access import ReadOnly
from core.models import Attempt, AuditEvent, UsageRecord

COLUMNS = (
    "public_id",
    "created_at",
    "user",
    "team",
    "api_key",
    "source",
    "task",
    "model",
    "provider",
    "state",
    "outcome",
    "error",
    "units",
    "cost",
    "basis",
    "computed_cost",
    "reported_cost",
    "first_event_ms",
    "total_ms",
)


class Echo:
    """A file for the csv writer that hands each line back."""

    def write(self, line: str) -> str:
        return line


@admin.register(UsageRecord)
class UsageRecordAdmin(ReadOnly):
    list_display = (
        "created_at",
        "user",
        "model",
        "provider",
        "outcome",
        "shown_units",
        "shown_cost",
        "basis",
    )
    list_filter = ("task", "source", "state", "outcome", "basis", "user", "model")
    list_select_related = ("user", "team", "api_key")
    search_fields = ("public_id", "model", "user__username")
    date_hierarchy = "created_at"
    actions = ("export_csv",)
    readonly_fields = ("attempts",)

    @admin.display(description=_("units"))
    def shown_units(self, record: UsageRecord) -> str:
        return ", ".join(f"{quantity} {name}" for name, quantity in record.units.items())

    @admin.display(description=_("cost"), ordering="cost")
    def shown_cost(self, record: UsageRecord) -> str:
        return str(_("unpriced")) if record.cost is None else f"${record.cost.normalize():f}"

    @admin.display(description=_("attempts"))
    def attempts(self, record: UsageRecord) -> SafeString:
        rows = Attempt.objects.filter(record=record.public_id).order_by("number")
        cells = (
            (row.number, row.provider, row.model, row.outcome, row.status or "", row.reason) for row in rows
        )
        return format_html_join("", "<p>{}. {} {}: {} {} {}</p>", cells)

    @admin.action(description=_("Export the selected records as CSV"))
    def export_csv(self, request: HttpRequest, queryset: QuerySet[UsageRecord]) -> StreamingHttpResponse:
        AuditEvent.objects.create(actor=request.user, action="usage.exported", subject=str(queryset.count()))
        response = StreamingHttpResponse(lines(queryset), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="usage.csv"'
        return response

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


def lines(queryset: QuerySet[UsageRecord]) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield writer.writerow(COLUMNS)
    for record in queryset.select_related("user", "team", "api_key").iterator(chunk_size=500):
        yield writer.writerow([harmless(getattr(record, column)) for column in COLUMNS])


def harmless(value: Any) -> str:
    """A cell no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
