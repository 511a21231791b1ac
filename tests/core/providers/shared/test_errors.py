from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest

from core.contract.errors import (
    UpstreamDenied,
    UpstreamFailed,
    UpstreamInvalid,
    UpstreamLimited,
    UpstreamRefused,
    UpstreamTimeout,
)
from core.providers.shared.errors import from_object, from_status, retry_after

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def body(message: str, code: object = None) -> bytes:
    return orjson.dumps({"error": {"message": message, "code": code}})


@pytest.mark.parametrize(
    ("status", "kind", "code", "text"),
    [
        (
            301,
            UpstreamInvalid,
            "upstream_redirect",
            "The provider answered 301; redirects are never followed.",
        ),
        (
            307,
            UpstreamInvalid,
            "upstream_redirect",
            "The provider answered 307; redirects are never followed.",
        ),
        (400, UpstreamRefused, "upstream_refused", "Said so."),
        (401, UpstreamDenied, "upstream_auth", "The provider did not accept our key."),
        (402, UpstreamDenied, "upstream_no_credit", "The account at the provider has no credit left."),
        (403, UpstreamDenied, "upstream_auth", "The provider did not accept our key."),
        (404, UpstreamRefused, "upstream_not_found", "Said so."),
        (408, UpstreamTimeout, "upstream_timeout", "The provider answered 408, a timeout."),
        (409, UpstreamFailed, "upstream_failed", "The provider failed with 409: Said so."),
        (413, UpstreamRefused, "upstream_refused", "Said so."),
        (422, UpstreamRefused, "upstream_refused", "Said so."),
        (429, UpstreamLimited, "upstream_rate_limited", "The provider limits our requests: Said so."),
        (500, UpstreamFailed, "upstream_failed", "The provider failed with 500: Said so."),
        (503, UpstreamFailed, "upstream_failed", "The provider failed with 503: Said so."),
        (504, UpstreamTimeout, "upstream_timeout", "The provider answered 504, a timeout."),
        (529, UpstreamFailed, "upstream_failed", "The provider failed with 529: Said so."),
    ],
)
def test_a_status_becomes_one_branch_of_the_tree(status, kind, code, text):
    error = from_status(status, {}, body("Said so."))
    assert (type(error), error.provider_code, error.message) == (kind, code, text)


def test_a_limit_that_is_an_empty_purse_is_not_worth_another_try():
    error = from_status(429, {"retry-after": "1"}, body("You exceeded your quota.", "insufficient_quota"))
    assert (type(error), error.provider_code, error.retryable) == (
        UpstreamDenied,
        "upstream_no_credit",
        False,
    )


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
    assert from_status(400, {}, raw).message == message


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Fri, 20 Nov 2026 12:00:07 GMT"}, 7.0),
        ({"retry-after": "Fri, 20 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "31536000"}, 3600.0),
        ({"retry-after": "-5"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "1e9"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_in_every_spelling_and_capped(headers, seconds):
    assert retry_after(headers, NOW) == seconds


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
    assert type(from_object(value)) is kind


@pytest.mark.parametrize(
    ("told", "kind"),
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
def test_an_error_without_a_status_is_known_by_its_words(told, kind):
    assert type(from_object({"error": {"message": "No.", **told}})) is kind


@pytest.mark.parametrize("value", [{}, {"error": None}, {"data": [1]}])
def test_an_object_without_an_error_is_none(value):
    assert from_object(value) is None
