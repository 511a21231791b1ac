"""`POST audio/speech` over real HTTP, from a real provider on loopback."""

from __future__ import annotations

from tests.fakes.sound import sound
from core.contract.media import AudioFormat
from core.models import UsageRecord

ASK = {"model": "lab/alto", "input": "Hello there"}


def test_sound_comes_back_as_the_provider_made_it(live, key, model, provider):
    answer = live.post("/audio/speech", key, json=ASK)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "audio/mpeg"
    record = UsageRecord.objects.get()
    assert answer.headers["x-generation-id"] == record.public_id
    assert (record.outcome, record.state) == ("completed", "settled")
