"""What odd streams of a provider become on the socket of a page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.core.api.chat_helpers import make_chat_model
from tests.core.api.conftest import make_provider
from tests.core.api.test_leaving import hang
from tests.fakes import chat as fake
from tests.fakes.server_sent_events import DONE, events, frame
from tests.live import live as live
from tests.playground.conftest import ENDS, cookie
from tests.playground.socket.test_server import open_page as open_page

pytestmark = pytest.mark.django_db(transaction=True)

USED = frame({"choices": [], "usage": fake.USAGE})


@pytest.fixture
def ask(transactional_db, provider, live, alice, open_page):
    """Asks a provider that streams these frames; returns the page once the run has ended."""
    make_chat_model(make_provider("lab", provider.url), upstream="odd")

    def asked(*frames: bytes) -> Any:
        provider.script("odd", events(frames))
        live.refresh()
        page = open_page(cookie(alice))
        messages = [{"role": "user", "content": "Hi"}]
        page.send(type="run.start", id="a", task="chat", model="lab/talker", params={"messages": messages})
        page.until(*ENDS)
        return page

    return asked


def words(page: Any) -> str:
    return "".join(text["text"] for text in page.texts if text["type"] == "text.delta")


def test_halves_of_characters_reach_the_page_whole(ask):
    cut = [frame(fake.chunk({"content": half})) for half in ("a\ud83d", "\ude00", "b\ud83d")]
    page = ask(*cut, frame(fake.chunk({}, "length")), USED, DONE)
    assert (words(page), page.texts[-1]["outcome"]) == ("a\U0001f600b\ufffd", "completed")


def test_what_could_not_be_read_is_told_in_the_receipt(ask):
    said = [frame(fake.chunk({"content": word})) for word in ("Hel", "lo")]
    page = ask(
        said[0], b"data: \n\n", b"data: {not json\n\n", said[1], frame(fake.chunk({}, "stop")), USED, DONE
    )
    assert (words(page), page.texts[-1]["outcome"]) == ("Hello", "completed")
    (attempt,) = page.texts[-1]["receipt"]["attempts"]
    assert attempt["reason"] == "Unreadable events of the provider: 1."


def test_a_run_stopped_before_its_first_token_owes_its_prompt(
    transactional_db, provider, live, alice, open_page
):
    from core.models import UsageRecord  # noqa: PLC0415 - the registry is not ready at import time

    make_chat_model(make_provider("lab", provider.url), upstream="talker")
    provider.script("talker", hang)
    live.refresh()
    page = open_page(cookie(alice))
    messages = [{"role": "user", "content": "word " * 300}]
    page.send(type="run.start", id="a", task="chat", model="lab/talker", params={"messages": messages})
    provider.arrival()
    page.send(type="run.stop", id="a")
    page.until(*ENDS)
    done, record = page.texts[-1], UsageRecord.objects.get()
    assert (done["type"], done["outcome"]) == ("run.done", "stopped")
    assert (record.state, record.outcome, record.basis) == ("estimated", "stopped", "estimated")
    assert 300 * 10 <= record.cost * 1_000_000 <= 600 * 10
    receipt = done["receipt"]
    assert (Decimal(str(receipt["cost"])), receipt["basis"]) == (record.cost, "estimated")
    (attempt,) = receipt["attempts"]
    assert (attempt["outcome"], Decimal(str(attempt["cost"]))) == ("stopped", record.cost)
