"""Routing fields in a form: JSON, or names with brackets such as `fallbacks[][model]`."""

from __future__ import annotations

from dataclasses import replace

from core.bodies.form_fields import FormFields

NESTED = frozenset(
    {
        "cache",
        "fallback_on_codes",
        "fallbacks",
        "load_balancer",
        "models",
        "orq",
        "provider",
        "retries",
        "retry",
        "timeout",
    }
)


def with_routing(form: FormFields) -> FormFields:
    """The types of a form's fields and of the routing fields."""
    return replace(form, nested=form.nested | NESTED, objects=form.objects - NESTED)
