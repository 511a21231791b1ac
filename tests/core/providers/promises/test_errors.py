"""Error pages become errors of our tree, with the vendor's words and with its wish to be left alone."""

from __future__ import annotations

import json

import pytest

from core.contract.errors import (
    UpstreamDenied,
    UpstreamFailed,
    UpstreamLimited,
    UpstreamRefused,
    UpstreamTimeout,
)
from tests.core.providers.promises.fake import ask, serve, target
from tests.core.providers.promises.vendor import Case
from tests.core.providers.promises.vendors import VENDORS, each_case
from tests.fakes.provider import Exchange

pytestmark = pytest.mark.anyio

WORDS = "It did not work out."
STATUSES = [
    (400, UpstreamRefused, "upstream_refused", WORDS),
    (401, UpstreamDenied, "upstream_auth", "The provider did not accept our key."),
    (402, UpstreamDenied, "upstream_no_credit", "The account at the provider has no credit left."),
    (403, UpstreamDenied, "upstream_auth", "The provider did not accept our key."),
    (404, UpstreamRefused, "upstream_not_found", WORDS),
    (408, UpstreamTimeout, "upstream_timeout", "The provider answered 408, a timeout."),
    (413, UpstreamRefused, "upstream_refused", WORDS),
    (422, UpstreamRefused, "upstream_refused", WORDS),
    (429, UpstreamLimited, "upstream_rate_limited", f"The provider limits our requests: {WORDS}"),
    (500, UpstreamFailed, "upstream_failed", f"The provider failed with 500: {WORDS}"),
    (502, UpstreamFailed, "upstream_failed", f"The provider failed with 502: {WORDS}"),
    (503, UpstreamFailed, "upstream_failed", f"The provider failed with 503: {WORDS}"),
    (504, UpstreamTimeout, "upstream_timeout", "The provider answered 504, a timeout."),
]
WAITING = (408, 429, 500, 503)
OWN = [
    pytest.param(Case(vendor, call), error, id=f"{vendor.wire}-{call.name}-{error.status}-{number}")
    for vendor in VENDORS
    for call in vendor.calls
    for number, error in enumerate(vendor.errors)
]


@each_case
@pytest.mark.parametrize(("status", "kind", "code", "message"), STATUSES, ids=str)
async def test_a_status_becomes_an_error_of_the_tree(case, status, kind, code, message, tmp_path):
    async def refuse(exchange: Exchange) -> None:
        await exchange.reply(status, case.vendor.error_body(WORDS))

    with serve(refuse, tmp_path) as fake:
        events, error = await ask(case, target(case, fake), tmp_path)
        assert len(fake.requests) == 1
    assert (events, type(error)) == ([], kind)
    assert (error.provider_code, error.message) == (code, message)
    assert kind is not UpstreamRefused or error.status == status


@each_case
@pytest.mark.parametrize("status", WAITING)
async def test_retry_after_is_kept(case, status, tmp_path):
    async def refuse(exchange: Exchange) -> None:
        await exchange.reply(status, case.vendor.error_body(WORDS), retry_after="7")

    with serve(refuse, tmp_path) as fake:
        _, error = await ask(case, target(case, fake), tmp_path)
    assert error is not None
    assert error.retry_after == 7.0


@pytest.mark.parametrize(("case", "own"), OWN)
async def test_a_code_of_the_vendor_becomes_an_error_of_the_tree(case, own, tmp_path):
    async def refuse(exchange: Exchange) -> None:
        await exchange.reply(own.status, json.dumps(own.body).encode(), **own.headers)

    with serve(refuse, tmp_path) as fake:
        _, error = await ask(case, target(case, fake), tmp_path)
    assert error is not None
    assert (type(error), error.provider_code, error.retry_after) == (own.kind, own.code, own.retry_after)
