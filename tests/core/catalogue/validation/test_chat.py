"""Chat requests are checked against what the model takes and makes; errors name models that can."""

from __future__ import annotations

import pytest

from core.catalogue import snapshot
from core.catalogue.route import route
from core.catalogue.validation import audio_formats
from core.contract.chat import ChatRequest, Modality
from core.contract.errors import TooLarge
from core.models import AIModel, Provider
from tests.core.catalogue.requests import MIB, PART_KEYS, chat_request, file_part, route_error

GPT = "openai/gpt-4o"
AUDIO = "openai/gpt-audio"
GEMINI = "google/gemini-2.5-flash"
ADDRESS = "https://example.org/file"


pytestmark = pytest.mark.usefixtures("two_keys")


@pytest.mark.parametrize(
    ("model", "modality", "param", "sentence"),
    [
        (GPT, Modality.AUDIO, "messages[1].content[1].input_audio", "cannot hear audio"),
        (GPT, Modality.VIDEO, "messages[1].content[1].video_url", "cannot watch videos"),
        (AUDIO, Modality.IMAGE, "messages[1].content[1].image_url", "cannot see images"),
        (AUDIO, Modality.FILE, "messages[1].content[1].file", "cannot read files"),
    ],
)
def test_an_input_modality_the_model_lacks_is_refused(model, modality, param, sentence):
    refused = route_error(chat_request(model, file_part(modality)))
    able = refused.metadata["models"]
    assert (refused.status, refused.param) == (400, param)
    assert refused.message == f"{model} {sentence}. Models that can: {', '.join(able[:5])}."
    assert model not in able
    assert GEMINI in able


def test_models_that_are_ready_come_first(keys):
    keys(OPENROUTER="sk-or-resold")
    able = route_error(chat_request(GPT, file_part(Modality.AUDIO))).metadata["models"]
    assert able.index(GEMINI) < able.index("openai/gpt-5.4-audio-preview")


def test_models_named_take_the_whole_request():
    able = route_error(chat_request(GPT, file_part(Modality.IMAGE), file_part(Modality.AUDIO))).metadata[
        "models"
    ]
    assert GEMINI in able
    assert AUDIO not in able


def test_every_message_is_checked():
    past = {"role": "user", "content": [file_part(Modality.VIDEO)]}
    messages = (past, {"role": "assistant", "content": None}, {"role": "user", "content": "And now?"})
    assert route_error(ChatRequest(GPT, messages)).param == "messages[0].content[0].video_url"


@pytest.mark.parametrize("modality", PART_KEYS)
def test_modalities_of_the_model_pass(modality):
    assert route(chat_request(GEMINI, file_part(modality))).model == GEMINI


def test_a_file_of_the_providers_own_passes():
    assert route(chat_request(GPT, {"type": "file", "file": {"file_id": "file-1"}})).model == GPT


def test_an_audio_format_the_model_lacks_is_converted():
    pytest.importorskip("av")
    (target,) = route(chat_request(AUDIO, file_part(Modality.AUDIO, form="ogg"))).targets[:1]
    assert (target.options["audio_formats"], target.options["audio_mb"]) == (["wav", "mp3"], 50)


def test_an_audio_format_the_model_lacks_is_refused_where_nothing_decodes_it(monkeypatch):
    monkeypatch.setattr(audio_formats, "can_decode", lambda: False)
    refused = route_error(chat_request(AUDIO, file_part(Modality.AUDIO, form="ogg")))
    able = refused.metadata["models"]
    assert refused.param == "messages[1].content[1].input_audio.format"
    assert refused.metadata["formats"] == ["wav", "mp3"]
    assert refused.message.startswith(
        f"{AUDIO} hears wav and mp3 only, this is ogg. Models that can: {able[0]}"
    )
    assert GEMINI in able
    assert route(chat_request(AUDIO, file_part(Modality.AUDIO, form="mp3"))).model == AUDIO


@pytest.mark.parametrize(
    ("modality", "size", "limit", "message"),
    [
        (Modality.IMAGE, 20 * MIB + 1, 20 * MIB, "The image has 20.0 MB; openai/gpt-4o takes at most 20."),
        (Modality.FILE, 51 * MIB, 50 * MIB, "The file has 51.0 MB; openai/gpt-4o takes at most 50."),
    ],
)
def test_a_file_too_large_is_refused_with_both_numbers(modality, size, limit, message):
    refused = route_error(chat_request(GPT, file_part(modality, size=size)), TooLarge)
    kind = PART_KEYS[modality][0]
    assert (refused.status, refused.param) == (413, f"messages[1].content[1].{kind}")
    assert refused.message == message
    assert refused.metadata == {"bytes": size, "limit": limit, "models": []}


def test_an_image_of_the_largest_size_passes():
    assert route(chat_request(GPT, file_part(Modality.IMAGE, size=20 * MIB))).model == GPT


def test_a_models_own_limit_names_models_that_take_more(catalogue):
    AIModel.objects.filter(slug=GPT).update(limits={"image_mb": 1})
    snapshot.reset()
    refused = route_error(chat_request(GPT, file_part(Modality.IMAGE, size=2 * MIB)), TooLarge)
    assert refused.message.startswith(
        "The image has 2.0 MB; openai/gpt-4o takes at most 1. Models that can: "
    )
    assert "openai/gpt-4.1" in refused.metadata["models"]
    assert AUDIO not in refused.metadata["models"]


def test_files_too_large_together_in_base64_are_refused(catalogue):
    AIModel.objects.filter(slug=GEMINI).update(limits={"request_mb": 20})
    snapshot.reset()
    fits = file_part(Modality.VIDEO, size=8 * MIB)
    assert route(chat_request(GEMINI, fits)).model == GEMINI
    refused = route_error(chat_request(GEMINI, fits, fits), TooLarge)
    assert refused.param == "messages[1].content[2].video_url"
    assert refused.message.startswith(f"With this file the request has 21.3 MB; {GEMINI} takes at most 20.")
    assert (refused.metadata["bytes"], refused.metadata["limit"]) == (22_369_620, 20 * MIB)


def test_an_address_that_no_provider_fetches_is_refused(catalogue):
    Provider.objects.update(options={})
    snapshot.reset()
    refused = route_error(chat_request(GPT, file_part(Modality.IMAGE, ADDRESS)))
    assert refused.param == "messages[1].content[1].image_url"
    assert refused.message == f"{GPT} takes no address of an image here: send the file itself."
    assert refused.metadata == {"models": []}


def test_an_address_for_a_provider_without_a_key_is_refused(keys):
    keys(OPENAI="sk-direct")
    refused = route_error(chat_request(GPT, file_part(Modality.FILE, ADDRESS)))
    assert refused.param == "messages[1].content[1].file"
    assert refused.message.endswith("takes an address: send the file itself.")


def test_an_address_of_audio_is_always_refused(catalogue):
    Provider.objects.update(options={"urls": ["image", "file", "video", "audio"]})
    snapshot.reset()
    refused = route_error(chat_request(GEMINI, file_part(Modality.AUDIO, ADDRESS)))
    assert refused.message == f"{GEMINI} takes no address of a sound here: send the file itself."


@pytest.mark.parametrize(
    ("modality", "sentence", "able"),
    [
        (Modality.AUDIO, "cannot speak", AUDIO),
        (
            Modality.IMAGE,
            "cannot make images in a conversation, images/generations has models that draw",
            "google/gemini-2.5-flash-image",
        ),
    ],
)
def test_an_output_modality_the_model_lacks_is_refused(modality, sentence, able):
    refused = route_error(chat_request(GPT, modalities=(Modality.TEXT, modality)))
    assert refused.param == "modalities"
    assert refused.message.startswith(f"{GPT} {sentence}. Models that can: ")
    assert able in refused.metadata["models"]
