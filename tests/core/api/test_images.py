"""`POST images/generations`, `images/edits` and `images/variations` in one piece."""

from __future__ import annotations

import time
from base64 import b64decode

import pytest

from core.api.files.incoming_folder import incoming_folder
from core.contract.tasks import API_PREFIXES
from core.models import UsageRecord
from tests.core.api.image_helpers import FOX, PRICE, SLUG, data_url, make_image_model, picture, size_of
from tests.core.api.transcription_helpers import assert_error

PNG, MASK = picture(), picture(mode="RGBA")


@pytest.fixture(autouse=True)
def brush(transactional_db):
    return make_image_model()


def edit(live, key, *files, path="/images/edits", **fields):
    return live.post(path, key, data={"model": SLUG, "prompt": "Blur it", **fields}, files=list(files))


def test_a_picture_is_generated(live, key):
    answer = live.post(
        "/images/generations", key, json={**FOX, "quality": "high", "background": "transparent"}
    )
    assert answer.status_code == 200, answer.text
    found = answer.json()
    (image,) = found["data"]
    assert (size_of(image["b64_json"]), image["media_type"]) == ((64, 48), "image/png")
    assert found["usage"] == {
        "input_tokens": 2,
        "output_tokens": 0,
        "total_tokens": 2,
        "input_tokens_details": {"text_tokens": 2, "image_tokens": 0},
        "output_tokens_details": {"text_tokens": 0, "image_tokens": 0},
        "cost": float(PRICE),
        "units": {"text_in.token": 2.0, "image_out.image": 1.0},
    }
    del found["data"], found["usage"]
    assert abs(found.pop("created") - time.time()) < 60
    assert found == {"background": "transparent", "output_format": "png", "size": "64x48", "quality": "high"}


def test_its_headers_are_those_of_every_answer(live, key):
    answer = live.post("/images/generations", key, json=FOX)
    record = UsageRecord.objects.get()
    wanted = {
        "content-type": "application/json; charset=utf-8",
        "content-length": str(len(answer.content)),
        "cache-control": "private, no-store",
        "x-generation-id": record.public_id,
        "x-polyphony-provider": "Stage",
        "x-polyphony-model": SLUG,
        "x-polyphony-attempts": "1",
        "x-polyphony-cost": "0.02",
        "x-content-type-options": "nosniff",
    }
    assert {name: answer.headers[name] for name in wanted} == wanted
    assert answer.headers["x-request-id"].startswith("req_")
    assert (record.outcome, record.cost, record.units["image_out.image"]) == ("completed", PRICE, 1)


@pytest.mark.parametrize("prefix", API_PREFIXES)
def test_every_prefix_serves_it(live, key, prefix):
    live.refresh()
    answer = live.client.post(
        f"{prefix}/images/generations", json=FOX, headers={"Authorization": f"Bearer {key}"}
    )
    assert (answer.status_code, len(answer.json()["data"])) == (200, 1)


def test_several_pictures_are_charged_each(live, key):
    answer = live.post("/images/generations", key, json={**FOX, "n": 3})
    pictures = [image["b64_json"] for image in answer.json()["data"]]
    assert (len(set(pictures)), answer.json()["usage"]["cost"]) == (3, float(3 * PRICE))


def test_a_form_generates_too(live, key):
    form = {name: (None, value) for name, value in {**FOX, "n": "2", "seed": "7"}.items()}
    answer = live.post("/images/generations", key, files=form)
    assert (answer.status_code, len(answer.json()["data"])) == (200, 2)


def test_the_seed_repeats_a_picture(live, key):
    first, second, other = (
        live.post("/images/generations", key, json={**FOX, "seed": seed}).json()["data"][0]["b64_json"]
        for seed in (7, 7, 8)
    )
    assert (first == second, first == other) == (True, False)


@pytest.mark.parametrize("name", ["image", "image[]", "image[0]"])
def test_an_image_is_edited(live, key, name):
    answer = edit(live, key, (name, ("fox.png", PNG)), ("mask", ("mask.png", MASK)))
    assert answer.status_code == 200, answer.text
    assert size_of(answer.json()["data"][0]["b64_json"]) == (64, 48)
    assert UsageRecord.objects.get().units["image_in.image"] == 1


def test_several_images_are_edited(live, key):
    files = [("image[]", (f"{at}.png", picture((64, 48 + at)))) for at in range(3)]
    assert edit(live, key, *files).status_code == 200
    assert UsageRecord.objects.get().units["image_in.image"] == 3


@pytest.mark.parametrize("size", [(64, 48), (1000, 800)])
@pytest.mark.parametrize(
    "images",
    [
        lambda url: {"image": url},
        lambda url: {"image": url.partition(",")[2]},
        lambda url: {"image": [url, url]},
        lambda url: {"images": [{"image_url": url}]},
        lambda url: {"images": [{"image_url": url}], "mask": {"image_url": url}},
    ],
)
def test_json_has_images_in_base64(live, key, size, images):
    noise = picture(size)
    answer = live.post(
        "/images/edits", key, json={"model": SLUG, "prompt": "Blur it", **images(data_url(noise))}
    )
    assert answer.status_code == 200, answer.text
    assert size_of(answer.json()["data"][0]["b64_json"]) == size


def test_an_image_is_varied(live, key):
    answer = live.post("/images/variations", key, data={"model": SLUG, "n": "2"}, files={"image": ("a", PNG)})
    assert (answer.status_code, len(answer.json()["data"])) == (200, 2)


def test_nothing_is_left_on_disk(live, key):
    edit(live, key, ("image", ("fox.png", PNG)))
    edit(live, key, ("image", ("fox.png", b"nothing")))
    assert list(incoming_folder().iterdir()) == []


def test_what_is_cut_off_is_refused_and_named(live, key):
    assert_error(edit(live, key, ("image", ("fox.png", PNG[:60]))), 400, "unsupported_media", "image")
    body = {"model": SLUG, "prompt": "Blur it", "images": [{"image_url": data_url(PNG[:-6])}]}
    answer = live.post("/images/edits", key, json=body)
    assert_error(answer, 400, "unsupported_media", "images[0].image_url")
    assert answer.json()["error"]["message"].endswith("This picture is cut off: its end is missing.")
    assert not UsageRecord.objects.exists()


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (b"", "empty_file"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unsupported_media"),
        (b"%PDF-1.4\n", "unsupported_media"),
        (PNG[:20], "unsupported_media"),
        (PNG[:16] + b"\xff" * 8 + PNG[24:], "unsupported_media"),
    ],
    ids=["empty", "svg", "pdf", "cut", "huge"],
)
def test_what_is_no_picture_is_refused(live, key, file, code):
    answer = edit(live, key, ("image", ("fox.png", file)))
    assert_error(answer, 400, code, "image")
    answer = edit(live, key, ("image[]", ("fox.png", PNG)), ("image[]", ("fox.png", file)))
    assert_error(answer, 400, code, "image[1]")
    assert not UsageRecord.objects.exists()


@pytest.mark.parametrize(
    ("path", "body", "code", "param"),
    [
        ("generations", {"prompt": "A fox"}, "missing_field", "model"),
        ("generations", {"model": SLUG}, "missing_field", "prompt"),
        ("generations", {**FOX, "image": "abcd"}, "unsupported_parameter", "image"),
        ("edits", {**FOX}, "missing_field", "image"),
        ("edits", {"model": SLUG, "image": "abcd"}, "missing_field", "prompt"),
        ("edits", {**FOX, "image": "https://example.com/fox.png"}, "unsupported_value", "image"),
        ("edits", {**FOX, "images": [{"file_id": "f"}]}, "unsupported_value", "images[0].file_id"),
        ("edits", {**FOX, "image": {"upload": "1"}}, "invalid_value", "image.upload"),
        ("edits", {**FOX, "image": "a!"}, "invalid_base64", "image"),
        ("variations", {**FOX, "image": data_url(PNG)}, "unsupported_parameter", "prompt"),
        ("generations", {**FOX, "provider": {"options": {"stage": {"n": 9}}}}, "unsupported_parameter",
         "provider.options.stage.n"),
    ],
)  # fmt: skip
def test_a_wrong_body_is_refused_before_anything_is_asked(live, key, path, body, code, param):
    assert_error(live.post(f"/images/{path}", key, json=body), 400, code, param)
    assert not UsageRecord.objects.exists()


def test_a_file_where_none_is_taken_is_refused(live, key):
    hidden = {"options": {"stage": {"url": data_url(b"fox" * 100_000)}}}
    answer = live.post("/images/generations", key, json={**FOX, "provider": hidden})
    assert_error(answer, 400, "invalid_value")


def test_other_content_types_are_refused(live, key):
    answer = live.post("/images/generations", key, content=b"x", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


def test_too_many_bytes_are_refused(live, key, settings):
    settings.MAX_UPLOAD_MB = 1
    big = PNG + bytes(1024 * 1024)
    assert_error(edit(live, key, ("image", ("a.png", big))), 413, "request_too_large", "image")
    half = PNG + bytes(600 * 1024)
    answer = edit(live, key, ("image[]", ("a.png", half)), ("image[]", ("b.png", half)))
    assert answer.status_code == 413


def test_a_failure_has_its_status_and_costs_nothing(live, key):
    make_image_model("stage/broken", fail="500")
    answer = live.post("/images/generations", key, json={**FOX, "model": "stage/broken"})
    record = UsageRecord.objects.get()
    assert (answer.status_code, answer.headers["x-generation-id"]) == (502, record.public_id)
    assert (record.outcome, record.cost) == ("failed", 0)


def test_pictures_before_a_failure_are_answered_with_it(live, key):
    make_image_model("stage/cut", fail="cut", cut_after=2)
    answer = live.post("/images/generations", key, json={**FOX, "model": "stage/cut", "n": 3})
    record, found = UsageRecord.objects.get(), answer.json()
    assert (answer.status_code, len(found["data"]), found["error"]["code"]) == (200, 2, 502)
    assert found["error"]["metadata"]["generation_id"] == record.public_id
    assert (record.outcome, record.cost, found["usage"]["cost"]) == ("partial", 2 * PRICE, float(2 * PRICE))


def test_a_model_of_another_task_is_refused(live, key, model):
    answer = live.post("/images/generations", key, json={**FOX, "model": "lab/alto"})
    assert_error(answer, 400, "wrong_endpoint", "model")


def test_a_repeated_request_gets_the_first_answer(live, key):
    header = {"Idempotency-Key": "fox-1"}
    first, again = (live.post("/images/generations", key, json=FOX, headers=header) for _ in range(2))
    assert (first.content == again.content, again.headers["idempotent-replayed"]) == (True, "true")
    assert UsageRecord.objects.count() == 1


def test_generation_shows_it(live, key):
    answer = live.post("/images/generations", key, json={**FOX, "n": 2})
    found = live.get("/generation", key, params={"id": answer.headers["x-generation-id"]}).json()["data"]
    assert {name: found[name] for name in (
        "api_type", "model", "provider_name", "outcome", "finish_reason", "total_cost", "units",
        "num_media_completion", "num_media_prompt", "tokens_prompt", "streamed",
    )} == {
        "api_type": "image", "model": SLUG, "provider_name": "Stage", "outcome": "completed",
        "finish_reason": "completed", "total_cost": 0.04, "num_media_completion": 2,
        "num_media_prompt": None, "tokens_prompt": 2, "streamed": False,
        "units": {"text_in.token": 2, "image_out.image": 2},
    }  # fmt: skip


def test_the_metrics_count_it(live, key):
    live.post("/images/generations", key, json=FOX)
    metrics = live.client.get("/metrics").text
    assert 'polyphony_requests_total{route="/images/generations",status="200"}' in metrics


def test_openrouters_request_has_openrouters_usage(live, key):
    reference = {"type": "image_url", "image_url": {"url": data_url(PNG)}}
    answer = live.post(
        "/images", key, json={"model": SLUG, "prompt": "A fox", "input_references": [reference]}
    )
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert b64decode(found["data"][0]["b64_json"]).startswith(b"\x89PNG")
    usage = found["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["cost"]) == (2, 0, float(PRICE))


def test_image_models_say_what_each_parameter_may_be(live, key, model):
    (found,) = live.get("/images/models", key).json()["data"]
    assert (found["id"], found["supports_streaming"], found["endpoints"]) == (
        SLUG, True, f"/api/v1/images/models/{SLUG}/endpoints",
    )  # fmt: skip
    assert found["supported_parameters"] == {
        "n": {"type": "range", "min": 1, "max": 4},
        "input_references": {"type": "range", "min": 0, "max": 4},
        "size": {"type": "enum", "values": ["auto", "1024x1024"]},
        "quality": {"type": "enum", "values": ["auto", "low", "high"]},
        "style": {"type": "enum", "values": ["vivid", "natural"]},
        "background": {"type": "enum", "values": ["auto", "opaque", "transparent"]},
        "output_format": {"type": "enum", "values": ["png"]},
        "moderation": {"type": "enum", "values": ["auto", "low"]},
        "input_fidelity": {"type": "enum", "values": ["low", "high"]},
        "partial_images": {"type": "range", "min": 0, "max": 3},
        "seed": {"type": "boolean"},
        "mask": {"type": "boolean"},
    }
    answer = live.client.get(found["endpoints"], headers={"Authorization": f"Bearer {key}"}).json()
    assert (answer["id"], answer["endpoints"][0]["provider_slug"]) == (SLUG, "stage")
    assert answer["endpoints"][0]["pricing"] == [
        {"billable": "output_image", "unit": "image", "cost_usd": float(PRICE)}
    ]
    assert_error(live.get("/images/models/lab/alto/endpoints", key), 400, "wrong_endpoint", "model")
