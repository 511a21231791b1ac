"""The list field of the JSON columns."""

from __future__ import annotations

import pytest
from django import forms

from core.admin.fields import ListField, network


def test_a_list_field_reads_what_it_writes():
    field = ListField(each=network)
    assert field.prepare_value(["a", "b"]) == "a, b"
    assert field.clean(" 10.0.0.1,\n10.0.0.2 ") == ["10.0.0.1", "10.0.0.2"]
    assert field.clean("") == []
    assert not field.has_changed(["10.0.0.1", "10.0.0.2"], "10.0.0.1, 10.0.0.2")
    assert field.has_changed([], "10.0.0.1")
    with pytest.raises(forms.ValidationError):
        field.clean("10.0.0.300")
