"""Pages call things by their names; what has none keeps its id."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from playground import names
from tests.core.catalogue.conftest import catalogue as catalogue
from tests.core.catalogue.conftest import models as models
from tests.core.catalogue.conftest import no_keys as no_keys

pytestmark = pytest.mark.django_db


def test_ids_become_names(models):
    assert names.model_name("local/espeak-ng") == "eSpeak NG"
    assert names.provider_name("local") == "This computer"
    assert names.voice_name("local/espeak-ng", "gmw/en-US") == "English (America)"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("English (America)", "Английский (Америка)"),
        ("Russian", "Русский"),
        ("Chinese (Mandarin, Pinyin)", "Китайский (Mandarin, Pinyin)"),
        ("Alloy", "Alloy"),
        ("Lang Belta", "Lang Belta"),
    ],
)
def test_a_voice_called_after_its_language_is_so_in_the_readers(name, said):
    with override("ru"):
        assert names.voice_label(name) == said


def test_what_is_gone_keeps_its_id(models):
    assert names.model_name("gone/model") == "gone/model"
    assert names.provider_name("gone") == "gone"
    assert names.voice_name("gone/model", "ada") == "ada"
    assert names.voice_name("local/espeak-ng", "no/such") == "no/such"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("response_format", "verbose_json", "text with times"),
        ("response_format", "mp3", "mp3"),
        ("timestamp_granularities", ["word", "segment"], "words, segments"),
        ("language", "ru", "Russian"),
        ("diarize", True, "yes"),
        ("speed", 1.5, 1.5),
    ],
)
def test_parameter_values_have_labels(models, name, value, said):
    assert names.parameter_value("local/whisper-base", name, value) == said


@pytest.mark.parametrize(
    ("tag", "language", "label"),
    [
        ("ru", "en", "Russian"),
        ("en-gb", "en", "British English"),
        ("en-US", "en", "English (US)"),
        ("cmn", "en", "Simplified Chinese"),
        ("zh", "en", "Simplified Chinese"),
        ("xx-tlh", "en", "xx (TLH)"),
        ("", "en", ""),
        ("de", "ru", "Немецкий"),
    ],
)
def test_a_language_tag_has_a_label_in_the_readers_language(tag, language, label):
    with override(language):
        assert names.language_label(tag) == label
