"""What models can take and make is checked before they are asked, and models that can are named."""

from __future__ import annotations

import pytest

from core.catalogue import snapshot
from core.catalogue.route import route
from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest, Media, Modality
from core.contract.errors import InvalidRequest, TooLarge, Unavailable, Unsupported
from core.models import AIModel, Endpoint, Provider

MIB = 1024 * 1024
GPT = "openai/gpt-4o"
AUDIO = "openai/gpt-audio"
GEMINI = "google/gemini-2.5-flash"
VOXTRAL = "mistralai/voxtral-small-24b-2507"
REHEARSAL = "local/rehearsal-chat"
ADDRESS = "https://example.org/file"
SPEAK = (Modality.TEXT, Modality.AUDIO)
KEYS = {
    Modality.IMAGE: ("image_url", "url"),
    Modality.AUDIO: ("input_audio", "data"),
    Modality.FILE: ("file", "file_data"),
    Modality.VIDEO: ("video_url", "url"),
}


@pytest.fixture(autouse=True)
def live(db, request, keys):
    if "catalogue" not in request.fixturenames:
        request.getfixturevalue("models")
    keys(OPENAI="sk-direct", OPENROUTER="sk-or-resold")


def file(modality: Modality, size: int = 1000, form: str = "wav") -> Media:
    return Media(modality, "/nowhere", "any/thing", size, "file", format=form)


def part(modality: Modality, content: Media | str | None = None, **size) -> dict:
    kind, key = KEYS[modality]
    return {"type": kind, kind: {key: content or file(modality, **size)}}


def ask(model: str, *parts: dict, **fields) -> ChatRequest:
    content = [{"type": "text", "text": "Look"}, *parts] if parts else "Hello"
    messages = ({"role": "system", "content": "Be brief."}, {"role": "user", "content": content})
    return ChatRequest(model, messages, **fields)


def speak(model: str = AUDIO, **fields) -> ChatRequest:
    return ask(model, modalities=SPEAK, **fields)


def refusal(request: ChatRequest, kind: type[InvalidRequest] = Unsupported):
    with pytest.raises(kind) as caught:
        route(request)
    return caught.value


@pytest.mark.parametrize(
    ("model", "modality", "param", "sentence"),
    [
        (GPT, Modality.AUDIO, "messages[1].content[1].input_audio", "cannot hear audio"),
        (GPT, Modality.VIDEO, "messages[1].content[1].video_url", "cannot watch videos"),
        (AUDIO, Modality.IMAGE, "messages[1].content[1].image_url", "cannot see images"),
        (AUDIO, Modality.FILE, "messages[1].content[1].file", "cannot read files"),
    ],
)
def test_a_part_the_model_cannot_take_is_named_with_models_that_can(model, modality, param, sentence):
    refused = refusal(ask(model, part(modality)))
    able = refused.metadata["models"]
    assert (refused.status, refused.param) == (400, param)
    assert refused.message == f"{model} {sentence}. Models that can: {', '.join(able[:5])}."
    assert model not in able
    assert GEMINI in able


def test_models_that_are_ready_come_first(keys):
    keys(OPENROUTER="sk-or-resold")
    able = refusal(ask(GPT, part(Modality.AUDIO))).metadata["models"]
    assert able.index(GEMINI) < able.index("openai/gpt-5.4-audio-preview")


def test_models_named_take_the_whole_request():
    able = refusal(ask(GPT, part(Modality.IMAGE), part(Modality.AUDIO))).metadata["models"]
    assert GEMINI in able
    assert AUDIO not in able


def test_every_message_is_looked_at():
    past = {"role": "user", "content": [part(Modality.VIDEO)]}
    messages = (past, {"role": "assistant", "content": None}, {"role": "user", "content": "And now?"})
    assert refusal(ChatRequest(GPT, messages)).param == "messages[0].content[0].video_url"


@pytest.mark.parametrize("modality", KEYS)
def test_parts_the_model_takes_pass(modality):
    assert route(ask(GEMINI, part(modality))).model == GEMINI


def test_a_file_the_provider_knows_by_id_passes():
    assert route(ask(GPT, {"type": "file", "file": {"file_id": "file-1"}})).model == GPT


def test_a_format_the_model_does_not_hear_is_refused_with_those_it_hears():
    refused = refusal(ask(AUDIO, part(Modality.AUDIO, form="ogg")))
    able = refused.metadata["models"]
    assert refused.param == "messages[1].content[1].input_audio.format"
    assert refused.metadata["formats"] == ["wav", "mp3"]
    assert refused.message.startswith(
        f"{AUDIO} hears wav and mp3 only, this is ogg. Models that can: {able[0]}"
    )
    assert GEMINI in able
    assert route(ask(AUDIO, part(Modality.AUDIO, form="mp3"))).model == AUDIO


@pytest.mark.parametrize(
    ("modality", "size", "limit", "told"),
    [
        (Modality.IMAGE, 20 * MIB + 1, 20 * MIB, "The image has 20.0 MB; openai/gpt-4o takes at most 20."),
        (Modality.FILE, 51 * MIB, 50 * MIB, "The file has 51.0 MB; openai/gpt-4o takes at most 50."),
    ],
)
def test_a_file_too_large_is_refused_with_both_numbers(modality, size, limit, told):
    refused = refusal(ask(GPT, part(modality, size=size)), TooLarge)
    kind = KEYS[modality][0]
    assert (refused.status, refused.param) == (413, f"messages[1].content[1].{kind}")
    assert refused.message == told
    assert refused.metadata == {"bytes": size, "limit": limit, "models": []}


def test_an_image_of_the_largest_size_passes():
    assert route(ask(GPT, part(Modality.IMAGE, size=20 * MIB))).model == GPT


def test_a_models_own_limit_names_models_that_take_more(catalogue):
    AIModel.objects.filter(slug=GPT).update(limits={"image_mb": 1})
    snapshot.reset()
    refused = refusal(ask(GPT, part(Modality.IMAGE, size=2 * MIB)), TooLarge)
    assert refused.message.startswith(
        "The image has 2.0 MB; openai/gpt-4o takes at most 1. Models that can: "
    )
    assert "openai/gpt-4.1" in refused.metadata["models"]
    assert AUDIO not in refused.metadata["models"]


def test_files_too_large_together_are_refused_as_they_travel():
    fits = part(Modality.VIDEO, size=8 * MIB)
    assert route(ask(GEMINI, fits)).model == GEMINI
    refused = refusal(ask(GEMINI, fits, fits), TooLarge)
    assert refused.param == "messages[1].content[2].video_url"
    assert refused.message.startswith(f"With this file the request has 21.3 MB; {GEMINI} takes at most 20.")
    assert (refused.metadata["bytes"], refused.metadata["limit"]) == (22_369_620, 20 * MIB)


def test_an_address_goes_to_providers_that_fetch_it():
    targets = route(ask(GPT, part(Modality.IMAGE, ADDRESS))).targets
    assert [target.provider for target in targets] == ["openai", "openrouter"]
    (target,) = route(ask(GPT, part(Modality.FILE, ADDRESS))).targets
    assert target.provider == "openrouter"


def test_an_address_nobody_fetches_asks_for_the_file(catalogue):
    Provider.objects.update(options={})
    snapshot.reset()
    refused = refusal(ask(GPT, part(Modality.IMAGE, ADDRESS)))
    assert refused.param == "messages[1].content[1].image_url"
    assert refused.message == f"{GPT} takes no address of an image here: send the file itself."
    assert refused.metadata == {"models": []}


def test_an_address_for_a_provider_without_key_asks_for_the_file(keys):
    keys(OPENAI="sk-direct")
    refused = refusal(ask(GPT, part(Modality.FILE, ADDRESS)))
    assert refused.param == "messages[1].content[1].file"
    assert refused.message.endswith("takes an address: send the file itself.")


def test_an_address_of_sound_is_never_taken(catalogue):
    Provider.objects.update(options={"urls": ["image", "file", "video", "audio"]})
    snapshot.reset()
    refused = refusal(ask(GEMINI, part(Modality.AUDIO, ADDRESS)))
    assert refused.message == f"{GEMINI} takes no address of a sound here: send the file itself."


@pytest.mark.parametrize(
    ("modality", "sentence", "able"),
    [
        (Modality.AUDIO, "cannot speak", AUDIO),
        (Modality.IMAGE, "cannot make images", "google/gemini-2.5-flash-image"),
    ],
)
def test_an_answer_the_model_cannot_make_is_refused(modality, sentence, able):
    refused = refusal(ask(GPT, modalities=(Modality.TEXT, modality)))
    assert refused.param == "modalities"
    assert refused.message.startswith(f"{GPT} {sentence}. Models that can: ")
    assert able in refused.metadata["models"]


def test_text_alone_goes_the_way_it_went_until_something_changes(catalogue, keys):
    first = route(ask(GPT))
    assert route(ask(GPT, parameters={"temperature": 0})) is first
    assert [target.credential.reveal() for target in first.targets] == ["sk-direct", "sk-or-resold"]
    keys(OPENAI="sk-other")
    assert [target.credential.reveal() for target in route(ask(GPT)).targets] == ["sk-other"]
    Endpoint.objects.filter(model__slug=GPT, provider__slug="openai").update(weight=7)
    snapshot.reload()
    assert [target.weight for target in route(ask(GPT)).targets] == [7]


def test_text_alone_says_each_time_that_nobody_is_ready(keys):
    keys()
    assert {refusal(ask(GPT), Unavailable).provider_code for _ in range(2)} == {"provider_needs_key"}
    keys(OPENAI="sk-late")
    assert len(route(ask(GPT)).targets) == 1


def test_text_alone_has_no_voice_and_no_format():
    (target, _resold) = route(
        ask(AUDIO, part(Modality.AUDIO), voice="nobody", format=AudioFormat.MP3)
    ).targets
    assert (target.voice, target.format) == (None, None)


@pytest.mark.parametrize(("voice", "expected"), [(None, "alloy"), ("Cedar", "cedar")])
def test_an_answers_voice_is_found_by_name(voice, expected):
    assert route(speak(voice=voice)).targets[0].voice == expected


def test_an_unknown_voice_lists_the_voices():
    refused = refusal(speak(voice="nobody"))
    assert refused.param == "audio.voice"
    assert refused.metadata["voices"] == [
        "alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar",
    ]  # fmt: skip


def test_an_answers_format_is_asked_for_where_it_is_made():
    (target,) = route(speak(format=AudioFormat.MP3)).targets
    assert (target.provider, target.format) == ("openai", AudioFormat.MP3)
    assert [target.provider for target in route(speak()).targets] == ["openai", "openrouter"]


def test_a_streamed_answer_sounds_as_raw_samples_only():
    refused = refusal(speak(format=AudioFormat.MP3, streamed=True))
    assert refused.param == "audio.format"
    assert refused.metadata == {"formats": ["pcm16"]}
    assert refused.message == f"{AUDIO} streams pcm16 only: ask for that, or without stream."
    assert route(speak(streamed=True)).targets[0].format is AudioFormat.PCM


def test_a_face_that_plays_several_formats_gets_the_streamed_one():
    request = speak(format=AudioFormat.MP3, formats=(AudioFormat.WAV, AudioFormat.PCM), streamed=True)
    assert route(request).targets[0].format is AudioFormat.PCM


def test_an_endpoint_says_what_else_it_streams(catalogue):
    Endpoint.objects.filter(model__slug=AUDIO, provider__slug="openai").update(
        options={"streamed_formats": ["pcm", "mp3"]}
    )
    snapshot.reset()
    (target,) = route(speak(format=AudioFormat.MP3, streamed=True)).targets
    assert (target.provider, target.format) == ("openai", AudioFormat.MP3)


def test_a_format_nobody_makes_lists_the_formats(rehearsal):
    refused = refusal(speak(REHEARSAL, format=AudioFormat.FLAC))
    assert refused.message == f"{REHEARSAL} cannot speak flac here. It makes pcm16."


def test_a_target_knows_how_much_the_model_reads_and_writes():
    options = route(ask(GPT)).targets[0].options
    assert (options["context_length"], options["max_output"]) == (128_000, 16_384)
    assert "max_output" not in route(ask(VOXTRAL)).targets[0].options


@pytest.mark.parametrize(
    ("modality", "seconds"), [(Modality.IMAGE, 300), (Modality.AUDIO, 300), (Modality.VIDEO, 600)]
)
def test_watching_a_video_may_take_longer(modality, seconds):
    assert route(ask(GEMINI, part(modality))).policy.deadline == seconds


def test_an_admins_own_model_takes_what_it_is_sent():
    provider = Provider.objects.create(
        slug="vllm", name="vLLM", base_url="http://127.0.0.1:9/v1", needs_key=False
    )
    model = AIModel.objects.create(slug="omni", name="Omni", tasks=["chat"])
    Endpoint.objects.create(model=model, provider=provider, upstream_id="qwen/omni")
    snapshot.reset()
    everything = [part(modality) for modality in KEYS]
    (target,) = route(ask("omni", *everything, modalities=SPEAK, voice="Ethan")).targets
    assert (target.wire, target.voice, target.format) == ("openai", "Ethan", AudioFormat.PCM)
