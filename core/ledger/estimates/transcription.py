"""How much a transcription request uses; the formulas are those of `audio_file`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.contract.route import Target
from core.contract.transcription import TranscriptionRequest
from core.contract.usage import Usage
from core.ledger.estimates import audio_file
from core.ledger.estimates.base import Estimates, each_line, size_of
from core.ledger.metering import Meter, utf8_bytes
from core.ledger.price_sheet import Line


def upper_bound(request: TranscriptionRequest, target: Target, line: Line) -> Decimal:
    options = size_of((target.options.get("body", {}), request.options.get(target.provider, {})))
    return audio_file.upper_bound(request.file, prompt_bytes(request) + options, target, line)


def counted(request: TranscriptionRequest, _meter: Meter, target: Target) -> dict[Line, Decimal]:
    return audio_file.counted(request.file, target)


def guess(request: TranscriptionRequest, meter: Meter, target: Target, line: Line) -> Decimal | None:
    return audio_file.guess(request.file, prompt_bytes(request), meter, target, line)


def prompt_bytes(request: TranscriptionRequest) -> int:
    """Bytes of UTF-8 of the prompt and the key terms."""
    return sum(map(utf8_bytes, (request.prompt or "", *request.keyterms)))


def facts(request: TranscriptionRequest, target: Target, _usage: Usage) -> Mapping[str, Any]:
    """What is sent of that on which a price depends, by the request or in the options of the provider."""
    sent = {**target.options.get("body", {}), **request.options.get(target.provider, {})}
    if request.keyterms:
        sent["keyterms"] = request.keyterms
    priced = {name for price in target.prices for name in price.condition}
    return {name: True for name in priced if sent.get(name)}


ESTIMATES = Estimates(upper_bound=each_line(upper_bound), counted=counted, guess=guess, facts=facts)
