"""Phases without a fault of the machine: ordinary calls, races, callers who leave, repetitions."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from itertools import cycle
from uuid import uuid4

from tests.proof import callers
from tests.proof.billing import PER_CHARACTER, PER_TOKEN_OUT, to_steps
from tests.proof.callers import Call
from tests.proof.servers import Group
from tests.proof.stage import Race, Stage

NUMBERS = (2, 10, 60, 200)
FEW_NUMBERS = (2, 10, 60)
MOST_LEAVING = 400
"""Callers who leave, each of them more than once where there are more offsets."""
AMPLE = to_steps(Decimal(10_000))
TEAM = "team_id IS NOT NULL"


def ordinary(stage: Stage, group: Group) -> None:
    """Whole and streamed chats, speech, refusals that fall back, resets that are tried again, late endpoints
    with a second one beside them, no price."""
    calls = [Call(who, "voice", group.url()) for who in stage.take(10)]
    for model in ("talker", "slow", "fails-over", "resets", "hedged", "hedged-alone", "hedged-late"):
        for stream in (False, True):
            calls += [Call(who, model, group.url(), stream) for who in stage.take(5)]
    calls += [Call(who, "unpriced", group.url(), n % 2 == 0) for n, who in enumerate(stage.take(5, "free"))]
    stage.ask(calls)
    stage.quiesce(sweep=False)


def race(stage: Stage, group: Group) -> None:
    """So many callers at once against a budget for half of them."""
    for number in NUMBERS if stage.whole else FEW_NUMBERS:
        calls = [Call(who, "voice", group.url()) for who in stage.take(number)]
        cost = to_steps(len(calls[0].body()["input"]) * PER_CHARACTER)
        limit_team(stage, spent(stage) + number // 2 * cost)
        before = len(stage.billing.arrivals)
        statuses = [answer.status for answer in stage.ask(calls)]
        stage.quiesce(sweep=False)
        reached = len(stage.billing.arrivals) - before
        stage.notes.races.append(
            Race(
                processes=len(group.servers),
                callers=number,
                allowed=number // 2,
                reached=reached,
                answered=statuses.count(200),
                refused=statuses.count(402),
                statuses=str(dict(Counter(statuses))),
            )
        )
    limit_team(stage, AMPLE)


def overspend(stage: Stage, group: Group) -> None:
    """Answers as long as their caps allow, then answers three times as long."""
    for model, number, fields in (("dear", 30, ()), ("greedy", 5, (("max_tokens", 50),))):
        before, bills = spent(stage), len(stage.bills())
        room = to_steps(10 * 50 * PER_TOKEN_OUT * (4 if model == "dear" else 1))
        limit_team(stage, before + room)
        stage.ask(Call(who, model, group.url(), fields=fields) for who in stage.take(number))
        stage.quiesce(sweep=False)
        after = stage.ask([Call(who, model, group.url(), fields=fields) for who in stage.take(1)])
        stage.quiesce(sweep=False)
        billed = sum((to_steps(bill.usd) for bill in stage.bills()[bills:]), 0)
        stage.notes.excesses.append(
            {
                "model": model,
                "calls": number,
                "room": room,
                "spent": spent(stage) - before,
                "billed": billed,
                "next": after[0].status,
            }
        )
    limit_team(stage, AMPLE)


def departures(stage: Stage, group: Group) -> None:
    """Callers who leave after every number of bytes of a streamed answer, of a whole one and of sound."""
    for model, stream in (("slow", True), ("talker", False), ("voice", False), ("hedged", True)):
        first = Call(stage.take(1)[0], model, group.url(), stream)
        size = asyncio.run(callers.length(first))
        # an answer's first events and its last bytes matter most; without time, some of the offsets
        step = 1 if stage.whole and model in ("slow", "talker") else max(1, size // 40)
        offsets = range(0, size, step)
        people = cycle(stage.take(min(len(offsets), MOST_LEAVING)))
        calls = [
            Call(who, model, group.url(), stream, leave=offset)
            for who, offset in zip(people, offsets, strict=False)
        ]
        stage.ask(calls, at_once=40)
        stage.notes.offsets += len(calls)
    stage.note_open_sums()
    stage.quiesce(sweep=False)


def repetitions(stage: Stage, group: Group) -> None:
    """The same request under one `Idempotency-Key`: one after the other, all at once, with another body."""
    for model in ("talker", "voice"):
        (who,) = stage.take(1)
        call = Call(who, model, group.url(), headers=(("Idempotency-Key", str(uuid4())),))
        other = replace(call, fields=(("model", "proof/slow" if model == "talker" else "proof/other"),))
        before = len(stage.billing.arrivals)
        answers = stage.ask([call]) + stage.ask([call] * 10)
        changed = stage.ask([other])
        stage.quiesce(sweep=False)
        rows = stage.database.rows(f"SELECT count(*) FROM core_usagerecord WHERE user_id = {who.id}")
        stage.notes.replays.append(
            {
                "model": model,
                "asked": len(answers),
                "answered": sum(answer.whole for answer in answers),
                "calls": len(stage.billing.arrivals) - before,
                "records": rows[0][0],
                "other": changed[0].status,
            }
        )


def spent(stage: Stage) -> int:
    """Of the team's budget."""
    return int(stage.database.rows(f"SELECT spent FROM core_budget WHERE {TEAM}")[0][0])


def limit_team(stage: Stage, steps: int) -> None:
    stage.database.change(f'UPDATE core_budget SET "limit" = {steps} WHERE {TEAM}')
