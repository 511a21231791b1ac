"""A vendor that repeats our key, in whatever place, does not make us show it."""

from __future__ import annotations

import logging

import pytest

from tests.core.providers.promises.fake import ask, serve, shown, target
from tests.core.providers.promises.vendors import each_case
from tests.fakes.provider import Exchange

pytestmark = pytest.mark.anyio


@each_case
@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
async def test_an_error_page_that_repeats_our_key_shows_it_to_nobody(case, status, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    key = case.vendor.key

    async def echo(exchange: Exchange) -> None:
        assert any(key in value for value in exchange.seen.headers.values())
        words = f"Bad key {key} at https://x.test/v1?key={key}, Bearer {key}"
        await exchange.reply(status, case.vendor.error_body(words), x_request_id=key, retry_after=key)

    with serve(echo, tmp_path) as fake:
        _, error = await ask(case, target(case, fake), tmp_path)
    assert error is not None
    assert key not in shown(error)
    assert key not in str(error.envelope())
    assert key not in caplog.text
