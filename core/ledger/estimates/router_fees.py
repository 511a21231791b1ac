"""What a router charges beside the models' prices: for reading PDFs and for searches; USD, at most.

https://openrouter.ai/docs/guides/overview/multimodal/pdfs
https://openrouter.ai/docs/guides/features/plugins/web-search
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from core.contract.chat import ChatRequest
from core.contract.route import Target
from core.contract.usage import Kind, Unit
from core.ledger.estimates import chat_files
from core.providers.openai.router import is_router
from core.providers.shared.chat_parameters import parameters_at, whole

PER_PAGE = Decimal("0.002")
FREE_ENGINES = frozenset({"native", "cloudflare-ai", "pdf-text"})
"""Readers of PDFs that cost nothing themselves; without a choice the router may take the one that does."""
PER_RESULT, RESULTS = Decimal("0.004"), 5
ONLINE = ":online"
"""The end of a model's name that asks for searches."""
Plugin = Mapping[str, Any]


def router_fees(request: ChatRequest, target: Target) -> Decimal:
    """The most that a router can add for one request; nothing at any other server."""
    if not is_router(target):
        return Decimal(0)
    found = parameters_at(request, target).get("plugins")
    plugins = [each for each in found if isinstance(each, Mapping)] if isinstance(found, list | tuple) else []
    return reading(request, plugins) + searching(target, plugins)


def reading(request: ChatRequest, plugins: list[Plugin]) -> Decimal:
    """Of the pages of all PDFs."""
    for plugin in named(plugins, "file-parser"):
        pdf = plugin.get("pdf")
        engine = pdf.get("engine") if isinstance(pdf, Mapping) else None
        if plugin.get("enabled") is False or engine in FREE_ENGINES:
            return Decimal(0)
    return PER_PAGE * chat_files.measured(request, (Kind.FILE_IN, Unit.PAGE), chat_files.MOST)


def searching(target: Target, plugins: list[Plugin]) -> Decimal:
    """Of the results that a search may bring."""
    wanted = [plugin for plugin in named(plugins, "web") if plugin.get("enabled") is not False]
    if not wanted and not target.model.endswith(ONLINE):
        return Decimal(0)
    return PER_RESULT * max((whole(each.get("max_results")) or RESULTS for each in wanted), default=RESULTS)


def named(plugins: list[Plugin], id: str) -> Iterator[Plugin]:
    return (plugin for plugin in plugins if plugin.get("id") == id)
