"""`GET models` and its siblings."""

from __future__ import annotations

import pytest

from core.access import keys
from core.api.schemas.models import AudioModels, EndpointData, Model, ModelData, ModelList, Providers, Voices
from core.contract.tasks import API_PREFIXES
from core.models import Price
from core.routing import statistics
from core.routing.statistics import EndpointStatistics, Percentiles, Window
from tests.core.api.conftest import make_model, make_provider


@pytest.fixture
def shelf(lab, model):
    """Four models of two providers; one is shut down, one has no price."""
    far = make_provider("far", "https://far.example/v1")
    make_model(far, "far/bass", price="0.000001", features=[], context_length=8000)
    make_model(far, "far/free", price=None, output_modalities=["audio", "text"], tasks=["chat"])
    make_model(lab, "lab/old", shutdown_at="2024-01-01", replacement="lab/alto")


def ids(answer) -> list[str]:
    return [entry["id"] for entry in ModelList.model_validate(answer.json()).model_dump()["data"]]


def test_every_visible_model_is_listed(live, key, shelf):
    answer = live.get("/models", key)
    assert ids(answer) == ["far/bass", "far/free", "lab/alto"]
    assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"output_modalities": "speech"}, ["far/bass", "lab/alto"]),
        ({"output_modalities": "audio,image"}, ["far/free"]),
        ({"output_modalities": "all"}, ["far/bass", "far/free", "lab/alto"]),
        ({"input_modalities": "text"}, ["far/bass", "far/free", "lab/alto"]),
        ({"input_modalities": "text,audio"}, []),
        ({"supported_parameters": "speed,voice"}, ["far/free", "lab/alto"]),
        ({"providers": "lab"}, ["lab/alto"]),
        ({"context": "8000"}, ["far/bass"]),
        ({"q": "ALTO"}, ["lab/alto"]),
        ({"sort": "pricing-low-to-high"}, ["far/bass", "lab/alto", "far/free"]),
        ({"sort": "pricing-high-to-low"}, ["lab/alto", "far/bass", "far/free"]),
        ({"sort": "context-high-to-low", "limit": "1"}, ["far/bass"]),
        ({"offset": "2"}, ["lab/alto"]),
        ({"offset": "9"}, []),
        ({"unheard_of": "x"}, ["far/bass", "far/free", "lab/alto"]),
    ],
)
def test_filters(live, key, shelf, query, found):
    assert ids(live.get("/models", key, params=query)) == found


def test_pages_are_linked(live, key, shelf):
    first = live.get("/models", key, params={"limit": 2, "output_modalities": "all"})
    assert (first.json()["total_count"], len(first.json()["data"])) == (3, 2)
    following = first.json()["links"]["next"]
    assert following == "/api/v1/models?limit=2&output_modalities=all&offset=2"
    second = live.client.get(following, headers={"Authorization": f"Bearer {key}"})
    assert (ids(second), second.json()["links"]["next"]) == (["lab/alto"], None)


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"limit": "9" * 5000}, "limit"),
        ({"offset": "-1"}, "offset"),
        ({"context": "\u0661"}, "context"),
        ({"sort": "beauty"}, "sort"),
        ({"q": "a\0b"}, "q"),
    ],
)
def test_an_invalid_query_is_refused(live, key, shelf, query, param):
    answer = live.get("/models", key, params=query)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


def test_a_model_object(live, key, model):
    found = live.get("/models/lab/alto", key).json()
    Model.model_validate(found)
    assert (found["id"], found["object"], found["ready"]) == ("lab/alto", "model", True)
    assert found["pricing"] == {"prompt": "0", "completion": "0", "text_in_character": "0.00001"}
    assert found["prices"] == [
        {"kind": "text_in", "unit": "character", "usd_per_unit": "0.00001", "condition": {}}
    ]
    assert found["supported_voices"] == ["ada", "ben"]
    assert found["supported_parameters"] == ["response_format"]
    assert found["features"] == ["instructions", "response_format", "speed", "voice"]
    assert found["architecture"]["modality"] == "text->speech"


def test_an_unknown_price_is_not_zero(live, key, shelf):
    found = live.get("/models/far/free", key).json()
    assert (found["pricing"], found["prices"]) == ({"prompt": "-1", "completion": "-1"}, [])


def test_token_prices_have_openrouters_names(live, key, model):
    endpoint = model.endpoints.get()
    for kind, unit, amount in (("text_in", "token", "0.0000025"), ("audio_out", "token", "0.00001")):
        Price.objects.create(endpoint=endpoint, kind=kind, unit=unit, usd_per_unit=amount)
    pricing = live.get("/models/lab/alto", key).json()["pricing"]
    assert (pricing["prompt"], pricing["audio_output"]) == ("0.0000025", "0.00001")


def test_openrouters_format_wraps_the_same_object(live, key, model):
    found = live.get("/model/lab/alto", key).json()
    ModelData.model_validate(found)
    assert found["data"] == live.get("/models/lab/alto", key).json()


def test_endpoints_say_whether_they_can_be_called(live, key, model, lab):
    lab.needs_key = True
    lab.save()
    found = live.get("/models/lab/alto/endpoints", key).json()
    EndpointData.model_validate(found)
    (endpoint,) = found["data"]["endpoints"]
    assert (endpoint["provider_name"], endpoint["status"]) == ("Lab", -1)
    assert "needs a key" in endpoint["status_help"]
    assert live.get("/models/lab/alto", key).json()["ready"] is False


@pytest.mark.parametrize(
    "path", ["/models/lab/nothing", "/model/lab/nothing", "/models/lab/nothing/endpoints"]
)
def test_an_unknown_model_is_not_found(live, key, model, path):
    answer = live.get(path, key)
    assert (answer.status_code, answer.json()["error"]["metadata"]["provider_code"]) == (
        404,
        "model_not_found",
    )


def test_a_retired_model_names_its_replacement(live, key, shelf):
    error = live.get("/models/lab/old", key).json()["error"]
    assert (error["code"], error["metadata"]["replacement"]) == (404, "lab/alto")


def test_voices_of_one_model_and_of_all(live, key, shelf):
    one = live.get("/audio/voices", key, params={"model": "lab/alto"}).json()
    Voices.model_validate(one)
    assert [(voice["id"], voice["name"]) for voice in one["voices"]] == [("ada", "Ada"), ("ben", "Ben")]
    assert len(live.get("/audio/voices", key).json()["voices"]) == 6
    assert live.get("/audio/voices", key, params={"model": "no/such"}).status_code == 404


def test_speech_models_in_the_format_of_open_webui_and_of_openai(live, key, shelf):
    found = live.get("/audio/models", key).json()
    AudioModels.model_validate(found)
    for name in ("models", "data"):
        assert [entry["id"] for entry in found[name]] == ["far/bass", "lab/alto"]


@pytest.mark.parametrize("prefix", API_PREFIXES)
def test_the_list_with_a_slash_is_the_list(live, key, shelf, prefix):
    headers = {"Authorization": f"Bearer {key}"}
    assert live.get("/models", key).status_code == 200
    assert ids(live.client.get(f"{prefix}/models/", headers=headers)) == ["far/bass", "far/free", "lab/alto"]


def test_the_models_of_a_caller_are_those_that_the_key_allows(live, alice, key, shelf):
    assert ids(live.get("/models/user", key)) == ["far/bass", "far/free", "lab/alto"]
    for fields, expected in (
        ({"allowed_models": ["lab/alto", "lab/old"]}, ["lab/alto"]),
        ({"allowed_tasks": ["chat"]}, ["far/free"]),
        ({"allowed_tasks": ["chat"], "allowed_models": ["lab/alto"]}, []),
    ):
        limited, _ = keys.issue(alice, **fields)
        assert ids(live.get("/models/user", limited)) == expected
    assert live.get("/models/user", key, params={"limit": 1}).json()["total_count"] == 3
    assert live.get("/models/user").status_code == 401


@pytest.mark.parametrize("name", ["alto", "ALTO", "lab/lab/alto"])
def test_a_model_is_found_without_its_author_and_with_a_doubled_one(live, key, shelf, name):
    assert live.get(f"/models/{name}", key).json()["id"] == "lab/alto"
    assert live.get(f"/models/{name}/endpoints", key).json()["data"]["id"] == "lab/alto"
    assert live.get(f"/model/{name}", key).json()["data"]["id"] == "lab/alto"
    assert len(live.get("/audio/voices", key, params={"model": name}).json()["voices"]) == 2


def test_two_models_of_one_name_are_both_listed(live, key, shelf, lab):
    make_model(lab, "lab/bass")
    error = live.get("/models/bass", key).json()["error"]
    assert (error["code"], error["metadata"]["near_models"]) == (404, ["far/bass", "lab/bass"])


def test_providers_and_counts(live, key, shelf):
    found = live.get("/providers", key).json()
    assert [entry.slug for entry in Providers.model_validate(found).data] == ["far", "lab"]
    assert live.get("/models/count", key).json() == {"data": {"count": 3}}
    assert live.get("/models/count", key, params={"providers": "lab"}).json() == {"data": {"count": 1}}


@pytest.mark.parametrize(
    "path", ["/models", "/key", "/credits", "/generation?id=x", "/nothing", "/models/lab/alto"]
)
def test_no_answer_is_stored_by_anybody(live, key, path):
    assert live.get(path, key).headers["cache-control"] == "private, no-store"


def test_no_sound_is_stored_by_anybody(live, key, model):
    asked = {"model": "lab/alto", "input": "Hello.", "voice": "ada"}
    answer = live.post("/audio/speech", key, json=asked)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-store")


def test_endpoints_show_what_their_attempts_came_to(live, key, model):
    half = Window(3, 66.7, latency=Percentiles(120, 130, 140, 150, 160))
    day = Window(9, 90.0, Percentiles(1, 2, 3, 4, 5), Percentiles(50, 60, 70, 80, 90))
    found = EndpointStatistics(Window(), half, day)
    statistics.replace({model.endpoints.get().pk: found})
    answer = live.get("/models/lab/alto/endpoints", key).json()
    EndpointData.model_validate(answer)
    (endpoint,) = answer["data"]["endpoints"]
    assert {name: value for name, value in endpoint.items() if "_last_" in name} == {
        "latency_last_30m": {"p50": 120, "p75": 130, "p90": 140, "p99": 160},
        "throughput_last_30m": None,
        "uptime_last_5m": None,
        "uptime_last_30m": 66.7,
        "uptime_last_1d": 90.0,
        "latency_last_1d": {"p50": 1, "p75": 2, "p90": 3, "p95": 4, "p99": 5},
        "throughput_last_1d": {"p50": 50, "p75": 60, "p90": 70, "p95": 80, "p99": 90},
        "audio_throughput_last_1d": None,
    }


def test_an_endpoint_that_was_not_used_shows_no_measures(live, key, model):
    (endpoint,) = live.get("/models/lab/alto/endpoints", key).json()["data"]["endpoints"]
    assert {value for name, value in endpoint.items() if "_last_" in name} == {None}
