"""The seed files say only things the engine understands."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.contract.audio import AudioFormat
from core.contract.tasks import Task
from core.contract.usage import Kind, Unit

SEED = Path(__file__).parents[4] / "core" / "catalogue" / "seed"
FILES = sorted(SEED.glob("*.json"))
DOCUMENTS: dict[str, dict[str, Any]] = {path.stem: json.loads(path.read_text("utf-8")) for path in FILES}

INPUTS = {"text", "image", "file", "audio", "video"}
OUTPUTS = {"text", "image", "audio", "speech", "transcription", "embeddings"}
TASKS = {task.value for task in Task}
FORMATS = {member.value for member in AudioFormat}
PROVIDER_KEYS = {
    "slug",
    "name",
    "wire",
    "base_url",
    "environment",
    "needs_key",
    "website",
    "key_help",
    "enabled",
    "options",
}
MODEL_KEYS = {
    "slug",
    "name",
    "author",
    "description",
    "tasks",
    "input_modalities",
    "output_modalities",
    "context_length",
    "max_output",
    "limits",
    "features",
    "speed",
    "formats",
    "languages",
    "released_at",
    "deprecated_at",
    "shutdown_at",
    "replacement",
    "examples",
    "licences",
    "endpoint",
    "voices",
}

ENTRIES = [(name, entry) for name, document in DOCUMENTS.items() for entry in document["models"]]
MODELS = {entry["slug"]: entry for _, entry in ENTRIES if "tasks" in entry}
IDS = [f"{name}:{entry['slug']}" for name, entry in ENTRIES]

NAMED_IN_SOURCES = """
openai/gpt-4o-mini-tts openai/gpt-4o-mini-tts-2025-12-15 openai/tts-1 openai/tts-1-hd openai/whisper-1
openai/gpt-4o-transcribe openai/gpt-4o-mini-transcribe openai/gpt-4o-transcribe-diarize openai/gpt-transcribe
openai/whisper-large-v3 openai/whisper-large-v3-turbo openai/gpt-4o openai/gpt-4o-mini openai/gpt-4.1
openai/gpt-4-turbo openai/gpt-4o-audio-preview openai/gpt-5.4-audio-preview openai/gpt-audio
openai/gpt-audio-mini openai/gpt-audio-1.5 openai/gpt-image-1 openai/gpt-image-1-mini openai/gpt-image-1.5
openai/gpt-image-2 openai/gpt-image-2.5-sunburst openai/gpt-image-2.5-flare openai/chatgpt-image-latest
openai/dall-e-2 openai/dall-e-3 openai/text-embedding-3-small openai/text-embedding-3-large
google/gemini-2.5-flash google/gemini-2.5-pro google/gemini-3-flash-preview google/gemini-3-pro-preview
google/gemini-3.1-pro-preview google/gemini-2.5-flash-image google/gemini-2.5-flash-preview-tts
google/gemini-2.5-pro-preview-tts google/gemini-3.1-flash-tts-preview google/gemini-3.8-flash-tts
google/gemini-3.8-flash-lite-tts google/gemini-2.5-flash-tts google/gemini-2.5-pro-tts
google/gemini-3.5-transcribe google/chirp-3 google-ai/gemini-2.5-flash-preview-tts
google-ai/gemini-2.5-pro-preview-tts mistralai/voxtral-small-24b-2507 mistralai/voxtral-mini-tts-2603
mistralai/voxtral-mini-tts-3 mistralai/voxtral-mini-2602 mistralai/voxtral-mini-transcribe-3
mistralai/voxtral-small-transcribe-3 mistral/voxtral-mini-2507 elevenlabs/eleven_multilingual_v2
elevenlabs/eleven_turbo_v2_5 elevenlabs/eleven_flash_v2_5 elevenlabs/eleven_flash_v2 elevenlabs/eleven_v3
elevenlabs/eleven_v4 elevenlabs/eleven_v4_turbo elevenlabs/scribe_v1 elevenlabs/scribe_v2 elevenlabs/scribe_v3
groq/whisper-large-v3 groq/whisper-large-v3-turbo canopylabs/orpheus-v1-english azure/whisper azure/tts-1
azure/tts-1-hd azure/gpt-4o-transcribe azure/gpt-4o-mini-tts local/espeak-ng local/rehearsal
"""


def test_files_are_the_known_providers() -> None:
    expected = "azure elevenlabs google groq local mistral openai openrouter rehearsal vertex"
    assert sorted(DOCUMENTS) == expected.split()
    assert [document["provider"]["slug"] for document in DOCUMENTS.values()] == sorted(DOCUMENTS)


def test_every_model_of_the_sources_is_seeded() -> None:
    assert sorted(set(NAMED_IN_SOURCES.split()) - set(MODELS)) == []


def test_a_model_is_defined_once() -> None:
    counts = Counter(entry["slug"] for _, entry in ENTRIES if "tasks" in entry)
    assert [slug for slug, count in counts.items() if count > 1] == []


def test_rehearsal_is_off() -> None:
    off = [name for name, document in DOCUMENTS.items() if not document["provider"].get("enabled", True)]
    assert off == ["rehearsal"]


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_provider_has_only_known_fields(document: dict[str, Any]) -> None:
    provider = document["provider"]
    assert set(provider) - PROVIDER_KEYS == set()
    assert PROVIDER_KEYS - set(provider) <= {"enabled", "options"}
    assert provider["needs_key"] == bool(provider["environment"]) == bool(provider["key_help"])


@pytest.mark.parametrize("entry", [entry for _, entry in ENTRIES], ids=IDS)
def test_entry_has_an_endpoint_and_a_known_model(entry: dict[str, Any]) -> None:
    assert entry["endpoint"]["upstream_id"] != ""
    assert set(entry["endpoint"]) - {"upstream_id", "prices", "formats", "options"} == set()
    assert entry["slug"] in MODELS
    assert set(entry) - MODEL_KEYS == set()


@pytest.mark.parametrize("entry", [entry for _, entry in ENTRIES], ids=IDS)
def test_prices_are_typed_rows(entry: dict[str, Any]) -> None:
    for price in entry["endpoint"]["prices"]:
        assert set(price) - {"kind", "unit", "usd_per_unit", "condition", "valid_from"} == set()
        assert isinstance(price["usd_per_unit"], str)
        amount = Decimal(price["usd_per_unit"])
        assert amount.is_finite()
        assert Decimal(0) <= amount < Decimal(1)
        assert -amount.as_tuple().exponent <= 14, "more digits than the table keeps"  # type: ignore[operator]
        Kind(price["kind"])
        Unit(price["unit"])
    keys = [
        (price["kind"], price["unit"], json.dumps(price.get("condition", {}), sort_keys=True))
        for price in entry["endpoint"]["prices"]
    ]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_a_model_has_only_known_values(model: dict[str, Any]) -> None:
    assert set(model["tasks"]) - TASKS == set()
    assert model["tasks"] != []
    assert set(model["input_modalities"]) - INPUTS == set()
    assert set(model["output_modalities"]) - OUTPUTS == set()
    assert set(model["formats"]) - FORMATS == set()
    assert set(model["endpoint"].get("formats", [])) - FORMATS == set()
    author, _, name = model["slug"].partition("/")
    assert author != ""
    assert name != ""
    assert model["description"] != ""


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_lifecycle_names_a_replacement_that_exists(model: dict[str, Any]) -> None:
    for field in ("released_at", "deprecated_at", "shutdown_at"):
        if model[field]:
            date.fromisoformat(model[field])
    assert model["replacement"] == "" or model["replacement"] in MODELS
    if model["shutdown_at"]:
        assert model["replacement"] != ""
        successor = MODELS[model["replacement"]]
        assert set(model["tasks"]) & set(successor["tasks"]) != set()
        assert (successor["shutdown_at"] or "9999") > model["shutdown_at"]


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_voices_are_unique_and_speech_models_have_some(model: dict[str, Any]) -> None:
    voices = [voice["id"].casefold() for voice in model.get("voices", [])]
    assert len(voices) == len(set(voices))
    if "speech" in model["tasks"]:
        assert voices != []
        assert model["formats"] != []
        assert model["input_modalities"] == ["text"]


@pytest.mark.parametrize(
    "slug", [slug for slug, model in MODELS.items() if "speech" in model["tasks"] and not model["languages"]]
)
def test_speech_examples_come_in_three_languages(slug: str) -> None:
    assert sorted(MODELS[slug]["examples"]) == ["en", "ru", "zh"]


def test_voice_counts_are_those_of_the_vendors() -> None:
    counts = {slug: len(model["voices"]) for slug, model in MODELS.items() if "speech" in model["tasks"]}
    assert counts["openai/gpt-4o-mini-tts"] == 13
    assert counts["openai/tts-1"] == 9
    assert counts["google/gemini-3.8-flash-tts"] == 30
    assert counts["elevenlabs/eleven_multilingual_v2"] == 20
    assert counts["mistralai/voxtral-mini-tts-2603"] == 24
    assert counts["local/espeak-ng"] == 141
    assert MODELS["local/espeak-ng"]["voices"][0]["id"] == "gmw/en-US"
