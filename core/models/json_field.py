"""A column for a JSON object that people fill in, and the form field for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.fields import InvalidJSONInput


class ObjectField(models.JSONField):
    """A JSON object that `check` accepts; it raises ValidationError for another value, an empty one too.

    Migrations know it as a plain JSON field, so a change of the checks needs none.
    """

    empty_values: Sequence[Any] = ()

    def __init__(self, *args: Any, check: Callable[[object], None] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **{"default": dict, "blank": True, **kwargs})
        self.check_value = check

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": ObjectFormField, **kwargs})

    def run_validators(self, value: Any) -> None:
        super().run_validators(value)
        if self.check_value is not None:
            self.check_value(value)


class ObjectFormField(forms.JSONField):
    """A JSON object; an empty box is an empty object. The model's field checks what is in it."""

    def to_python(self, value: Any) -> Any:
        try:
            found = super().to_python(value)
        except (ValueError, RecursionError) as error:  # too many digits, too many brackets
            message = self.error_messages["invalid"]
            raise ValidationError(message, code="invalid", params={"value": ""}) from error
        return {} if found is None else found

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return super().has_changed(initial, data)
        except (ValueError, RecursionError):
            return True

    def bound_data(self, data: Any, initial: Any) -> Any:
        """As it was typed: what is refused may be text that no page can hold once it is read."""
        return initial if self.disabled else InvalidJSONInput(data or "")
