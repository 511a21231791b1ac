"""Aborted responses and what the servers log of them."""

from __future__ import annotations

import logging

import pytest

from core.api.http.middleware import ResponseAborted


@pytest.mark.parametrize("server", ["daphne.server", "uvicorn.error"])
def test_only_records_of_aborted_responses_are_dropped(server, caplog):
    for error in (ResponseAborted("the provider broke"), ValueError("a bug")):
        logging.getLogger(server).error("Exception inside application", exc_info=error)
    assert [record.exc_info[0] for record in caplog.records] == [ValueError]
