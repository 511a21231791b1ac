"""The ledger's invariants, each read from the provider's log, the database and what the phases noted.

A check returns what it counted and says how; it raises `Broken` with the first case that does not hold.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from tests.proof.billing import RATE, SECRET, WORD, from_steps, to_steps
from tests.proof.database import Refused
from tests.proof.outages import PATIENCE
from tests.proof.stage import FINAL_SECONDS, Stage


class Broken(Exception):
    """An invariant does not hold."""


@dataclass(frozen=True, slots=True)
class Attempt:
    record: str
    caller: int
    state: str
    cost: int | None
    basis: str
    reason: str
    prices: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Record:
    id: str
    caller: int
    state: str
    outcome: str
    cost: int | None
    estimate: int | None
    error: str
    budgets: str


class Books:
    """The ledger after quiescence beside the provider's log."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.notes = stage, stage.notes

    @cached_property
    def records(self) -> list[Record]:
        return [
            Record(*row)
            for row in self.stage.database.rows(
                "SELECT public_id, user_id, state, outcome, cost, estimate, error, budgets "
                "FROM core_usagerecord"
            )
        ]

    @cached_property
    def attempts(self) -> list[Attempt]:
        return [
            Attempt(*row[:6], str(row[6]), row[7])  # PostgreSQL's driver reads JSON, SQLite's does not
            for row in self.stage.database.rows(
                "SELECT a.record, r.user_id, a.state, a.cost, a.basis, a.reason, a.prices, a.outcome "
                "FROM core_attempt a JOIN core_usagerecord r ON r.public_id = a.record"
            )
        ]

    @cached_property
    def attempts_of(self) -> dict[int, list[Attempt]]:
        found: defaultdict[int, list[Attempt]] = defaultdict(list)
        for attempt in self.attempts:
            found[attempt.caller].append(attempt)
        return dict(found)

    @cached_property
    def arrivals(self) -> Counter[int]:
        return Counter(arrival.caller for arrival in self.stage.billing.arrivals)

    @cached_property
    def billed(self) -> dict[int, int]:
        found: defaultdict[int, int] = defaultdict(int)
        for bill in self.stage.bills():
            found[bill.caller] += to_steps(bill.usd)
        return dict(found)

    def require(self, holds: object, case: str) -> None:
        if not holds:
            raise Broken(case)


def one_row_before_sending(books: Books) -> int:
    """One for each request so far; callers who call several times at once, or have two endpoints asked, may
    have more by then."""
    calls = Counter(answer.call.caller.id for answer in books.notes.answers)
    hedged = {answer.call.caller.id for answer in books.notes.answers if answer.call.hedged}
    for arrival in books.stage.billing.arrivals:
        stored, number = arrival.attempts, arrival.number
        several = calls[arrival.caller] > 1 or arrival.caller in hedged
        holds = stored >= number if several else stored == number
        books.require(holds, f"on arrival {arrival}")
    for caller, count in books.arrivals.items():
        attempts = len(books.attempts_of.get(caller, []))
        books.require(attempts >= count, f"caller {caller}: {count} requests, {attempts} attempts")
    return len(books.stage.billing.arrivals)


def every_row_is_final(books: Books) -> int:
    open_rows = [record.id for record in books.records if record.state == "open"]
    open_rows += [attempt.record for attempt in books.attempts if attempt.state == "open"]
    books.require(not open_rows, f"open after quiescence: {open_rows[:3]}")
    slowest = max(books.notes.final_seconds)
    books.require(slowest <= FINAL_SECONDS, f"it took {slowest:.0f} s")
    return len(books.records) + len(books.attempts)


def settled_once(books: Books) -> int:
    """`spent` of each budget is the sum of its records, after sweeps that ran at once and replays too."""
    paid: defaultdict[int, int] = defaultdict(int)
    for record in books.records:
        for budget in ids(record.budgets):
            paid[budget] += record.cost or 0
    for budget, spent in books.stage.database.rows("SELECT id, spent FROM core_budget"):
        books.require(spent == paid[budget], f"budget {budget}: spent {spent}, its records {paid[budget]}")
    return len(books.records)


def log_is_ledger(books: Books) -> int:
    """Attempt for attempt and cent for cent; estimates are never below what was billed."""
    bills = Counter(bill.caller for bill in books.stage.bills())
    for caller in {*bills, *books.attempts_of}:
        attempts = books.attempts_of.get(caller, [])
        charged = [attempt for attempt in attempts if attempt.state != "released"]
        unsent = [attempt for attempt in charged if attempt.reason == "process_died"]
        least, most = len(charged) - len(unsent), len(charged)
        books.require(
            least <= bills[caller] <= most,
            f"caller {caller}: {bills[caller]} bills, {most} charged attempts, "
            f"of them {len(unsent)} of dead processes: {attempts}",
        )
        if any(attempt.prices == "[]" for attempt in attempts):
            continue
        cost, billed = sum(attempt.cost or 0 for attempt in charged), books.billed.get(caller, 0)
        exact = all(attempt.state == "settled" for attempt in charged)
        books.require(
            cost == billed if exact else cost >= billed,
            f"caller {caller}: billed ${from_steps(billed)}, booked ${from_steps(cost)}: {attempts}",
        )
    return sum(bills.values())


def within_limits(books: Books) -> int:
    """Every state that any budget ever had, kept by a trigger of the proof's own."""
    states = books.stage.database.rows('SELECT count(*) FROM proof_budget WHERE spent + reserved <= "limit"')
    excess = sum(to_excess(books))
    over = books.stage.database.rows(
        'SELECT budget, max(spent + reserved - "limit") FROM proof_budget '
        'WHERE spent + reserved > "limit" GROUP BY budget'
    )
    for budget, steps in over:
        books.require(steps <= excess, f"budget {budget} exceeded by ${from_steps(steps)}")
    return int(states[0][0])


def to_excess(books: Books) -> list[int]:
    """What records cost above their reservations."""
    return [
        (record.cost or 0) - record.estimate
        for record in books.records
        if record.estimate is not None and (record.cost or 0) > record.estimate
    ]


def reserved_is_open(books: Books) -> int:
    for reserved, estimates in books.notes.open_sums:
        books.require(reserved == estimates, f"reserved {reserved}, open records {estimates}")
    books.require(
        any(reserved for reserved, _ in books.notes.open_sums), "nothing was reserved when looked at"
    )
    left = books.stage.database.rows("SELECT id, reserved FROM core_budget WHERE reserved <> 0")
    books.require(not left, f"reserved after quiescence: {left[:3]}")
    return len(books.notes.open_sums)


def no_overspend(books: Books) -> int:
    dear, greedy = books.notes.excesses
    books.require(0 < dear["billed"] <= dear["room"], f"{dear}")
    books.require(dear["spent"] == dear["billed"], f"{dear}")
    excess = to_excess(books)
    books.require(0 < greedy["spent"] - greedy["room"] <= sum(excess), f"{greedy}, {sum(excess)}")
    books.require(greedy["next"] == 402, f"after an excess: {greedy}")
    alarms = books.stage.database.rows(
        "SELECT count(DISTINCT subject) FROM core_auditevent WHERE action = 'ledger.overspend'"
    )[0][0]
    books.require(alarms == len(excess), f"{len(excess)} excesses, {alarms} alarms")
    return int(dear["calls"] + greedy["calls"])


def exactly_k(books: Books) -> int:
    for race in books.notes.races:
        books.require(
            race.reached == race.allowed == race.answered and race.refused == race.callers - race.allowed,
            f"{race}",
        )
    return sum(race.callers for race in books.notes.races)


def departures(books: Books) -> int:
    books.require(books.notes.offsets, "nobody left")
    return books.notes.offsets


def deaths(books: Books) -> int:
    for name, count in books.notes.deaths.items():
        books.require(count, f"no process died: {name}")
    return sum(books.notes.deaths.values())


def database_outages(books: Books) -> int:
    for outage in books.notes.outages:
        if outage["when"] == "before dispatch":
            books.require(outage["sent"] == outage["answered"] == 0, f"{outage}")
            books.require(not outage["ready"], f"/readyz was green: {outage}")
        else:
            books.require(outage["answered"] == outage["settled"] == outage["asked"], f"{outage}")
        books.require(outage["slowest"] <= PATIENCE + 2, f"{outage}")
    for outage in books.notes.disks:
        books.require(outage["sent"] == outage["answered"] == outage["asked"], f"full disk: {outage}")
        books.require(outage["refused"] == outage["large"] > outage["sent of large"] == 0, f"{outage}")
        books.require(outage["after"] == 200 and not outage["left"], f"after a full disk: {outage}")
    return sum(outage["asked"] for outage in (*books.notes.outages, *books.notes.disks))


def redis_outages(books: Books) -> int:
    for outage in books.notes.redis:
        books.require(outage["answered"] == outage["asked"], f"{outage}")
        books.require(outage["slowest"] <= PATIENCE, f"{outage}")
        most = outage["processes"] * (RATE + RATE * outage["seconds"] / 60)
        books.require(RATE <= outage["passed"] <= most, f"{outage}")
    return sum(outage["asked"] for outage in books.notes.redis)


def unpriced_is_null(books: Books) -> int:
    unpriced = [attempt for attempt in books.attempts if attempt.prices == "[]"]
    books.require(unpriced, "no attempt without a price")
    for attempt in unpriced:
        books.require(attempt.cost is None and attempt.basis == "unpriced", f"{attempt}")
    return len(unpriced)


CHANGES = (
    "UPDATE core_usagerecord SET cost = 0 WHERE state <> 'open'",
    "UPDATE core_usagerecord SET state = 'open' WHERE state <> 'open'",
    "UPDATE core_attempt SET cost = 0 WHERE state <> 'open'",
    "DELETE FROM core_usagerecord WHERE state <> 'open'",
    "DELETE FROM core_attempt WHERE state <> 'open'",
    "UPDATE core_auditevent SET action = 'x'",
    "DELETE FROM core_auditevent",
)


def final_rows_stay(books: Books) -> int:
    for statement in CHANGES:
        try:
            books.stage.database.change(statement)
        except Refused:
            continue
        raise Broken(f"allowed: {statement}")
    return len(CHANGES)


def nothing_secret(books: Books) -> int:
    keys = {key.rpartition("_")[2] for key in books.stage.keys}
    count = 0
    for table in ("core_usagerecord", "core_attempt", "core_auditevent", "core_serverprocess"):
        rows = books.stage.database.rows(f"SELECT * FROM {table}")
        text = "\n".join(map(str, rows))
        found = [secret for secret in (WORD, SECRET) if secret in text] or found_keys(keys, text)
        books.require(not found, f"{table} has {found[:1]}")
        count += len(rows)
    return count


def found_keys(keys: set[str], text: str) -> list[str]:
    """Those of the keys, all of one length, that are anywhere in `text`; one search for all of them."""
    (size,) = {len(key) for key in keys}
    runs = re.findall(rf"[0-9A-Za-z]{{{size},}}", text)
    windows = (run[start : start + size] for run in runs for start in range(len(run) - size + 1))
    return [window for window in windows if window in keys]


def reports_add_up(books: Books) -> int:
    told = books.stage.report()
    cost = from_steps(sum(record.cost or 0 for record in books.records))
    books.require(told["records"] == told["daily_records"] == len(books.records), f"{told}")
    books.require(Decimal(told["cost"]) == Decimal(told["daily_cost"]) == cost, f"{told}, rows {cost}")
    return int(told["records"])


def replays_are_free(books: Books) -> int:
    for replay in books.notes.replays:
        books.require(replay["calls"] == replay["records"] == 1, f"{replay}")
        books.require(replay["answered"] == replay["asked"] and replay["other"] == 422, f"{replay}")
    return sum(replay["asked"] for replay in books.notes.replays)


def attempts_add_up(books: Books) -> int:
    parts: defaultdict[str, list[Attempt]] = defaultdict(list)
    for attempt in books.attempts:
        parts[attempt.record].append(attempt)
    for record in books.records:
        if record.cost is None:
            continue
        total = sum(attempt.cost or 0 for attempt in parts[record.id])
        books.require(total == record.cost, f"{record}: attempts come to {total}")
    costs = {record.caller: record.cost for record in books.records}
    for answer in books.notes.answers:
        if answer.cost is not None and answer.call.headers == ():
            told, cost = to_steps(Decimal(str(answer.cost))), costs[answer.call.caller.id]
            books.require(told == cost, f"caller {answer.call.caller.id} was told {told}, booked {cost}")
    several = [attempts for attempts in parts.values() if len(attempts) > 1]
    books.require(several, "no request had several attempts")
    overtaken = [attempt for attempts in several for attempt in attempts if attempt.outcome == "overtaken"]
    books.require(overtaken, "no second endpoint was quicker than the first")
    return len(several)


def ids(budgets: object) -> list[int]:
    return [int(number) for number in str(budgets).strip("[]").split(",") if number.strip()]


@dataclass(frozen=True, slots=True)
class Invariant:
    name: str
    says: str
    how: str
    check: Callable[[Books], int]


INVARIANTS = (
    Invariant(
        "I1", "one row, committed before sending", "requests seen at the provider", one_row_before_sending
    ),
    Invariant("I2", "every row is final within 120 s", "records and attempts", every_row_is_final),
    Invariant("I3", "nothing is settled twice", "records against `spent`", settled_once),
    Invariant("I4", "the provider's log is the ledger", "lines of its log", log_is_ledger),
    Invariant("I5", "spent + reserved <= limit", "states of budgets, by trigger", within_limits),
    Invariant("I6", "reserved is what is open, then 0", "looks at both in one statement", reserved_is_open),
    Invariant("I7", "no overspend; an excess is bounded and told", "calls for long answers", no_overspend),
    Invariant("I8", "a budget for k lets exactly k through", "callers in races", exactly_k),
    Invariant("I9", "a client may leave at any byte", "offsets of answers", departures),
    Invariant("I10", "kill -9 and SIGTERM lose nothing", "deaths of processes", deaths),
    Invariant("I11", "database, disk away: nothing sent or lost", "calls in outages", database_outages),
    Invariant("I12", "Redis away: budgets hold", "calls in outages", redis_outages),
    Invariant("I13", "no price is never a cost of 0", "attempts without a price", unpriced_is_null),
    Invariant("I14", "final rows stay as they are", "forbidden statements", final_rows_stay),
    Invariant("I15", "no content and no secret", "rows searched", nothing_secret),
    Invariant("I16", "daily sums are the sum of rows", "records in reports", reports_add_up),
    Invariant("I17", "a repetition is free", "requests under a key", replays_are_free),
    Invariant("I18", "attempts add up to the request", "requests of several attempts", attempts_add_up),
)
