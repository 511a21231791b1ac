"""Invalid requests: the right status, one error envelope, no provider call, no usage record."""

from __future__ import annotations

import gzip
import json

import pytest
from django.test import Client

from core.access import authentication, keys
from core.access.shared_limits import RateLimit
from core.models import AIModel, Budget, UsageRecord
from tests.core.api.conftest import make_model

ASK = {"model": "lab/alto", "input": "Hello there"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture(autouse=True)
def fresh_limits(monkeypatch):
    monkeypatch.setattr(authentication, "failure_limits", RateLimit("failures"))


@pytest.fixture
def refused(live, model, provider):
    """Check an answer for all that refusals share; gives the `error` object."""

    def check(answer, status: int, code: str) -> dict:
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["metadata"]["provider_code"]) == (
            status,
            status,
            code,
        )
        assert set(error) == {"code", "message", "type", "param", "metadata"}
        assert answer.headers["content-type"] == "application/json; charset=utf-8"
        assert answer.headers["x-request-id"].startswith("req_")
        assert "access-control-allow-origin" not in answer.headers
        assert (provider.requests, UsageRecord.objects.count()) == ([], 0)
        return error

    return check


def altered(key: str) -> str:
    """The same key with another secret and a right checksum."""
    body = key[:12] + "A" * 32
    return body + keys.checksum(body)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "Bearer",
        "Bearer ak_nonsense",
        "Basic YWxpY2U6eA==",
        "Bearer ' OR 1=1 --",
        "Bearer " + "x" * 60_000,
        "Bearer \u00e9\u00e8",
    ],
)
def test_no_key_and_a_garbled_key_get_the_same_error(live, refused, value):
    headers = [] if value is None else [(b"authorization", value.encode("latin-1"))]
    answer = live.client.post("/v1/audio/speech", json=ASK, headers=headers)
    error = refused(answer, 401, "invalid_api_key")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert error["type"] == "authentication_error"


@pytest.mark.parametrize("value", [b"Bearer ", b"Bearer \t", b"Bearer a\0b", b"Bearer ak_\xff"])
def test_an_unprintable_key_is_refused(live, value):
    head = b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: "
    assert live.raw(head + value + b"\r\n\r\n").split(b" ", 2)[1] in (b"400", b"401")


def test_unknown_revoked_and_expired_keys_get_the_same_body(live, refused, alice, key):
    revoked, row = keys.issue(alice)
    keys.revoke(row)
    expired, _ = keys.issue(alice, expires_at="2020-01-01T00:00:00Z")
    bodies = [
        refused(live.get("/models", given), 401, "invalid_api_key")
        for given in ("", "ak_nonsense", altered(key), revoked, expired)
    ]
    assert bodies == [bodies[0]] * 5


def test_a_key_of_an_inactive_user_is_refused(live, refused, alice, key):
    assert live.get("/models", key).status_code == 200
    alice.is_active = False
    alice.save()
    refused(live.get("/models", key), 401, "invalid_api_key")


def test_a_key_counts_in_the_authorization_header_only(live, refused, key):
    for options in (
        {"params": {"api_key": key, "key": key, "authorization": f"Bearer {key}"}},
        {"headers": {"Cookie": f"Authorization=Bearer {key}"}},
        {"headers": {"x-api-key": key, "api-key": key, "xi-api-key": key}},
    ):
        refused(live.post("/audio/speech", json=ASK, **options), 401, "invalid_api_key")


def test_two_authorization_headers_are_one_too_many(live, refused, key):
    headers = [(b"authorization", f"Bearer {key}".encode())] * 2
    refused(live.client.post("/v1/audio/speech", json=ASK, headers=headers), 400, "invalid_value")


def test_a_session_cookie_does_not_authenticate(live, refused, alice):
    browser = Client()
    browser.force_login(alice)
    headers = {"Cookie": f"sessionid={browser.cookies['sessionid'].value}"}
    refused(live.post("/audio/speech", json=ASK, headers=headers), 401, "invalid_api_key")


@pytest.mark.parametrize("name", ["alto", "lab/lab/alto", "LAB/ALTO"])
def test_a_key_is_limited_to_models_however_they_are_named(live, refused, alice, model, name):
    other, _ = keys.issue(alice, allowed_models=["lab/other"])
    refused(live.post("/audio/speech", other, json={**ASK, "model": name}), 403, "model_not_allowed")
    same, _ = keys.issue(alice, allowed_models=["lab/alto"])
    assert live.post("/audio/speech", same, json={**ASK, "model": name}).status_code == 200


def test_a_key_for_other_models_or_tasks_is_not_permitted(live, refused, alice):
    for fields, code in (
        ({"allowed_models": ["lab/other"]}, "model_not_allowed"),
        ({"allowed_tasks": ["chat"]}, "endpoint_not_allowed"),
        ({"allowed_networks": ["203.0.113.0/24"]}, "ip_not_allowed"),
    ):
        limited, _ = keys.issue(alice, **fields)
        spoofed = {"X-Forwarded-For": "203.0.113.7"}
        refused(live.post("/audio/speech", limited, json=ASK, headers=spoofed), 403, code)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/audio/speech/",
        "/v1//audio/speech",
        "/v1/Audio/Speech",
        "/v1/audio/speech;x",
        "/v1/audio%2fspeech/x",
        "/api/v1/nothing",
        "/api/nothing",
        "/api/",
        "/v1/",
        "/v3/router/",
    ],
)
def test_another_spelling_of_a_path_is_not_found(live, refused, key, path):
    live.refresh()
    headers = {"Authorization": f"Bearer {key}"}
    refused(live.client.post(path, json=ASK, headers=headers), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/audio/speech", "POST"),
        ("PUT", "/audio/speech", "POST"),
        ("OPTIONS", "/audio/speech", "POST"),
        ("POST", "/models", "GET, HEAD"),
        ("DELETE", "/models/lab/alto", "GET, HEAD"),
        ("POST", "/key", "GET, HEAD"),
        ("POST", "/credits", "GET, HEAD"),
        ("PATCH", "/generation", "GET, HEAD"),
        ("POST", "/openapi.json", "GET, HEAD"),
    ],
)
def test_a_wrong_method_gets_the_right_one(live, refused, key, method, path, allow):
    answer = live.request(method, path, key)
    refused(answer, 405, "method_not_allowed")
    assert ", ".join(sorted(answer.headers["allow"].split(", "))) == allow


def test_too_many_wrong_keys_from_one_address_have_to_wait(live, refused):
    for _ in range(2 * authentication.FAILURES_PER_MINUTE):
        answer = live.client.get("/v1/models")
        if answer.status_code != 401:
            break
    refused(answer, 429, "rate_limited")
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"model":',
        b"{} trailing",
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        b"null",
        b"[1]",
        b'"x"',
        b"[" * 100_000,
        b'{"speed":' + b"9" * 5000 + b"}",
        b'{"speed":1e999}',
        b'{"speed":NaN}',
        b'{"model":"a","model":"b"}',
        b'{"input":"a\\u0000b"}',
        b'{"input":"\\ud800"}',
    ],
    ids=lambda body: repr(body[:16]),
)
def test_a_body_that_is_no_strict_json_object_is_refused(live, refused, key, body):
    refused(live.post("/audio/speech", key, content=body, headers=JSON), 400, "invalid_json")


@pytest.mark.parametrize(
    "content_type",
    [None, "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-7", "a/json"],
)
def test_another_content_type_is_refused(live, refused, key, content_type):
    headers = {"Content-Type": content_type} if content_type else {}
    answer = live.post("/audio/speech", key, content=json.dumps(ASK).encode(), headers=headers)
    refused(answer, 415, "unsupported_content_type")


@pytest.mark.parametrize("content_type", ["application/json", 'Application/JSON; charset="UTF-8"'])
def test_content_types_of_json(live, key, model, content_type):
    headers = {"Content-Type": content_type}
    assert live.post("/audio/speech", key, content=json.dumps(ASK), headers=headers).status_code == 200


def test_a_compressed_body_is_refused(live, refused, key):
    body = gzip.compress(json.dumps(ASK).encode())
    headers = {**JSON, "Content-Encoding": "gzip"}
    refused(live.post("/audio/speech", key, content=body, headers=headers), 415, "unsupported_content_type")


@pytest.mark.parametrize("announced", [True, False])
def test_too_large_a_body_is_refused_while_it_is_received(live, refused, key, settings, announced):
    settings.MAX_UPLOAD_MB = 1
    body = b'{"input":"' + b"x" * 3_000_000 + b'"}'
    content = body if announced else iter([body[:1_000_000], body[1_000_000:2_000_000], body[2_000_000:]])
    refused(live.post("/audio/speech", key, content=content, headers=JSON), 413, "request_too_large")


@pytest.mark.parametrize(
    ("fields", "status", "code", "param"),
    [
        ({"model": "lab/allto"}, 404, "model_not_found", "model"),
        ({"model": "../etc/passwd"}, 404, "model_not_found", "model"),
        ({"model": "*"}, 404, "model_not_found", "model"),
        ({"model": "x" * 10_000}, 404, "model_not_found", "model"),
        ({"model": "a b"}, 404, "model_not_found", "model"),
        ({"voice": "nobody"}, 400, "unsupported_value", "voice"),
        ({"speed": 2.5}, 400, "invalid_value", "speed"),
        ({"speed": 9}, 400, "invalid_value", "speed"),
        ({"input": ""}, 400, "invalid_value", "input"),
        ({"input": "x" * 1001}, 400, "string_above_max_length", "input"),
        ({"response_format": "midi"}, 400, "invalid_value", "response_format"),
        ({"api_base": "http://127.0.0.1"}, 400, "unsupported_parameter", "api_base"),
        ({"base_url": "http://127.0.0.1"}, 400, "unsupported_parameter", "base_url"),
        ({"extra_headers": {}}, 400, "unsupported_parameter", "extra_headers"),
        ({"api_key": "x"}, 400, "unsupported_parameter", "api_key"),
        ({"user_id": 1}, 400, "unsupported_parameter", "user_id"),
        ({"cost": 0}, 400, "unsupported_parameter", "cost"),
        ({"provider_key": "x"}, 400, "unsupported_parameter", "provider_key"),
    ],
)
def test_an_unsupported_field_is_named(live, refused, key, fields, status, code, param):
    error = refused(live.post("/audio/speech", key, json={**ASK, **fields}), status, code)
    assert error["param"] == param


def test_errors_list_the_supported_values(live, refused, key, lab):
    make_model(lab, "lab/tenor", formats=["mp3", "aac"])
    make_model(lab, "lab/old", shutdown_at="2024-01-01", replacement="lab/alto")
    make_model(lab, "lab/listener", tasks=["transcription"], output_modalities=["text"])

    def error(code: str, status: int = 400, **fields):
        return refused(live.post("/audio/speech", key, json={**ASK, **fields}), status, code)["metadata"]

    assert error("model_not_found", 404, model="lab/allto")["near_models"][0] == "lab/alto"
    assert error("unsupported_value", voice="nobody")["voices"] == ["ada", "ben"]
    assert error("unsupported_value", model="lab/tenor", response_format="flac")["formats"] == ["mp3", "aac"]
    assert error("model_deprecated", 404, model="lab/old")["replacement"] == "lab/alto"
    assert error("wrong_endpoint", model="lab/listener")["endpoints"] == ["/audio/transcriptions"]


def test_a_model_disabled_after_it_was_listed_is_not_found(live, refused, key):
    assert live.get("/models/lab/alto", key).status_code == 200
    for row in AIModel.objects.all():
        row.enabled = False
        row.save()
    refused(live.post("/audio/speech", key, json=ASK), 404, "model_disabled")


def test_an_exhausted_budget_refuses(live, refused, key, alice):
    Budget.objects.create(user=alice, limit="0.0001099999")
    answer = live.post("/audio/speech", key, json=ASK)
    error = refused(answer, 402, "budget_exceeded")
    assert (error["type"], "x-generation-id" in answer.headers) == ("insufficient_quota", False)


def test_a_budget_that_just_suffices_admits(live, key, alice, model):
    Budget.objects.create(user=alice, limit="0.00011")
    assert live.post("/audio/speech", key, json=ASK).status_code == 200
    assert live.post("/audio/speech", key, json=ASK).status_code == 402


def test_direction_marks_are_just_text(live, key, model):
    assert live.post("/audio/speech", key, json={**ASK, "input": "\u202eabc"}).status_code == 200


def test_an_accept_header_changes_nothing(live, key, model):
    answer = live.get("/models", key, headers={"Accept": "text/event-stream"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json; charset=utf-8")


@pytest.mark.parametrize("host", ["evil.example", "", "localhost.evil.example", "a b"])
def test_an_unknown_host_is_refused(live, refused, key, host):
    refused(live.get("/models", key, headers={"Host": host}), 400, "invalid_host")


def test_an_unexpected_exception_is_a_500_without_details(live, refused, key, monkeypatch, caplog):
    async def broken():
        raise ZeroDivisionError("at secret.py line 5")

    monkeypatch.setattr("core.api.health.background.ready", broken)
    caplog.set_level("CRITICAL", "polyphony.api")
    answer = live.client.get("/readyz")
    error = refused(answer, 500, "internal_error")
    assert "secret" not in error["message"]


@pytest.mark.parametrize(
    "target",
    [
        "/models?q=%00", "/models/a%00b", "/accounts/login/?next=%00", "/history?q=%00", "/s/%00",
        "/api/v1/models/lab/%00", "/api/v1/models?output_modalities=%00", "/admin/core/user/?q=%00",
    ],
)  # fmt: skip
def test_nul_in_an_address_is_refused(live, target):
    answer = live.raw(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("target", ["/", "/accounts/login/", "/healthz", "/api/v1/models", "/nowhere"])
def test_trace_is_not_allowed(live, target):
    answer = live.raw(f"TRACE {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 405 ")


@pytest.mark.parametrize("target", ["/api/v1/chat/completions", "/v1/audio/transcriptions", "/uploads/"])
@pytest.mark.parametrize("credentials", ["", "Authorization: Bearer ak_1", "Cookie: sessionid=nobody"])
def test_a_long_body_of_a_stranger_is_refused_before_it_is_sent(live, target, credentials):
    head = ["Host: 127.0.0.1", "Content-Length: 20000000", *filter(None, [credentials])]
    answer = live.first_line("\r\n".join([f"POST {target} HTTP/1.1", *head, "", ""]).encode())
    assert answer.startswith(b"HTTP/1.1 401 ")
