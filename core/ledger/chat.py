"""How much a conversation uses: bounds before it is sent, guesses where a provider told nothing."""

from __future__ import annotations

from decimal import Decimal

from core.contract.requests import ChatRequest
from core.contract.route import Target
from core.contract.usage import Kind, Unit
from core.ledger.pricing import Line

ONE_REQUEST = (Kind.REQUEST, Unit.REQUEST)


def most(request: ChatRequest, target: Target, line: Line) -> Decimal:
    """The most of one line that a request can use at a target."""
    return Decimal(1) if line == ONE_REQUEST else Decimal(0)


def counted(request: ChatRequest) -> dict[Line, Decimal]:
    """What we know ourselves."""
    return {}


def guess(written: int, request: ChatRequest, target: Target, line: Line) -> Decimal | None:
    """What a line probably came to, `written` characters having been delivered; None for others."""
    return None
