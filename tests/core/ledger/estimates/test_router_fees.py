from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from core.contract.route import Route, Target
from core.ledger.estimates.router_fees import router_fees
from core.ledger.estimates.tasks import estimate
from tests.core.ledger.estimates.test_chat import PDF, TEXT, UNREAD_PDF, ask, at

ROUTER = at(router=True)
OCR = Decimal("0.002")


def parser(engine: str | None = None, **fields: Any) -> dict[str, Any]:
    pdf = {"pdf": {"engine": engine}} if engine else {}
    return {"plugins": [{"id": "file-parser", **pdf, **fields}]}


@pytest.mark.parametrize(
    ("parameters", "pages"),
    [
        ({}, 4),
        (parser(), 4),
        (parser("mistral-ocr"), 4),
        (parser("native"), 0),
        (parser("cloudflare-ai"), 0),
        (parser("pdf-text"), 0),
        (parser(enabled=False), 0),
        ({"plugins": "file-parser"}, 4),
        ({"plugins": [7]}, 4),
    ],
)
def test_pages_cost_where_a_reader_that_is_paid_may_read_them(parameters, pages):
    assert router_fees(ask(PDF, parameters=parameters), ROUTER) == pages * OCR


def test_pages_that_were_not_counted_follow_from_the_size():
    assert router_fees(ask(UNREAD_PDF), ROUTER) == 10 * OCR


@pytest.mark.parametrize(
    ("plugin", "results"),
    [({}, 5), ({"max_results": 3}, 3), ({"max_results": "many"}, 5), ({"enabled": False}, 0)],
)
def test_searches_cost_by_the_result(plugin, results):
    request = ask(parameters={"plugins": [{"id": "web", **plugin}]})
    assert router_fees(request, ROUTER) == results * Decimal("0.004")


def test_a_name_may_ask_for_searches():
    assert router_fees(ask(), replace(ROUTER, model="openai/gpt-4o:online")) == Decimal("0.02")


@pytest.mark.parametrize("where", [at(), replace(at(), wire="google")])
def test_other_servers_have_no_fees(where: Target):
    assert router_fees(ask(PDF, parameters=parser("mistral-ocr")), where) == 0


def test_fees_are_reserved():
    paid, free = ask(PDF, parameters=parser("mistral-ocr")), ask(PDF, parameters=parser("cloudflare-ai"))
    amounts = [estimate(each, Route("m", (ROUTER,))) for each in (paid, free)]
    assert TEXT
    tokens = len("mistral-ocr") - len("cloudflare-ai")  # the parameters are counted as text
    assert amounts[0] - amounts[1] == 4 * OCR + tokens * TEXT[0].usd_per_unit
