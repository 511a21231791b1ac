from __future__ import annotations

import orjson
import pytest

from core.contract.errors import (
    UpstreamDenied,
    UpstreamFailed,
    UpstreamInvalid,
    UpstreamLimited,
    UpstreamRefused,
)
from core.providers.openai.errors import error_in, error_of, read_error, refuse
from core.providers.shared.errors import from_status

KEY = "key-0123456789"


def body(message: str, code: object = None) -> bytes:
    return orjson.dumps({"error": {"message": message, "code": code}})


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b'{"error": "plain words"}', "plain words"),
        (b'{"detail": "no such voice"}', "no such voice"),
        (b'{"message": "bad input"}', "bad input"),
        (b'{"detail": [{"loc": ["body", "top_p"], "msg": "too large"}]}', "top_p: too large"),
        (b'[{"error": {"message": "API key not valid"}}]', "API key not valid"),
        (b'{"detail": [{"loc": ["body"]}]}', "The provider refused the request with 400."),
        (b"<html>a page for people</html>", "The provider refused the request with 400."),
        (b"[1, 2]", "The provider refused the request with 400."),
        (b"", "The provider refused the request with 400."),
        (body("x" * 9000), "x" * 499 + "…"),
    ],
)
def test_the_words_of_a_refusal_are_found_and_bounded(raw, message):
    assert from_status(400, {}, read_error(raw)).message == message


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ('{"error": {"message": "No such voice.", "type": "x"}}', "Provider returned error: No such voice."),
        ({"message": "No such voice."}, "Provider returned error: No such voice."),
        ("Out of memory", "Provider returned error: Out of memory"),
        (f"Wrong key {KEY}", "Provider returned error: Wrong key [hidden]"),
        ('{"message": "Provider returned error"}', "Provider returned error"),
        ("<html>a page for people</html>", "Provider returned error"),
        ("", "Provider returned error"),
        (None, "Provider returned error"),
        (7, "Provider returned error"),
    ],
)
def test_the_words_of_the_provider_behind_a_router_are_told(raw, message):
    fields = {
        "message": "Provider returned error",
        "code": 400,
        "metadata": {"raw": raw, "provider_name": "P"},
    }
    assert from_status(400, {}, read_error(orjson.dumps({"error": fields})), (KEY,)).message == message


@pytest.mark.parametrize("code", ["insufficient_quota", "billing_hard_limit_reached", "insufficient_credits"])
def test_a_rate_limit_without_credit_is_known_by_its_code(code):
    error = from_status(429, {"retry-after": "1"}, read_error(body("You exceeded your quota.", code)))
    assert (type(error), error.provider_code, error.retryable) == (
        UpstreamDenied,
        "upstream_no_credit",
        False,
    )


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"error": {"message": "m", "code": 503}}, UpstreamFailed),
        ({"error": {"message": "m", "code": 429}}, UpstreamLimited),
        ({"error": {"message": "m", "code": 401}}, UpstreamDenied),
        ({"error": {"message": "m", "code": "odd"}}, UpstreamFailed),
        ({"error": "m"}, UpstreamFailed),
        ({"error": {"message": "m", "code": 200}}, UpstreamFailed),
    ],
)
def test_an_error_labelled_200_is_still_an_error(value, kind):
    assert type(error_in(value)) is kind


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"code": "429"}, UpstreamLimited),
        ({"code": "rate_limit_exceeded", "type": "tokens"}, UpstreamLimited),
        ({"code": None, "type": "invalid_request_error"}, UpstreamRefused),
        ({"code": "context_length_exceeded"}, UpstreamRefused),
        ({"code": "insufficient_quota"}, UpstreamDenied),
        ({"type": "overloaded_error"}, UpstreamFailed),
        ({"code": "what", "type": ["odd"]}, UpstreamFailed),
    ],
)
def test_an_error_without_a_status_is_known_by_its_code_or_type(fields, kind):
    assert type(error_in({"error": {"message": "No.", **fields}})) is kind


@pytest.mark.parametrize("value", [{}, {"error": None}, {"data": [1]}])
def test_an_object_without_an_error_is_none(value):
    assert error_in(value) is None


def test_a_body_that_is_neither_an_answer_nor_an_error_is_invalid():
    with pytest.raises(UpstreamInvalid, match="something else than was asked for"):
        refuse(b'{"data": 1}', ())
    with pytest.raises(UpstreamInvalid, match="broken JSON"):
        refuse(b"<html>", ())


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b'{"message": "Endpoint request timed out"}', UpstreamFailed, "timed out"),  # Amazon API Gateway
        (b'{"id": "1", "message": "invalid api token"}', UpstreamFailed, "invalid api token"),  # Cohere
        (b'{"message": "No route matched", "request_id": "r", "status": 404}', UpstreamRefused, "No route"),
    ],
)
def test_a_message_in_place_of_the_answer_is_told(body, kind, words):
    with pytest.raises(kind, match=words):
        refuse(body, ())


FLAT = [
    # FastChat: https://github.com/lm-sys/FastChat/blob/main/fastchat/constants.py
    ({"object": "error", "message": "No.", "code": 40303}, UpstreamRefused, 400),
    ({"object": "error", "message": "No.", "code": 40301}, UpstreamRefused, 404),
    ({"object": "error", "message": "No.", "code": 42903}, UpstreamLimited, 429),
    ({"text": "No.", "error_code": 50001}, UpstreamFailed, 502),
    # vLLM
    ({"object": "error", "message": "No.", "type": "BadRequestError", "code": 400}, UpstreamRefused, 400),
    ({"object": "error", "message": "No.", "type": "NotFoundError", "param": None}, UpstreamRefused, 404),
    ({"message": "No.", "type": "InternalServerError", "code": 500}, UpstreamFailed, 502),
    # FastAPI
    ({"detail": "No."}, UpstreamFailed, 502),
    ({"detail": [{"loc": ["body", 3], "msg": "No.", "type": "missing"}]}, UpstreamRefused, 422),
    # TGI: https://huggingface.co/docs/text-generation-inference
    ({"error": "No.", "error_type": "validation"}, UpstreamRefused, 422),
    ({"error": "No.", "error_type": "overloaded"}, UpstreamFailed, 502),
    # Mistral
    ({"object": "error", "message": {"detail": [{"loc": [], "msg": "No."}]}, "type": "invalid_request_error"},
     UpstreamRefused, 400),
    ({"object": "error", "message": "No.", "type": "rate_limited", "code": "1300"}, UpstreamLimited, 429),
    # Anthropic, Gemini, DashScope, MiniMax, Cloudflare, RFC 9457
    ({"type": "error", "error": {"type": "not_found_error", "message": "No."}}, UpstreamRefused, 404),
    ([{"error": {"code": 400, "message": "No.", "status": "INVALID_ARGUMENT"}}], UpstreamRefused, 400),
    ({"error": {"message": "No.", "status": "RESOURCE_EXHAUSTED"}}, UpstreamLimited, 429),
    ({"code": "InvalidParameter", "message": "No.", "request_id": "r"}, UpstreamRefused, 400),
    ({"base_resp": {"status_code": 1004, "status_msg": "No."}, "choices": None}, UpstreamFailed, 502),
    ({"success": False, "errors": [{"code": 5007, "message": "No."}]}, UpstreamFailed, 502),
    ({"type": "about:blank", "title": "Bad", "status": 413, "detail": "No."}, UpstreamRefused, 413),
]  # fmt: skip


@pytest.mark.parametrize(("value", "kind", "status"), FLAT)
@pytest.mark.parametrize("name", ["", "error"])
def test_an_error_of_any_shape_has_its_status_and_words(value, kind, status, name):
    error = error_of(value, name)
    assert (type(error), error.status) == (kind, status)
    assert error.message.endswith("No.")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("The GPU is on fire.", "The provider failed with 500: The GPU is on fire."),
        ({"message": "Gone."}, "The provider failed with 500: Gone."),
        ({}, "The provider sent an error."),
        ("", "The provider sent an error."),
        ({"choices": [], "code": 400, "msg": "No."}, "No."),
    ],
)
def test_an_event_named_error_is_one(value, message):
    error = error_of(value, "error")
    assert error.message == message


@pytest.mark.parametrize(
    "value",
    [
        {"type": "ping"},
        {"message": "Loading the model."},
        {"choices": [{"delta": {"content": "x"}}], "message": "x", "code": 400},
        {"type": "transcript.text.delta", "delta": "error"},
        {"status": "processing", "progress": 4},
        {"code": 0, "text": "x"},
        [],
        [1, 2],
        7,
        None,
    ],
)
def test_what_is_no_error_is_none(value):
    assert error_of(value, "") is None


def test_the_field_and_the_code_of_the_provider_are_kept():
    told = {"message": "No.", "param": "temperature", "code": "unsupported_value"}
    error = error_of({"error": {**told, "type": "invalid_request_error"}}, "")
    assert (error.param, error.metadata) == ("temperature", {"upstream_code": "unsupported_value"})
    assert error.provider_code == "upstream_refused"


def test_the_field_of_a_list_of_faults_is_kept():
    error = error_of({"detail": [{"loc": ["body", "messages", 0, "role"], "msg": "Missing"}]}, "")
    assert (error.param, error.message) == ("messages.0.role", "messages.0.role: Missing")


def test_what_groq_s_model_generated_is_kept_without_our_key():
    failed = '{"name": "f"\n' + "x" * 3000
    inner = {"message": "No.", "code": "tool_use_failed", "failed_generation": failed + " sk-live-012345"}
    error = error_of({"error": inner}, "", ("sk-live-012345",))
    assert error.metadata == {
        "upstream_code": "tool_use_failed",
        "failed_generation": failed + " [hidden]",
    }


def test_words_of_an_error_can_be_encoded():
    error = error_of({"error": {"message": "No \ud83d.", "code": 400, "param": "\ud83d"}}, "")
    assert orjson.loads(orjson.dumps(error.envelope()))["message"] == "No \ufffd."
