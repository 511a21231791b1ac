"""Usage records: read, filtered and exported, never edited."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.admin.audit import ReadOnlyAdmin
from core.admin.corrections import correct
from core.admin.overview import live
from core.admin.usage.units import units_text
from core.ledger import reports
from core.models import Attempt, AuditEvent, UsageRecord


class EchoFile:
    """A file for the csv writer whose `write` returns the line, so that lines can be streamed."""

    def write(self, line: str) -> str:
        return line


COST_FIELDS = ("basis", "cached_from", "estimate_text", "reported_cost_text")


@admin.register(UsageRecord)
class UsageRecordAdmin(ReadOnlyAdmin):
    list_display = (
        "created_at",
        "user",
        "model",
        "outcome",
        "units_text",
        "cost_text",
    )
    list_filter = (
        ("user", admin.RelatedOnlyFieldListFilter),
        "model",
        "provider",
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
    change_form_template = "admin/core/usagerecord/change_form.html"
    fieldsets = (
        (None, {"fields": ("public_id", "created_at", "user", "team", "api_key", "source")}),
        (_("Request"), {"fields": ("task", "model", "provider", "format", "voice", "streamed")}),
        (
            _("Result"),
            {
                "fields": (
                    "state",
                    "outcome",
                    "status",
                    "error",
                    "attempts",
                    "skipped_texts",
                    "correction_texts",
                )
            },
        ),
        (_("Cost"), {"fields": ("units_text", "cost_text", *COST_FIELDS)}),
        (_("Time"), {"fields": ("first_event_ms", "total_ms")}),
    )

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(partial(correct, site=self.admin_site))
        return [
            path("<int:pk>/correct/", view, name="core_usagerecord_correct"),
            *live.urls(self.admin_site),
            *super().get_urls(),
        ]

    @admin.display(description=_("corrections"))
    def correction_texts(self, record: UsageRecord) -> str:
        """The corrections of a record, or which one a correction is of."""
        rows = UsageRecord.objects.filter(corrects=record.public_id).order_by("pk")
        found = [f"{row.public_id}: ${reports.decimal_text(row.cost)}" for row in rows]
        return record.corrects or ", ".join(found) or "–"

    @admin.display(description=_("units"))
    def units_text(self, record: UsageRecord) -> str:
        return units_text(record.units)

    @admin.display(description=_("cost"), ordering="cost")
    def cost_text(self, record: UsageRecord) -> str:
        if record.cost is None and record.state == "open":
            return "–"
        return str(_("unpriced")) if record.cost is None else f"${reports.decimal_text(record.cost)}"

    @admin.display(description=_("estimate"))
    def estimate_text(self, record: UsageRecord) -> str:
        return "–" if record.estimate is None else f"${reports.decimal_text(record.estimate)}"

    @admin.display(description=_("reported cost"))
    def reported_cost_text(self, record: UsageRecord) -> str:
        return "–" if record.reported_cost is None else f"${reports.decimal_text(record.reported_cost)}"

    @admin.display(description=_("attempts"))
    def attempts(self, record: UsageRecord) -> SafeString:
        rows = Attempt.objects.filter(record=record.public_id).order_by("number")
        cells = ((row.number, row.provider, row.model, attempt_text(row)) for row in rows)
        return format_html_join("", "<p>{}. {} {}: {}</p>", cells)

    @admin.display(description=_("not asked"))
    def skipped_texts(self, record: UsageRecord) -> SafeString | str:
        found = record.skipped_models or ()
        cells = ((skipped_name(one), one["reason"], one["code"]) for one in found)
        return format_html_join("", "<p>{}: {} ({})</p>", cells) or "–"

    @admin.action(description=_("Export the selected records as CSV"), permissions=["view"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[UsageRecord]) -> StreamingHttpResponse:
        AuditEvent.objects.create(actor=request.user, action="usage.exported", subject=str(queryset.count()))
        response = StreamingHttpResponse(csv_lines(queryset), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="usage.csv"'
        return response


def skipped_name(skipped: dict[str, str]) -> str:
    """As an endpoint is called, where only that was not asked."""
    provider = skipped.get("provider")
    return f"{skipped['model']} @ {provider}" if provider else skipped["model"]


def attempt_text(attempt: Attempt) -> str:
    """How an attempt ended, and the id by which its provider knows it."""
    finish = attempt.native_finish_reason or attempt.finish_reason
    parts = (attempt.outcome, attempt.status, attempt.reason, finish, attempt.upstream_id)
    return " ".join(str(part) for part in parts if part)


def csv_lines(queryset: QuerySet[UsageRecord]) -> Iterator[str]:
    writer = csv.writer(EchoFile())
    for row in reports.csv_table(queryset):
        yield writer.writerow(row)
