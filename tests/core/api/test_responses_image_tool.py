"""`POST responses` with the tool `image_generation` of a provider: real HTTP, a fake of OpenAI's endpoint."""

from __future__ import annotations

import base64
import json
import time
from decimal import Decimal

import httpx
import pytest

from core.models import Budget, Endpoint, Price, UsageRecord
from tests.core.api.chat_helpers import make_chat_model
from tests.core.api.image_tool_helpers import IMAGE_PRICES
from tests.core.api.image_tool_helpers import teller as teller
from tests.core.api.records import settled_record
from tests.core.api.responses_helpers import ASK, events, streamed, types
from tests.fakes.image_tool import MADE, PROMPT, WORDS
from tests.fakes.images import encoded

TOOL = {"type": "image_generation"}
WEATHER = {"type": "function", "name": "weather", "parameters": {"type": "object"}}
CHAT = Decimal(2_300) * Decimal("0.00001") + Decimal(60) * Decimal("0.0001")
"""What the chat model costs in the fake's answers, USD."""
PICTURE = (
    Decimal(30) * Decimal("0.000005") + Decimal(20) * Decimal("0.00001") + Decimal(4_160) * Decimal("0.00004")
)
"""What the image model costs there for one picture."""


def ask(live, key, **fields) -> httpx.Response:
    live.refresh()
    return live.post("/responses", key, json={**ASK, "tools": [TOOL], **fields})


def pictures(response: dict) -> list[dict]:
    return [item for item in response["output"] if item["type"] == "image_generation_call"]


def settled(cost: Decimal) -> UsageRecord:
    record = settled_record("completed")
    assert (record.cost, record.basis) == (cost, "computed")
    return record


def test_a_picture_and_a_message_are_items(live, key, provider, teller):
    teller()
    answer = ask(live, key)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    drawn, said = found["output"]
    suffix = found["id"].removeprefix("resp_")
    assert drawn == {
        "id": f"ig_{suffix}_0",
        "type": "image_generation_call",
        "status": "completed",
        "result": encoded(0),
        "revised_prompt": PROMPT,
        **MADE,
    }
    assert said["content"][0]["text"] == "".join(WORDS)
    assert (found["status"], found["tools"]) == ("completed", [TOOL])
    assert provider.requests[-1].json == {
        "model": "draws",
        "input": [{"role": "user", "content": "Tell me of the fox."}],
        "store": False,
        "tools": [{**TOOL, "model": "painter-1"}],
        "max_tool_calls": 4,
    }


def test_the_image_model_is_billed_by_its_own_sheet(live, key, teller):
    teller()
    found = ask(live, key).json()
    record = settled(CHAT + PICTURE)
    assert {name: str(value) for name, value in record.units.items()} == {
        "text_in.token": "2300",
        "cached_in.token": "300",
        "text_out.token": "60",
        "reasoning_out.token": "20",
        "tool_text_in.token": "30",
        "tool_image_in.token": "20",
        "tool_text_out.token": "0",
        "tool_image_out.token": "4160",
        "tool_image_out.image": "1",
    }
    assert (found["usage"]["input_tokens"], found["usage"]["output_tokens"]) == (2_300, 60)
    assert found["usage"]["cost"] == pytest.approx(float(CHAT + PICTURE))
    assert found["tool_usage"]["image_gen"] == {
        "input_tokens": 50,
        "input_tokens_details": {"text_tokens": 30, "image_tokens": 20},
        "output_tokens": 4_160,
        "output_tokens_details": {"text_tokens": 0, "image_tokens": 4_160},
        "total_tokens": 4_210,
    }


def test_an_answer_without_a_picture_costs_its_text(live, key, teller):
    teller("draws-nothing")
    found = ask(live, key).json()
    assert (pictures(found), "tool_usage" in found) == ([], False)
    settled(CHAT)


def test_tokens_that_are_not_told_are_estimated(live, key, teller):
    teller("draws-uncounted")
    ask(live, key, tools=[{**TOOL, "size": "1536x1024", "quality": "low"}])
    record = settled_record("completed")
    assert (record.basis, record.units["tool_image_out.token"]) == ("estimated", 400)
    assert record.cost > CHAT + 400 * Decimal(IMAGE_PRICES["image_out"])


def test_how_to_draw_is_told_to_the_tool(live, key, provider, teller):
    teller()
    tool = {
        **TOOL, "model": "lab/painter", "size": "1536x1024", "quality": "low", "output_format": "webp",
        "output_compression": 50, "moderation": "low", "action": "generate",
    }  # fmt: skip
    asked = {
        "instructions": "Be brief.", "max_output_tokens": 500, "temperature": 0.5, "max_tool_calls": 2,
        "reasoning": {"effort": "low", "summary": "auto"}, "text": {"verbosity": "low"}, "user": "u1",
    }  # fmt: skip
    answer = ask(live, key, tools=[WEATHER, tool], tool_choice=TOOL, **asked)
    assert answer.status_code == 200, answer.text
    assert provider.requests[-1].json == {
        "model": "draws",
        "input": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Tell me of the fox."},
        ],
        "store": False,
        "tools": [WEATHER, {**tool, "model": "painter-1"}],
        "tool_choice": TOOL,
        "max_tool_calls": 2,
        "max_output_tokens": 500,
        "temperature": 0.5,
        "reasoning": {"effort": "low"},
        "text": {"verbosity": "low"},
        "user": "u1",
    }


def test_the_events_are_openais(live, key, teller):
    teller()
    live.refresh()
    _, found = streamed(live, key, tools=[{**TOOL, "partial_images": 2}])
    assert types(found) == [
        "created",
        "in_progress",
        "output_item.added",
        "image_generation_call.in_progress",
        "image_generation_call.generating",
        "image_generation_call.partial_image",
        "image_generation_call.completed",
        "output_item.done",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    whole = found[-1]["response"]
    partials = [event for event in found if event["type"].endswith("partial_image")]
    assert [(one["partial_image_index"], one["partial_image_b64"]) for one in partials] == [
        (0, encoded(100)),
        (1, encoded(101)),
    ]
    assert {name: partials[0][name] for name in MADE} == MADE
    assert {(one["item_id"], one["output_index"]) for one in partials} == {(whole["output"][0]["id"], 0)}
    done = [event["item"] for event in found if event["type"] == "response.output_item.done"]
    assert done == whole["output"]
    assert whole["output"][0]["result"] == encoded(0)
    settled(CHAT + PICTURE)


@pytest.mark.timing
def test_unfinished_pictures_come_while_the_provider_draws(live, key, teller):
    teller("draws-slowly")
    live.refresh()
    body = {**ASK, "stream": True, "tools": [{**TOOL, "partial_images": 3}]}
    headers, arrived = {"Authorization": f"Bearer {key}"}, []
    with httpx.stream("POST", f"{live.api}/responses", json=body, headers=headers, timeout=20) as answer:
        for line in answer.iter_lines():
            if line.startswith("event: "):
                arrived.append((line.removeprefix("event: response."), time.monotonic()))
    partials = [at for kind, at in arrived if kind.endswith("partial_image")]
    (end,) = [at for kind, at in arrived if kind == "completed"]
    gaps = [later - before for before, later in zip(partials, [*partials[1:], end], strict=True)]
    assert len(partials) == 3
    assert min(gaps) > 0.1


def test_no_more_pictures_are_drawn_than_asked(live, key, provider, teller):
    teller("draws-three")
    assert len(pictures(ask(live, key, max_tool_calls=2).json())) == 2
    assert len(pictures(ask(live, key).json())) == 3
    assert [sent.json["max_tool_calls"] for sent in provider.requests] == [2, 4]
    costs = sorted(record.cost for record in UsageRecord.objects.all())
    assert costs == [CHAT + 2 * PICTURE, CHAT + 3 * PICTURE]


def test_a_drawing_that_is_cut_is_estimated_as_asked(live, key, teller):
    teller("drawing-cut")
    live.refresh()
    _, found = streamed(live, key, tools=[{**TOOL, "quality": "high", "size": "1024x1024"}])
    failed = found[-1]["response"]
    assert (failed["status"], pictures(failed)[0]["status"]) == ("failed", "failed")
    record = settled_record("partial")
    assert (record.basis, record.units["tool_image_out.token"]) == ("estimated", 4160)
    assert record.cost >= 4_160 * Decimal(IMAGE_PRICES["image_out"])


def test_a_client_that_leaves_pays_what_had_begun(live, key, teller):
    teller("drawing-stuck")
    live.refresh()
    body = {**ASK, "stream": True, "tools": [{**TOOL, "quality": "low", "size": "1024x1024"}]}
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.stream("POST", f"{live.api}/responses", json=body, headers=headers, timeout=20) as answer:
        for line in answer.iter_lines():
            if line == "event: response.image_generation_call.generating":
                break
    record = settled_record("stopped")
    assert (record.basis, record.units["tool_image_out.token"]) == ("estimated", 272)


def budget(alice, amount: str) -> Budget:
    return Budget.objects.create(user=alice, limit=Decimal(amount))


def test_a_budget_is_for_the_dearest_picture(live, key, alice, provider, teller):
    teller()
    found = budget(alice, "0.50")
    refused = ask(live, key, max_tool_calls=4)
    assert (refused.status_code, provider.requests) == (402, []), refused.text
    answer = ask(live, key, max_output_tokens=300)
    assert answer.status_code == 200, answer.text
    assert provider.requests[-1].json["max_tool_calls"] == 1
    settled(CHAT + PICTURE)
    found.refresh_from_db()
    assert (found.spent, found.reserved) == (CHAT + PICTURE, 0)


def test_what_is_reserved_bounds_what_is_billed(live, key, alice, teller):
    teller("draws-three")
    budget(alice, "5")
    answer = ask(live, key, max_tool_calls=3, max_output_tokens=300)
    assert len(pictures(answer.json())) == 3
    record = settled(CHAT + 3 * PICTURE)
    assert record.estimate >= record.cost
    assert record.estimate >= 3 * 6_208 * Decimal(IMAGE_PRICES["image_out"])


def test_a_model_without_the_tool_is_refused(live, key, lab, provider):
    make_chat_model(lab, upstream="draws", output_modalities=["text"])
    error = ask(live, key).json()["error"]
    assert (error["code"], error["param"], provider.requests) == (400, "tools[0].type", [])


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"tools": [{**TOOL, "surprise": 1}]}, "tools[0].surprise"),
        ({"tools": [{**TOOL, "size": "7x7"}]}, "tools[0].size"),
        ({"tools": [{**TOOL, "quality": "ultra"}]}, "tools[0].quality"),
        ({"tools": [{**TOOL, "output_format": "jpeg"}]}, "tools[0].output_format"),
        ({"tools": [{**TOOL, "model": "other"}]}, "tools[0].model"),
        ({"tools": [{**TOOL, "input_image_mask": {"file_id": "f"}}]}, "tools[0].input_image_mask"),
        ({"tools": [TOOL, {"type": "web_search"}]}, "tools[1].type"),
        ({"max_tool_calls": 0}, "max_tool_calls"),
        ({"seed": 7}, "seed"),
    ],
)
def test_what_cannot_be_done_is_named(live, key, provider, teller, fields, param):
    teller()
    answer = ask(live, key, **fields)
    assert (answer.status_code, provider.requests) == (400, []), answer.text
    assert answer.json()["error"]["param"] == param


def test_pictures_without_a_price_are_refused(live, key, provider, teller):
    teller()
    Price.objects.filter(endpoint__model__slug="lab/painter", kind="image_out").delete()
    error = ask(live, key).json()["error"]
    assert (error["code"], error["param"], provider.requests) == (400, "tools[0].model", [])


def test_a_key_that_may_not_use_the_image_model(live, key, alice, provider, teller):
    from core.access import keys  # noqa: PLC0415 - the registry is not ready at import time

    teller()
    bound = keys.issue(alice, name="bound", allowed_models=["lab/talker"])[0]
    error = ask(live, bound).json()["error"]
    assert (error["code"], error["param"], provider.requests) == (403, "tools[0].model", [])


def test_a_refusal_by_the_safety_system_costs_nothing(live, key, teller):
    teller()
    answer = ask(live, key, input="A forbidden fox")
    assert answer.status_code == 400, answer.text
    assert settled_record("failed").cost == 0


def test_another_endpoint_with_the_tool_answers_for_one_that_fails(live, key, lab, provider, teller):
    model = teller("failing")
    other = Endpoint.objects.create(
        model=model, provider=lab, upstream_id="draws", priority=1, options={"image_tool": ["painter-1"]}
    )
    for price in Price.objects.filter(endpoint__model=model):
        Price.objects.create(
            endpoint=other, kind=price.kind, unit=price.unit, usd_per_unit=price.usd_per_unit
        )
    assert len(pictures(ask(live, key).json())) == 1
    assert provider.requests[-1].json["model"] == "draws"


def test_the_conversation_goes_on_with_the_picture(live, key, provider, teller):
    teller()
    first = ask(live, key).json()
    assert first["store"] is True
    second = ask(live, key, input="Bluer.", previous_response_id=first["id"])
    assert second.status_code == 200, second.text
    said = provider.requests[-1].json["input"]
    assert [(item["role"], item["content"]) for item in said if item["role"] != "user"] == [
        ("assistant", "".join(WORDS))
    ]
    shown = [part for item in said if isinstance(item["content"], list) for part in item["content"]]
    assert shown[1] == {
        "type": "input_image",
        "image_url": f"data:image/png;base64,{encoded(0)}",
        "detail": "auto",
    }
    assert said[-1] == {"role": "user", "content": "Bluer."}


def test_a_stored_response_is_its_users_only(live, key, bob, charlie, teller):
    from core.access import keys  # noqa: PLC0415 - the registry is not ready at import time

    teller()
    found = ask(live, key).json()
    read = live.get(f"/responses/{found['id']}", key)
    assert base64.b64decode(read.json()["output"][0]["result"]) == base64.b64decode(encoded(0))
    for user in (bob, charlie):
        other = keys.issue(user, name="k")[0]
        live.refresh()
        refused = live.get(f"/responses/{found['id']}", other)
        assert (refused.status_code, refused.json()["error"]["metadata"]["provider_code"]) == (
            404,
            "response_not_found",
        )
        assert ask(live, other, previous_response_id=found["id"]).status_code == 404


def test_a_function_is_called_beside_the_tool(live, key, provider, teller):
    teller("calls")
    call = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "weather", "arguments": "{}"}
    whole = {"id": "r", "model": "m", "status": "completed", "output": [call], "usage": None}

    async def answer(exchange):
        await exchange.reply(200, json.dumps(whole).encode())

    provider.script("calls", answer)
    (item,) = ask(live, key, tools=[WEATHER, TOOL]).json()["output"]
    assert (item["type"], item["call_id"], item["name"], item["arguments"]) == (
        "function_call", "call_1", "weather", "{}",
    )  # fmt: skip


def test_a_failed_response_is_an_error(live, key, provider, teller):
    teller("fails")
    error = {"code": "server_error", "message": "The drawing failed."}
    whole = {"id": "r", "model": "m", "status": "failed", "error": error, "output": []}

    async def answer(exchange):
        await exchange.reply(200, json.dumps(whole).encode())

    provider.script("fails", answer)
    found = ask(live, key)
    assert found.status_code == 502, found.text
    assert found.json()["error"]["metadata"]["error_type"] == "provider_unavailable"


def test_a_cached_answer_has_its_picture_again(live, key, provider, teller):
    teller()
    asked = {"cache": {"type": "exact_match"}}
    first, again = (ask(live, key, **asked).json() for _ in range(2))
    assert len(provider.requests) == 1
    assert [item["result"] for item in pictures(first)] == [item["result"] for item in pictures(again)]
    assert again["usage"]["cost"] == 0


def test_events_of_a_cached_stream_are_the_same(live, key, provider, teller):
    teller()
    asked = {"tools": [{**TOOL, "partial_images": 1}], "stream": True, "cache": {"type": "exact_match"}}
    kinds = [types(events(ask(live, key, **asked).text)) for _ in range(2)]
    assert (len(provider.requests), kinds[0]) == (1, kinds[1])
