"""Units of chat requests: bounded before, counted after, guessed where a stream was cut."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest, Media, Modality
from core.contract.events import AudioChunk, AudioStart, ChatDelta, Event, ImageReady, ToolCall
from core.contract.route import Route, Target
from core.contract.usage import Amount, Basis, Kind, Price, Unit, Usage
from core.ledger import bill, metering
from core.ledger.estimates import chat
from core.ledger.estimates.tasks import estimate
from core.models.ledger import LedgerState
from tests.core.ledger.conftest import target

TEXT_IN = Price(Kind.TEXT_IN, Unit.TOKEN, Decimal("0.0000025"))
TEXT_OUT = Price(Kind.TEXT_OUT, Unit.TOKEN, Decimal("0.00001"))
TEXT = (TEXT_IN, TEXT_OUT)
CACHED = Price(Kind.CACHED_IN, Unit.TOKEN, Decimal("0.00000125"))
AUDIO_TOKENS = Price(Kind.AUDIO_IN, Unit.TOKEN, Decimal("0.000032"))
SPEECH_TOKENS = Price(Kind.AUDIO_OUT, Unit.TOKEN, Decimal("0.000064"))
SECONDS = Price(Kind.AUDIO_IN, Unit.SECOND, Decimal("0.0001"))
IMAGE_TOKENS = Price(Kind.IMAGE_OUT, Unit.TOKEN, Decimal("0.00003"))
SOUND = {"audio_tokens_per_second": 10, "audio_out_tokens_per_second": 20}
AUDIO = Media(Modality.AUDIO, "/x", "audio/wav", 48_000, "a.wav", "wav", seconds=3.5)
IMAGE = Media(Modality.IMAGE, "/x", "image/png", 9_000, "i.png")
PDF = Media(Modality.FILE, "/x", "application/pdf", 60_000, "f.pdf", pages=4)
UNREAD_PDF = Media(Modality.FILE, "/x", "application/pdf", 60_000, "f.pdf")
VIDEO = Media(Modality.VIDEO, "/x", "video/mp4", 600_000, "v.mp4", seconds=10)
PARTS = {
    Modality.IMAGE: ("image_url", "url"),
    Modality.AUDIO: ("input_audio", "data"),
    Modality.FILE: ("file", "file_data"),
    Modality.VIDEO: ("video_url", "url"),
}


def ask(*media: Media, text: str = "Hello", **fields) -> ChatRequest:
    content: list[dict] = [{"type": "text", "text": text}]
    for medium in media:
        kind, key = PARTS[medium.modality]
        content.append({"type": kind, kind: {key: medium}})
    return ChatRequest("m", ({"role": "user", "content": content},), **fields)


def at(*prices: Price, **options) -> Target:
    return target(*(prices or TEXT), options=options)


def upper_bound(request: ChatRequest, where: Target, line: Price) -> Decimal:
    return chat.upper_bound(request, where)((line.kind, line.unit))


def metered(*events: Event) -> metering.Meter:
    meter = metering.Meter()
    for event in events:
        meter.note(event)
    return meter


def billed(request: ChatRequest, where: Target, usage: Usage | None, *events: Event) -> bill.Bill:
    return bill.of_attempt(usage, metered(*events), request, where)


def reported(**amounts: int) -> Usage:
    return Usage(
        tuple(Amount(Kind(name), Unit.TOKEN, Decimal(quantity)) for name, quantity in amounts.items())
    )


def units(found: bill.Bill) -> dict[str, Decimal]:
    return {amount.name: amount.quantity for amount in found.amounts}


def test_text_is_at_most_a_token_per_byte():
    short = upper_bound(ask(text="a" * 10), at(), TEXT_IN)
    assert upper_bound(ask(text="a" * 1010), at(), TEXT_IN) - short == 1000
    assert upper_bound(ask(text="ж" * 10), at(), TEXT_IN) - short == 10
    assert upper_bound(ask(text="a" * 10, parameters={"tools": ["x" * 500]}), at(), TEXT_IN) - short == 505


def test_input_never_exceeds_the_context():
    assert upper_bound(ask(text="a" * 10_000), at(context_length=2_000), TEXT_IN) == 2_000
    assert upper_bound(ask(UNREAD_PDF), at(context_length=2_000), TEXT_IN) == 2_000


@pytest.mark.parametrize(
    ("parameters", "options", "expected"),
    [
        ({}, {}, 4096),
        ({}, {"max_output": 1000}, 1000),
        ({}, {"max_output": 16_384}, 4096),
        ({"max_tokens": 50}, {}, 50),
        ({"max_completion_tokens": 60, "max_tokens": 50}, {}, 60),
        ({"max_tokens": 50, "n": 3}, {}, 150),
        ({"max_tokens": 99_999}, {"max_output": 16_384}, 16_384),
        ({"max_tokens": "many", "n": None}, {}, 4096),
        ({"max_tokens": -1, "n": True}, {}, 4096),
        ({"max_tokens": 10**30}, {}, 1_000_000),
        ({"max_tokens": 50.0, "n": 2.0}, {}, 100),
        ({"max_tokens": 50.5}, {}, 4096),
        ({}, {"body": {"max_tokens": 60}}, 60),
        ({"max_tokens": 50}, {"body": {"max_tokens": 60, "n": 2}}, 100),
        ({"max_tokens": 16_384, "max_completion_tokens": 1}, {}, 1),
        ({"max_tokens": 50, "n": 2, "best_of": 4}, {}, 200),
        ({"max_tokens": 50, "n": "8"}, {}, 50),
        ({"max_tokens": 50, "reasoning": {"max_tokens": 30}}, {}, 80),
        ({"max_tokens": 50, "prediction": {"content": "x" * 23}}, {}, 80),
    ],
)
def test_output_is_bounded_by_the_limit(parameters, options, expected):
    assert upper_bound(ask(parameters=parameters), at(**options), TEXT_OUT) == expected


@pytest.mark.parametrize(
    ("parameters", "images"),
    [({}, 3), ({"max_tokens": 50}, 2), ({"max_tokens": 13_000}, 10), ({"max_tokens": 50, "n": 4}, 8)],
)
def test_pictures_are_bounded_by_the_limit(parameters, images):
    """An answer with many pictures is within what was reserved for it, priced by piece or by token."""
    drawn = ask(modalities=(Modality.TEXT, Modality.IMAGE), parameters=parameters)
    piece = Price(Kind.IMAGE_OUT, Unit.IMAGE, Decimal("0.04"))
    assert upper_bound(drawn, at(), piece) == images
    assert upper_bound(drawn, at(), IMAGE_TOKENS) == images * 1300


def test_an_answer_without_usage_is_never_charged_above_its_cap():
    found = billed(ask(parameters={"max_tokens": 100}), at(), None, ChatDelta("x" * 600_000))
    assert units(found)["text_out.token"] == 100


def test_options_of_one_provider_count_at_its_targets():
    where = at()
    said = {where.provider: {"n": 7, "max_tokens": 90}, "another": {"n": 50}}
    assert upper_bound(ask(options=said), where, TEXT_OUT) == 7 * 90
    assert upper_bound(ask(options=said, parameters={"max_tokens": 50}), where, TEXT_OUT) == 7 * 50
    tools = {where.provider: {"tools": "x" * 1000}}
    assert (
        upper_bound(ask(options=tools), where, TEXT_IN)
        == upper_bound(ask(), where, TEXT_IN) + len("tools") + 1000
    )


@pytest.mark.parametrize(
    ("media", "price", "options", "expected"),
    [
        (IMAGE, Price(Kind.IMAGE_IN, Unit.TOKEN, Decimal(1)), {}, 2500),
        (IMAGE, Price(Kind.IMAGE_IN, Unit.TOKEN, Decimal(1)), {"image_in_tokens": 48_200}, 48_200),
        (IMAGE, Price(Kind.IMAGE_IN, Unit.IMAGE, Decimal(1)), {}, 1),
        (AUDIO, AUDIO_TOKENS, {}, 4 * 32),
        (AUDIO, AUDIO_TOKENS, SOUND, 40),
        (AUDIO, SECONDS, {}, 4),
        (VIDEO, Price(Kind.VIDEO_IN, Unit.TOKEN, Decimal(1)), {}, 3000),
        (VIDEO, AUDIO_TOKENS, {}, 320),
        (PDF, Price(Kind.FILE_IN, Unit.TOKEN, Decimal(1)), {}, 12_000),
        (PDF, Price(Kind.FILE_IN, Unit.PAGE, Decimal(1)), {}, 4),
        (UNREAD_PDF, Price(Kind.FILE_IN, Unit.PAGE, Decimal(1)), {}, 10),
    ],
)
def test_files_are_bounded_by_their_kind(media, price, options, expected):
    assert upper_bound(ask(media), at(price, **options), price) == expected


def test_files_without_a_price_of_their_own_are_billed_as_text():
    text = upper_bound(ask(), at(), TEXT_IN)
    more = upper_bound(ask(IMAGE, AUDIO, VIDEO, PDF), at(), TEXT_IN) - text
    words = sum(len(word) for kind, key in PARTS.values() for word in ("type", kind, kind, key)) + 4 * 8
    assert more == 2500 + 4 * 32 + 10 * (300 + 32) + 12_000 + words
    assert upper_bound(ask(AUDIO), at(*TEXT, SECONDS), TEXT_IN) - text < 64


def test_a_file_known_by_address_or_id_is_bounded():
    addressed = ChatRequest(
        "m", ({"role": "user", "content": [{"type": "file", "file": {"file_data": "https://a.b/c"}}]},)
    )
    by_id = ChatRequest("m", ({"role": "user", "content": [{"type": "file", "file": {"file_id": "f"}}]},))
    line = Price(Kind.FILE_IN, Unit.TOKEN, Decimal(1))
    assert (upper_bound(addressed, at(line), line), upper_bound(by_id, at(line), line)) == (900_000, 900_000)


def test_audio_and_images_of_the_answer_are_bounded_where_requested():
    spoken = ask(modalities=(Modality.TEXT, Modality.AUDIO), parameters={"max_tokens": 100})
    drawn = ask(modalities=(Modality.TEXT, Modality.IMAGE))
    assert (
        upper_bound(spoken, at(SPEECH_TOKENS), SPEECH_TOKENS),
        upper_bound(ask(), at(SPEECH_TOKENS), SPEECH_TOKENS),
    ) == (100, 0)
    assert (
        upper_bound(drawn, at(IMAGE_TOKENS), IMAGE_TOKENS),
        upper_bound(ask(), at(IMAGE_TOKENS), IMAGE_TOKENS),
    ) == (
        3900,
        0,
    )


def test_an_estimate_adds_up():
    priced = target(*TEXT, CACHED, Price(Kind.REQUEST, Unit.REQUEST, Decimal("0.5")))
    request = ask(text="", parameters={"max_tokens": 10})
    said = upper_bound(request, priced, TEXT_IN) * TEXT_IN.usd_per_unit
    expected = Decimal("0.5") + said + 10 * TEXT_OUT.usd_per_unit
    assert estimate(request, Route("m", (priced,))) == expected


def test_an_estimate_without_price_is_unknown():
    assert estimate(ask(), Route("m", (target(),))) is None


@pytest.mark.parametrize(
    ("prices", "usage", "cost"),
    [
        (TEXT, reported(text_in=1000, text_out=100), "0.0035"),
        ((*TEXT, CACHED), reported(text_in=1000, cached_in=400, text_out=100), "0.003"),
        (TEXT, reported(text_in=1000, cached_in=400, text_out=100), "0.0035"),
        (TEXT, reported(text_in=1000, text_out=100, reasoning_out=60), "0.0035"),
        (
            (*TEXT, Price(Kind.REASONING_OUT, Unit.TOKEN, Decimal("0.00002"))),
            reported(text_in=1000, text_out=100, reasoning_out=60),
            "0.0041",
        ),
        (
            (*TEXT, AUDIO_TOKENS, SPEECH_TOKENS),
            reported(text_in=20, audio_in=35, text_out=30, audio_out=140),
            "0.01043",
        ),
        (TEXT, reported(text_in=20, audio_in=35, text_out=30, audio_out=140), "0.0018375"),
        ((*TEXT, IMAGE_TOKENS), reported(text_in=8, text_out=3, image_out=1290), "0.03875"),
    ],
)
def test_what_a_provider_counted_is_charged_to_the_cent(prices, usage, cost):
    found = billed(ask(), at(*prices), usage, ChatDelta("Hi"))
    assert (found.state, found.cost, found.basis) == (LedgerState.SETTLED, Decimal(cost), Basis.COMPUTED)


def test_seconds_heard_are_charged_beside_the_tokens_a_provider_reported():
    found = billed(ask(AUDIO), at(*TEXT, SECONDS), reported(text_in=10, text_out=10), ChatDelta("Hi"))
    assert (found.state, found.cost) == (LedgerState.SETTLED, Decimal("0.000475"))
    assert units(found)["audio_in.second"] == Decimal("3.5")


def test_a_prompt_reported_as_a_whole_contains_its_files():
    sheet = (*TEXT, AUDIO_TOKENS, Price(Kind.IMAGE_IN, Unit.TOKEN, Decimal(1)))
    found = billed(ask(AUDIO, IMAGE), at(*sheet), reported(text_in=1000, text_out=100), ChatDelta("Hi"))
    assert (found.state, found.cost) == (LedgerState.SETTLED, Decimal("0.0035"))


def test_an_answer_that_nobody_counted_is_guessed_beside_what_was_reported():
    found = billed(ask(), at(), reported(text_in=1000), ChatDelta("twelve bytes"))
    assert units(found) == {"text_in.token": 1000, "text_out.token": 4}
    assert found.state == LedgerState.ESTIMATED


def test_a_cut_stream_owes_its_input_and_output():
    events = (
        ChatDelta(reasoning="hm"),
        ChatDelta("сто"),
        ChatDelta(calls=(ToolCall(0, "c", "look"),)),
        ChatDelta(calls=(ToolCall(0, arguments="{}"),)),
    )
    found = billed(ask(), at(), None, *events)
    read = chat.in_tokens(chat.text_bytes(ask(), {}))
    assert units(found) == {"text_in.token": read, "text_out.token": 5}
    assert found.state == LedgerState.ESTIMATED
    assert found.cost == read * TEXT_IN.usd_per_unit + 5 * TEXT_OUT.usd_per_unit


def test_a_cut_stream_without_price_has_units_and_no_cost():
    priced = billed(ask(text="x" * 300), at(), None, ChatDelta("y" * 90))
    found = billed(ask(text="x" * 300), target(), None, ChatDelta("y" * 90))
    assert units(found) == units(priced)
    assert (found.state, found.cost, found.basis) == (LedgerState.ESTIMATED, None, Basis.UNPRICED)
    counted = billed(ask(), target(), reported(text_in=7, text_out=2), ChatDelta("y"))
    assert (units(counted), counted.state) == ({"text_in.token": 7, "text_out.token": 2}, LedgerState.SETTLED)


def test_a_cut_audio_answer_is_guessed_by_the_second():
    request = ask(AUDIO, modalities=(Modality.TEXT, Modality.AUDIO))
    where = at(*TEXT, AUDIO_TOKENS, SPEECH_TOKENS, **SOUND)
    raw = (AudioStart(AudioFormat.PCM, 24_000), AudioChunk(bytes(96_000)), ChatDelta(transcript="Hello!"))
    found = units(billed(request, where, None, *raw))
    assert (found["audio_in.token"], found["audio_out.token"], found["text_out.token"]) == (35, 40, 2)
    encoded = (AudioStart(AudioFormat.MP3, 24_000), AudioChunk(bytes(8_000)))
    assert units(billed(request, where, None, *encoded))["audio_out.token"] == 40


def test_images_are_counted_and_guessed():
    request = ask(modalities=(Modality.TEXT, Modality.IMAGE))
    pictures = (ImageReady(0, "image/png", b"x"), ImageReady(1, "image/png", b"y"))
    found = units(billed(request, at(*TEXT, IMAGE_TOKENS, image_tokens=1290), None, *pictures))
    assert (found["image_out.image"], found["image_out.token"]) == (2, 2580)


@pytest.mark.parametrize(
    "event",
    [
        ChatDelta("a"),
        ChatDelta(reasoning="a"),
        ChatDelta(transcript="a"),
        ChatDelta(calls=(ToolCall(0, "id", "name"),)),
        ChatDelta(extra={"delta": {"refusal": "No."}}),
        ImageReady(0, "image/png", url="https://example.org/a.png"),
    ],
)
def test_content_is_delivered(event):
    assert metered(event).delivered


@pytest.mark.parametrize(
    "event", [ChatDelta(finish="stop"), ChatDelta(extra={"logprobs": None}, finish="stop")]
)
def test_an_ending_alone_delivers_nothing(event):
    assert not metered(event).delivered
    found = billed(ask(), at(), None, event)
    assert (found.state, found.cost) == (LedgerState.RELEASED, 0)


@pytest.mark.parametrize("events", [(), (ChatDelta(finish="error"),)])
def test_an_empty_answer_that_failed_is_free_whatever_was_reported(events):
    found = billed(ask(), at(), reported(text_in=1000), *events)
    assert (found.state, found.cost, found.amounts) == (LedgerState.RELEASED, 0, ())


def test_an_empty_answer_is_charged_when_the_model_ended_it():
    assert billed(ask(), at(), reported(text_in=1000, text_out=0), ChatDelta(finish="stop")).cost == Decimal(
        "0.0025"
    )


def test_an_empty_answer_is_charged_when_the_provider_charged_it():
    charged = Usage(reported_cost=Decimal("0.01"))
    assert billed(ask(), at(), charged, ChatDelta(finish="error")).cost == Decimal("0.01")


def test_a_file_that_was_not_measured_makes_the_bill_an_estimate():
    unmeasured = Media(Modality.AUDIO, "/x", "audio/mpeg", 40_000, "a.mp3", "mp3")
    found = billed(ask(unmeasured), at(*TEXT, SECONDS), reported(text_in=10, text_out=1), ChatDelta("a"))
    assert (found.state, units(found)["audio_in.second"]) == (LedgerState.ESTIMATED, 10)


@given(
    st.text(max_size=400),
    st.lists(st.sampled_from([IMAGE, AUDIO, VIDEO, PDF, UNREAD_PDF]), max_size=4),
    st.text(max_size=400),
    st.integers(200, 5000),
)
def test_an_estimate_is_never_below_the_guess(text, media, answer, limit):
    request = ask(*media, text=text, parameters={"max_tokens": limit})
    where = at(*TEXT, CACHED, AUDIO_TOKENS)
    worst = estimate(request, Route("m", (where,)))
    assert billed(request, where, None, ChatDelta("a" + answer[: limit // 2])).cost <= worst


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**5), st.integers(0, 10**5))
def test_parts_without_a_price_change_no_bill(text, written, cached, reasoned):
    whole = billed(ask(), at(), reported(text_in=text, text_out=written), ChatDelta("a"))
    parted = reported(text_in=text, text_out=written, cached_in=cached, reasoning_out=reasoned)
    assert billed(ask(), at(), parted, ChatDelta("a")).cost == whole.cost
