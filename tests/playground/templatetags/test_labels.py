"""Labels and links in templates."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from playground.models import Run
from playground.templatetags.labels import (
    link_models,
    link_name,
    outcome,
    picture_facts,
    upload_retention,
    voice_of,
)
from tests.core.catalogue.conftest import catalogue as catalogue
from tests.core.catalogue.conftest import models as models
from tests.core.catalogue.conftest import no_keys as no_keys


def test_a_name_in_a_sentence_becomes_a_link():
    assert link_name("Use a/b instead.", "a/b", "/models/a/b") == 'Use <a href="/models/a/b">a/b</a> instead.'
    assert link_name("Needs <a> key.", "a/b", "/models/a/b") == "Needs <a> key."
    assert link_name("<b> a/b", "a/b", "/x") == '&lt;b&gt; <a href="/x">a/b</a>'


def test_an_outcome_has_words():
    assert outcome("partial") == "partial"
    assert (outcome("", "open"), outcome("", "released")) == ("running", "released")
    with override("ru"):
        assert outcome("nonsense") == "nonsense"


def test_models_in_a_sentence_become_links(models):
    label = link_models("It <cannot>. These can: local/espeak-ng, no/such.")
    link = '<a href="/models/local/espeak-ng">eSpeak NG</a>'
    assert label == f"It &lt;cannot&gt;. These can: {link}, no/such."


def test_a_run_without_a_voice_names_none(models):
    assert voice_of(None) == ""
    assert voice_of(Run(model="local/whisper-base", params={})) == ""
    assert voice_of(Run(model="local/espeak-ng", params={"voice": "gmw/en-US"})) == "English (America)"


def test_what_was_asked_of_a_picture_is_told_as_people_say_it():
    params = {"prompt": "A fox", "size": "64x48", "quality": "high", "n": 2, "style": ""}
    assert picture_facts(params) == "64 × 48 · High"
    assert picture_facts({}) == ""


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        (0, "Files are kept until you delete them."),
        (1, "Files may be deleted after 1 day."),
        (30, "Files may be deleted after 30 days."),
    ],
)
def test_uploads_say_how_long_they_are_kept(settings, days, shown):
    settings.UPLOAD_RETENTION_DAYS = days
    assert upload_retention() == shown
