"""Form fields for JSON columns that hold lists of words."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from ipaddress import ip_network
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

SEPARATOR = re.compile(r"[,\s]+")


class ListField(forms.CharField):
    """A list of words separated by commas, spaces or line breaks; an empty box is an empty list.

    `known` are the allowed words (None: any), `each` raises ValueError for a word that is not allowed.
    """

    def __init__(
        self,
        *,
        known: Collection[str] | None = None,
        each: Callable[[str], object] | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}))
        if known is not None:
            kwargs.setdefault("help_text", ", ".join(known))
        self.known = known
        self.each = each
        super().__init__(required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        words = list(dict.fromkeys(word for word in SEPARATOR.split(super().clean(value) or "") if word))
        for word in words:
            self.check(word)
        return words

    def check(self, word: str) -> None:
        unknown = self.known is not None and word not in self.known
        try:
            if self.each is not None:
                self.each(word)
        except ValueError:
            unknown = True
        if unknown:
            raise ValidationError(_("“%(word)s” is not possible here."), params={"word": word})

    def has_changed(self, initial: Any, data: Any) -> bool:
        return SEPARATOR.split((data or "").strip()) != SEPARATOR.split(
            self.prepare_value(initial or []).strip()
        )


def network(word: str) -> object:
    """Accept an address or a network in CIDR notation. Raises ValueError."""
    return ip_network(word, strict=False)
