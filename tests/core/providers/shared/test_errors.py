from __future__ import annotations

import pytest

from core.contract.errors import (
    UpstreamDenied,
    UpstreamFailed,
    UpstreamInvalid,
    UpstreamLimited,
    UpstreamRefused,
    UpstreamTimeout,
)
from core.providers.shared.errors import ErrorDetails, from_status, no_details


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


def test_a_body_of_unknown_shape_adds_nothing_to_the_status():
    error = from_status(400, {}, no_details(b'{"error": {"message": "Said so."}}'))
    assert error.message == "The provider refused the request with 400."


def test_a_message_is_scrubbed_and_bounded():
    error = from_status(400, {}, ErrorDetails("hunter2hunter2 " + "x" * 9000), ["hunter2hunter2"])
    assert error.message.startswith("[hidden] xxx")
    assert len(error.message) == 500


@pytest.mark.parametrize(
    ("headers", "details", "seconds"),
    [
        ({"retry-after": "2", "x-ratelimit-reset": "9"}, ErrorDetails(wait=5.0), 2.0),
        ({"x-ratelimit-reset": "9"}, ErrorDetails(wait=5.0), 5.0),
        ({"x-ratelimit-reset": "9"}, ErrorDetails(), 9.0),
        ({}, ErrorDetails(), None),
    ],
)
def test_the_wait_is_that_of_the_header_the_body_or_the_limit(headers, details, seconds):
    assert from_status(429, headers, details).retry_after == seconds


def test_the_reset_of_a_limit_says_nothing_of_another_failure():
    assert from_status(500, {"x-ratelimit-reset": "9"}, ErrorDetails()).retry_after is None


def test_a_code_that_means_another_status_wins():
    error = from_status(401, {}, ErrorDetails("Quota exceeded.", status=402))
    assert (type(error), error.provider_code) == (UpstreamDenied, "upstream_no_credit")
