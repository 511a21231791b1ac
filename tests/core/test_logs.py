"""Answers that are cut on purpose, and what the servers make of them."""

from __future__ import annotations

import logging

import pytest

from core.api.http.middleware import Cut


@pytest.mark.parametrize("server", ["daphne.server", "uvicorn.error"])
def test_only_the_traceback_of_a_cut_answer_is_dropped(server, caplog):
    for error in (Cut("the provider broke"), ValueError("a bug")):
        logging.getLogger(server).error("Exception inside application", exc_info=error)
    assert [record.exc_info[0] for record in caplog.records] == [ValueError]
