"""Parallel callers against one budget, in every spelling by which an answer can be asked to be longer.

`prove` calls the real API, with a provider behind it that bills the most that the bytes it got allow, and
returns a row for each spelling; `passed` prints the table and says whether nothing was overspent.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle, islice
from typing import Any

import httpx

from tests.fakes.chat import whole
from tests.fakes.provider import Exchange, Provider

PER_TOKEN = Decimal("0.00001")
LONGEST = 16_384
"""Tokens of an answer that nothing caps."""

COUNTS = ("n", "best_of", "candidate_count", "num_return_sequences")
THINKING = ("reasoning.max_tokens", "thinking.budget_tokens", "thinking_budget")
ASK = [{"role": "user", "content": "Tell me of the fox."}]
SPEAK = {"modalities": ["text", "audio"], "audio": {"voice": "ada", "format": "wav"}}

SPELLINGS: dict[str, dict[str, Any]] = {
    "no cap": {},
    "max_tokens": {"max_tokens": 16_384},
    "max_tokens as text": {"max_tokens": "16384"},
    "max_tokens, fraction": {"max_tokens": 16_384.0},
    "max_tokens, negative": {"max_tokens": -1},
    "max_tokens, huge": {"max_tokens": 10**9},
    "max_tokens, null": {"max_tokens": None},
    "Max_Tokens beside max_tokens": {"max_tokens": 1, "Max_Tokens": 16_384},
    "max_completion_tokens 1 beside max_tokens": {"max_tokens": 16_384, "max_completion_tokens": 1},
    "max_tokens 1 beside max_completion_tokens": {"max_tokens": 1, "max_completion_tokens": 16_384},
    "max_output_tokens beside max_tokens": {"max_tokens": 1, "max_output_tokens": 16_384},
    "num_predict": {"num_predict": 16_384},
    "n": {"n": 8, "max_tokens": 1000},
    "n as text": {"n": "8", "max_tokens": 1000},
    "best_of": {"best_of": 8, "max_tokens": 1000},
    "reasoning": {"reasoning": {"max_tokens": 16_000}, "max_tokens": 100},
    "extra_body": {"extra_body": {"max_tokens": 16_384}, "max_tokens": 1},
    "options of the provider": {"provider": {"options": {"lab": {"max_tokens": 16_384, "n": 4}}}},
    "a spoken answer": SPEAK,
    "responses": {"input": "Tell me of the fox.", "max_output_tokens": 16_384},
    "responses, no cap": {"input": "Tell me of the fox."},
}


@dataclass(frozen=True, slots=True)
class Row:
    """One spelling: how often it was answered and refused, what the provider billed and the budget spent."""

    spelling: str
    answered: int
    refused: int
    billed: Decimal
    spent: Decimal
    limit: Decimal

    @property
    def overspend(self) -> Decimal:
        return max(Decimal(0), self.billed - self.limit, self.spent - self.limit, self.billed - self.spent)


def prove(
    apis: Sequence[str],
    provider: Provider,
    model: str,
    payer: Callable[[], tuple[str, Callable[[], tuple[Decimal, Decimal]]]],
    callers: int,
) -> list[Row]:
    """A row for each spelling, by so many callers at once.

    `apis` are the addresses of the processes, which take turns, `model` is one whose provider plays
    `dearest`. `payer` makes a user with a budget: a key, and a function for what was spent and the limit.
    """
    rows = []
    for spelling, fields in SPELLINGS.items():
        key, sums = payer()
        before = len(provider.bills)
        statuses = asyncio.run(ask_at_once(apis, key, body(model, fields), callers))
        billed = sum((Decimal(bill["usd"]) for bill in provider.bills[before:]), Decimal(0))
        spent, limit = sums()
        rows.append(Row(spelling, statuses[200], callers - statuses[200], billed, spent, limit))
    return rows


def passed(rows: Iterable[Row]) -> bool:
    """Print the table; whether no row overspent."""
    overspent = Decimal(0)
    print(f"{'spelling':44}{'answered':>9}{'refused':>9}{'billed':>9}{'spent':>9}{'overspend':>11}")
    for row in rows:
        money = f"{row.billed:>9.4f}{row.spent:>9.4f}{row.overspend:>11.4f}"
        print(f"{row.spelling:44}{row.answered:>9}{row.refused:>9}{money}")
        overspent += row.overspend
    print(f"overspend in all: ${overspent.normalize():f}")
    return overspent == 0


def body(model: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"model": model, **({} if "input" in fields else {"messages": ASK}), **fields}


async def ask_at_once(apis: Sequence[str], key: str, asked: dict[str, Any], callers: int) -> Counter[int]:
    """How often each status was answered."""
    path = "/responses" if "input" in asked else "/chat/completions"
    turns = islice(cycle(apis), callers)
    limits = httpx.Limits(max_connections=callers)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(timeout=60, trust_env=False, limits=limits, headers=headers) as client:
        answers = await asyncio.gather(*(client.post(f"{api}{path}", json=asked) for api in turns))
    return Counter(answer.status_code for answer in answers)


async def dearest(exchange: Exchange) -> None:
    """Answer after a moment, so that callers overlap, and bill the most that the request allows."""
    asked = exchange.seen.json
    prompt = sum(len(str(message["content"]).encode()) for message in asked["messages"])
    completion = most_tokens(asked)
    await asyncio.sleep(0.05)
    exchange.provider.book({"usd": str((prompt + completion) * PER_TOKEN), "tokens": completion})
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
    answer = whole({**asked, "n": 1}, usage=usage)
    await exchange.reply(200, json.dumps(answer).encode())


def most_tokens(asked: Mapping[str, Any]) -> int:
    """As a server bills that takes the largest of all caps and numbers in any spelling, text included."""
    fields = dict(leaves(asked))
    caps = [number for name, number in fields.items() if is_cap(name)]
    choices = [number for name, number in fields.items() if name in COUNTS]
    thinking = [fields[name] for name in THINKING if name in fields]
    return max(choices, default=1) * (max(caps, default=LONGEST) + max(thinking, default=0))


def is_cap(name: str) -> bool:
    last = name.rpartition(".")[2].casefold().replace("-", "_")
    known = last in ("num_predict", "n_predict", "max_length", "max_gen_len")
    return name not in THINKING and (known or (last.startswith("max_") and last.endswith("tokens")))


def leaves(value: Any, path: str = "") -> Iterable[tuple[str, int]]:
    """Dotted names and whole numbers, numbers as text among them."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}" if path else name)
    elif str(value).removesuffix(".0").isdigit():
        yield path, int(float(value))
