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
from core.providers.openai.errors import error_in, read_error, refuse
from core.providers.shared.errors import from_status


def body(message: str, code: object = None) -> bytes:
    return orjson.dumps({"error": {"message": message, "code": code}})


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b'{"error": "plain words"}', "plain words"),
        (b'{"detail": "no such voice"}', "no such voice"),
        (b'{"message": "bad input"}', "bad input"),
        (b'{"detail": [{"loc": ["body"]}]}', "The provider refused the request with 400."),
        (b"<html>a page for people</html>", "The provider refused the request with 400."),
        (b"[1, 2]", "The provider refused the request with 400."),
        (b"", "The provider refused the request with 400."),
        (body("x" * 9000), "x" * 499 + "…"),
    ],
)
def test_the_words_of_a_refusal_are_found_and_bounded(raw, message):
    assert from_status(400, {}, read_error(raw)).message == message


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
