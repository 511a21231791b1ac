"""Usage records: read, filtered and exported, never edited."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.admin.audit import ReadOnlyAdmin
from core.ledger import reports
from core.models import Attempt, AuditEvent, UsageRecord


class EchoFile:
    """A file for the csv writer that hands each line back."""

    def write(self, line: str) -> str:
        return line


@admin.register(UsageRecord)
class UsageRecordAdmin(ReadOnlyAdmin):
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
    list_filter = (
        ("user", admin.RelatedOnlyFieldListFilter),
        "model",
        "created_at",
        "task",
        "source",
        "state",
        "outcome",
        "basis",
    )
    list_select_related = ("user",)
    show_full_result_count = False
    search_fields = ("public_id", "model", "user__username")
    date_hierarchy = "created_at"
    actions = ("export_csv",)
    fieldsets = (
        (None, {"fields": ("public_id", "created_at", "user", "team", "api_key", "source")}),
        (_("Request"), {"fields": ("task", "model", "provider", "format", "streamed")}),
        (_("Result"), {"fields": ("state", "outcome", "status", "error", "attempts")}),
        (_("Cost"), {"fields": ("shown_units", "shown_cost", "basis", "shown_estimate", "shown_reported")}),
        (_("Time"), {"fields": ("first_event_ms", "total_ms")}),
    )

    @admin.display(description=_("units"))
    def shown_units(self, record: UsageRecord) -> str:
        return ", ".join(f"{quantity} {name}" for name, quantity in record.units.items())

    @admin.display(description=_("cost"), ordering="cost")
    def shown_cost(self, record: UsageRecord) -> str:
        if record.cost is None and record.state == "open":
            return "–"
        return str(_("unpriced")) if record.cost is None else f"${reports.decimal_text(record.cost)}"

    @admin.display(description=_("estimate"))
    def shown_estimate(self, record: UsageRecord) -> str:
        return "–" if record.estimate is None else f"${reports.decimal_text(record.estimate)}"

    @admin.display(description=_("reported cost"))
    def shown_reported(self, record: UsageRecord) -> str:
        return "–" if record.reported_cost is None else f"${reports.decimal_text(record.reported_cost)}"

    @admin.display(description=_("attempts"))
    def attempts(self, record: UsageRecord) -> SafeString:
        rows = Attempt.objects.filter(record=record.public_id).order_by("number")
        cells = (
            (row.number, row.provider, row.model, row.outcome, row.status or "", row.reason) for row in rows
        )
        return format_html_join("", "<p>{}. {} {}: {} {} {}</p>", cells)

    @admin.action(description=_("Export the selected records as CSV"), permissions=["view"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[UsageRecord]) -> StreamingHttpResponse:
        AuditEvent.objects.create(actor=request.user, action="usage.exported", subject=str(queryset.count()))
        response = StreamingHttpResponse(lines(queryset), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="usage.csv"'
        return response


def lines(queryset: QuerySet[UsageRecord]) -> Iterator[str]:
    writer = csv.writer(EchoFile())
    for row in reports.csv_table(queryset):
        yield writer.writerow(row)
