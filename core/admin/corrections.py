"""The page on which a superuser corrects the cost of a usage record, with a row of its own."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.contrib import messages as notes
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.contract.errors import InvalidRequest
from core.ledger import corrections
from core.models import UsageRecord
from core.models.money import MOST


class CorrectionForm(forms.Form):
    cost = forms.DecimalField(
        label=_("Right cost in USD"), min_value=0, max_value=MOST, max_digits=19, decimal_places=10
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, record: UsageRecord, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.record = record

    def correct(self, request: HttpRequest) -> bool:
        """Write the correction; False, with an error, where there is nothing to correct."""
        try:
            corrections.correct(
                self.record, self.cleaned_data["cost"], self.cleaned_data["reason"], request.user
            )
        except InvalidRequest:
            self.add_error(None, _("This record cannot be corrected, or costs that already."))
            return False
        return True


def correct(request: HttpRequest, pk: str, site: admin.AdminSite) -> HttpResponse:
    """A budget pays for what a correction adds and gets back what it takes: only a superuser makes one."""
    if not request.user.is_superuser:
        raise PermissionDenied
    record = UsageRecord.objects.filter(pk=pk).first()
    if record is None:
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = CorrectionForm(record, data, initial={"cost": corrections.corrected_cost(record)})
    if data is not None and form.is_valid() and form.correct(request):
        notes.success(request, _("Corrected."))
        return redirect(reverse("admin:core_usagerecord_change", args=[record.pk]))
    context = {**site.each_context(request), "title": _("Correct the cost"), "record": record, "form": form}
    return TemplateResponse(request, "admin/core/usagerecord/correct.html", context)
