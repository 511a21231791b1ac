"""What rows keep of an answer's end."""

from __future__ import annotations

import pytest

from core.contract.errors import UpstreamFailed
from core.contract.events import AnswerMetadata, ChatDelta
from core.ledger.metering import Meter
from core.ledger.rows import answer_columns

ENDED = ChatDelta(finish="length", extra={"native_finish_reason": "MAX_TOKENS"})
FAILED = UpstreamFailed("It broke.", metadata={"native_finish_reason": "MALFORMED_FUNCTION_CALL"})


@pytest.mark.parametrize(
    ("events", "error", "columns"),
    [
        ([], None, (None, None, None)),
        ([AnswerMetadata("chatcmpl-1"), ENDED], None, ("chatcmpl-1", "length", "MAX_TOKENS")),
        ([AnswerMetadata("x" * 999)], UpstreamFailed("It broke."), ("x" * 200, "error", None)),
        ([ChatDelta("Hi")], FAILED, (None, "error", "MALFORMED_FUNCTION_CALL")),
        ([ENDED], FAILED, (None, "length", "MALFORMED_FUNCTION_CALL")),
    ],
)
def test_the_answers_end_and_id(events, error, columns):
    meter = Meter()
    for event in events:
        meter.note(event)
    assert answer_columns(meter, error) == columns
