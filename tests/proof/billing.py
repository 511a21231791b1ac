"""The provider of a proof: it writes a durable line for each request at the moment it would bill.

A request says whose it is in its first words, `caller 17`. When it arrives the provider looks into the
database: its attempt has to be there already.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from tests.fakes.chat import chunk
from tests.fakes.provider import Exchange, Scenario
from tests.fakes.server_sent_events import DONE, frame
from tests.proof.database import Database
from tests.proof.overspend import most_tokens

PER_TOKEN_IN, PER_TOKEN_OUT = Decimal("0.00001"), Decimal("0.0001")
PER_CHARACTER = Decimal("0.00001")
SECRET = "sk-proof-0123456789abcdef0123456789"
"""The provider's key."""

WORD = "alligator"
"""Of the answers and prompts of a proof: found nowhere in a ledger."""
WORDS = 6
SLOW_SECONDS = 0.3
"""Between two words: longer than a busy machine keeps a server from reading the one before."""

STEPS = Decimal(10) ** 10
"""Of money in the database, per USD."""

LONGEST = 400
"""Tokens of an answer that nothing caps."""
SOUND = bytes(4800)
LATE_SECONDS, LATER_SECONDS = 1.5, 40.0
"""Before an answer begins. A second endpoint is quicker than the later one, however slow the machine is."""
RATE = 10
"""Requests a minute of some callers."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """The `number`th request of a caller at the provider, and how many attempts were stored for them then.

    Of any state: the attempt of a caller who has left may be closed before the provider reads the request.
    """

    caller: int
    model: str
    number: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Bill:
    caller: int
    model: str
    usd: Decimal


class Gate:
    """Requests that the provider holds until it is opened."""

    def __init__(self) -> None:
        self.waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]] = []

    async def hold(self) -> None:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        self.waiting.append((loop, future))
        await future

    def open(self) -> None:
        while self.waiting:
            loop, future = self.waiting.pop()
            loop.call_soon_threadsafe(lambda future=future: future.done() or future.set_result(None))


class Billing:
    """The scenarios by the model's name, and what they noted."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.arrivals: list[Arrival] = []
        self.counts: Counter[int] = Counter()
        self.gate = Gate()
        self.scenarios: dict[str, Callable[[Exchange, int], Any]] = {
            "talker": self.talk,
            "slow": self.talk_slowly,
            "late": self.talk_late,
            "later": partial(self.talk_late, seconds=LATER_SECONDS),
            "held": self.hold,
            "resets": self.reset,
            "refuses": self.refuse,
            "dear": self.take_the_most,
            "greedy": self.ignore_caps,
            "voice": self.speak,
        }

    def named(self, name: str) -> Scenario:
        play = self.scenarios[name]

        async def answer(exchange: Exchange) -> None:
            caller = caller_of(exchange.seen.json)
            self.counts[caller] += 1
            number = self.counts[caller]
            self.arrivals.append(Arrival(caller, name, number, self.stored_attempts(caller)))
            await play(exchange, caller)

        return answer

    def stored_attempts(self, caller: int) -> int:
        found = self.database.rows(
            "SELECT count(*) FROM core_attempt WHERE record IN "
            f"(SELECT public_id FROM core_usagerecord WHERE user_id = {caller})"
        )
        return int(found[0][0])

    def bill(self, exchange: Exchange, caller: int, usd: Decimal) -> None:
        exchange.provider.book({"caller": caller, "model": exchange.seen.json["model"], "usd": str(usd)})

    async def talk(self, exchange: Exchange, caller: int, delay: float = 0.0) -> None:
        """Words of an answer. A caller who leaves is billed the prompt and the words so far."""
        asked, said = exchange.seen.json, 0
        if not asked.get("stream"):
            self.bill(exchange, caller, price(asked, WORDS))
            await exchange.reply(200, json.dumps(whole(asked, WORDS)).encode())
            return
        try:
            await exchange.head(content_type="text/event-stream")
            for said in range(1, WORDS + 1):  # noqa: B007 - the count is billed
                await exchange.chunk(frame(chunk({"content": f"{WORD} "})))
                await asyncio.sleep(delay)
        finally:
            self.bill(exchange, caller, price(asked, said))
        await exchange.chunk(frame(chunk({}, "stop")))
        await exchange.chunk(frame({**chunk({}), "choices": [], "usage": usage(asked, WORDS)}))
        await exchange.chunk(DONE)
        await exchange.end()

    async def talk_slowly(self, exchange: Exchange, caller: int) -> None:
        await self.talk(exchange, caller, SLOW_SECONDS)

    async def talk_late(self, exchange: Exchange, caller: int, seconds: float = LATE_SECONDS) -> None:
        """Nothing for a while; a caller who has left by then is billed the prompt."""
        try:
            async with asyncio.timeout(seconds):
                await exchange.silence()
        except TimeoutError:
            await self.talk(exchange, caller)
        except ConnectionError:
            self.bill(exchange, caller, price(exchange.seen.json, 0))
            raise

    async def hold(self, exchange: Exchange, caller: int) -> None:
        """Nothing before the gate opens; billed then, whether somebody waits or not."""
        await self.gate.hold()
        await self.talk(exchange, caller)

    async def reset(self, exchange: Exchange, caller: int) -> None:
        self.bill(exchange, caller, price(exchange.seen.json, 0))
        exchange.reset()

    async def refuse(self, exchange: Exchange, caller: int) -> None:
        await exchange.reply(500, json.dumps({"error": {"message": "Not now.", "code": None}}).encode())

    async def take_the_most(self, exchange: Exchange, caller: int) -> None:
        """As many tokens as the request allows, at once for all who wait together."""
        asked = exchange.seen.json
        tokens = min(most_tokens(asked), LONGEST)
        self.bill(exchange, caller, price(asked, tokens))
        await exchange.reply(200, json.dumps(whole(asked, tokens)).encode())

    async def ignore_caps(self, exchange: Exchange, caller: int) -> None:
        """Three times the tokens that the request allows."""
        asked = exchange.seen.json
        tokens = 3 * most_tokens(asked)
        self.bill(exchange, caller, price(asked, tokens))
        await exchange.reply(200, json.dumps(whole(asked, tokens)).encode())

    async def speak(self, exchange: Exchange, caller: int) -> None:
        self.bill(exchange, caller, len(exchange.seen.json["input"]) * PER_CHARACTER)
        await exchange.reply(200, SOUND, "audio/pcm")


def bills(lines: list[dict[str, Any]]) -> list[Bill]:
    """The provider's log."""
    return [Bill(line["caller"], line["model"], Decimal(line["usd"])) for line in lines]


def to_steps(usd: Decimal) -> int:
    return int(usd * STEPS)


def from_steps(steps: int) -> Decimal:
    return Decimal(steps) / STEPS


def text_of(asked: dict[str, Any]) -> str:
    if "input" in asked:
        return str(asked["input"])
    content = asked["messages"][-1]["content"]
    return content if isinstance(content, str) else str(content[-1]["text"])


def caller_of(asked: dict[str, Any]) -> int:
    found = re.match(r"caller (\d+)", text_of(asked))
    assert found is not None, asked
    return int(found[1])


def prompt_tokens(asked: dict[str, Any]) -> int:
    return len(text_of(asked).split())


def price(asked: dict[str, Any], completion: int) -> Decimal:
    return prompt_tokens(asked) * PER_TOKEN_IN + completion * PER_TOKEN_OUT


def usage(asked: dict[str, Any], completion: int) -> dict[str, int]:
    prompt = prompt_tokens(asked)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def whole(asked: dict[str, Any], completion: int) -> dict[str, Any]:
    message = {"role": "assistant", "content": " ".join([WORD] * WORDS)}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {
        "id": "chatcmpl-proof",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": asked["model"],
        "choices": [choice],
        "usage": usage(asked, completion),
    }
