"""Models, with their endpoints and how they are routed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from core.admin import weights
from core.admin.audit import AuditedAdmin
from core.admin.catalogue.endpoints import FORMATS, EndpointInline
from core.admin.catalogue.route.picture import pictures
from core.admin.catalogue.route.steps import steps
from core.admin.catalogue.routing import BalancedInline, FallbackInline, RoutingInline
from core.admin.fields import ListField
from core.catalogue import lookup, snapshot
from core.contract.tasks import Task
from core.models import AIModel

TASKS = tuple(task.value for task in Task)
INPUTS = ("text", "audio", "image", "file", "video")
OUTPUTS = ("text", "speech", "audio", "transcription", "image", "video", "embeddings")


class AIModelForm(forms.ModelForm):
    tasks = ListField(label=_("Tasks"), known=TASKS)
    input_modalities = ListField(label=_("Input modalities"), known=INPUTS)
    output_modalities = ListField(label=_("Output modalities"), known=OUTPUTS)
    features = ListField(label=_("Features"), help_text=_("Such as streaming, instructions, speed, words."))
    # every speech model makes mp3
    formats = ListField(label=_("Audio formats"), known=FORMATS, initial=["mp3"])
    languages = ListField(label=_("Languages"), help_text=_("BCP 47. Empty: any."))

    def clean_tasks(self) -> list[str]:
        if not self.cleaned_data["tasks"]:
            raise forms.ValidationError(_("A model does at least one task."))
        return self.cleaned_data["tasks"]

    def clean_replacement(self) -> str:
        slug = self.cleaned_data["replacement"]
        if slug and not AIModel.objects.filter(slug=slug).exists():
            raise forms.ValidationError(_("There is no model %(slug)s."), params={"slug": slug})
        return slug


@admin.register(AIModel)
class AIModelAdmin(AuditedAdmin):
    form = AIModelForm
    list_display = (
        "slug",
        "name",
        "author",
        "task_names",
        "provider_names",
        "enabled",
        "shutdown_at",
        "replacement",
    )
    list_filter = (
        "enabled",
        "use_replacement",
        "author",
        ("shutdown_at", admin.EmptyFieldListFilter),
        "endpoints__provider",
    )
    search_fields = ("slug", "name", "author")
    change_form_template = "admin/core/aimodel/change_form.html"
    inlines = (EndpointInline, RoutingInline, BalancedInline, FallbackInline)
    fieldsets = (
        (None, {"fields": ("slug", "name", "author", "description", "enabled")}),
        (
            _("What it does"),
            {"fields": ("tasks", ("input_modalities", "output_modalities"), "features", "formats")},
        ),
        (
            _("Limits"),
            {"fields": (("context_length", "max_output"), ("speed_min", "speed_max"), "limits", "languages")},
        ),
        (
            _("Lifecycle"),
            {"fields": (("released_at", "deprecated_at", "shutdown_at"), ("replacement", "use_replacement"))},
        ),
        (_("Examples"), {"fields": ("examples", "licences"), "classes": ("collapse",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[AIModel]:
        return super().get_queryset(request).prefetch_related("endpoints__provider")

    @admin.display(description=_("tasks"))
    def task_names(self, model: AIModel) -> str:
        return ", ".join(model.tasks)

    @admin.display(description=_("providers"))
    def provider_names(self, model: AIModel) -> str:
        return ", ".join(endpoint.provider.name for endpoint in model.endpoints.all())

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With the route of its requests, as it is saved."""
        if (model := kwargs.get("obj")) is not None:
            snapshot.refresh_if_changed()
            if (entry := lookup.find(model.slug)) is not None:
                found = steps(entry)
                context |= {"route_steps": found, "route_pictures": pictures(found)}
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[Any]:
        return [*weights.urls(self.admin_site), *super().get_urls()]
