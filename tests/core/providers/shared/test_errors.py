from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.contract.errors import (
    UpstreamDenied,
    UpstreamFailed,
    UpstreamInvalid,
    UpstreamLimited,
    UpstreamRefused,
    UpstreamTimeout,
)
from core.providers.shared.errors import ErrorDetails, from_status, no_details, retry_after

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


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
    error = from_status(status, {}, ErrorDetails("Said so."))
    assert (type(error), error.provider_code, error.message) == (kind, code, text)


def test_a_rate_limit_that_means_no_credit_is_not_retried():
    error = from_status(429, {"retry-after": "1"}, ErrorDetails("You exceeded your quota.", no_credit=True))
    assert (type(error), error.provider_code, error.retryable) == (
        UpstreamDenied,
        "upstream_no_credit",
        False,
    )


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


def test_a_body_of_unknown_shape_adds_nothing_to_the_status():
    error = from_status(400, {}, no_details(b'{"error": {"message": "Said so."}}'))
    assert error.message == "The provider refused the request with 400."


def test_a_message_is_scrubbed_and_bounded():
    error = from_status(400, {}, ErrorDetails("hunter2hunter2 " + "x" * 9000), ["hunter2hunter2"])
    assert error.message.startswith("[hidden] xxx")
    assert len(error.message) == 500
