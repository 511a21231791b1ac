"""The inspector through the gateway: admitted, routed, metered and free."""

from __future__ import annotations

from contextlib import aclosing
from decimal import Decimal

import pytest

from core import background
from core.catalogue.seed.tables import seed_catalogue
from core.contract.audio import AudioFormat
from core.contract.chat import Modality
from core.contract.errors import InvalidRequest, Unsupported
from core.contract.events import AudioChunk, AudioStart, ChatDelta, ImageReady, Outcome, Receipt
from core.contract.requests import Caller, Source
from core.gateway import Session
from core.models import UsageRecord
from core.models.offload import offload
from tests.core.providers.local.inspector.reports import TEXT_AND_AUDIO, chat_request, file_part

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("synthesiser"),
]


@pytest.fixture
async def caller(alice):
    await offload(seed_catalogue)
    await background.start()
    await offload(background.refresh)
    try:
        yield Caller(alice.id, source=Source.PLAYGROUND)
    finally:
        background.state.draining = False
        await background.shutdown()


async def collect_events(session: Session) -> list[object]:
    async with aclosing(session.events()) as events:
        return [event async for event in events]


async def test_document_is_reported_recorded_and_free(caller, data):
    request = chat_request([{"type": "text", "text": "Look."}, file_part(data / "samples" / "dummy.pdf")])
    events = await collect_events(Session(caller, request))

    text = "".join(event.text for event in events if isinstance(event, ChatDelta))
    assert "### PDF: dummy.pdf" in text
    assert [event.media_type for event in events if isinstance(event, ImageReady)] == ["image/png"]
    receipt = events[-1]
    assert isinstance(receipt, Receipt)
    assert (receipt.outcome, receipt.cost, receipt.provider) == (
        Outcome.COMPLETED,
        Decimal(0),
        "local",
    )
    record = await UsageRecord.objects.aget()
    assert (record.state, record.outcome, record.cost) == ("settled", "completed", 0)
    amounts = {amount.name: amount.quantity for amount in receipt.amounts}
    assert (amounts["file_in.page"], amounts["image_out.image"]) == (1, 1)


async def test_report_is_spoken_in_the_format_that_can_be_played(caller):
    request = chat_request("One two.", modalities=TEXT_AND_AUDIO, format=AudioFormat.PCM, voice="gmw/en")
    events = await collect_events(Session(caller, request))

    assert [event.format for event in events if isinstance(event, AudioStart)] == [AudioFormat.PCM]
    assert sum(len(event.data) for event in events if isinstance(event, AudioChunk)) > 48_000
    assert events[-1].outcome is Outcome.COMPLETED


async def test_unreadable_file_alone_is_the_callers_error(caller, broken_image):
    with pytest.raises(InvalidRequest) as refusal:
        await collect_events(Session(caller, chat_request([file_part(broken_image)])))

    assert refusal.value.provider_code == "unsupported_media"
    record = await UsageRecord.objects.aget()
    assert (record.outcome, record.cost) == ("failed", 0)


async def test_it_makes_no_videos(caller):
    with pytest.raises(Unsupported, match="cannot make videos"):
        await collect_events(Session(caller, chat_request("Hi", modalities=(Modality.VIDEO,))))
