"""Prices as people say them: `$15 / 1M characters`, `$0.006 / min`, `$0.04 / image`, `free`, `unpriced`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.contract.tasks import Task
from core.contract.usage import Price

MILLION = Decimal(1_000_000)
SIGNIFICANT = 3

WORDS: dict[str, tuple[Decimal, str]] = {
    "text_in.character": (MILLION, gettext_noop("%(price)s / 1M characters")),
    "text_in.token": (MILLION, gettext_noop("%(price)s / 1M tokens in")),
    "text_out.token": (MILLION, gettext_noop("%(price)s / 1M tokens out")),
    "cached_in.token": (MILLION, gettext_noop("%(price)s / 1M cached tokens")),
    "reasoning_out.token": (MILLION, gettext_noop("%(price)s / 1M reasoning tokens")),
    "audio_in.token": (MILLION, gettext_noop("%(price)s / 1M audio tokens in")),
    "cached_audio_in.token": (MILLION, gettext_noop("%(price)s / 1M cached audio tokens")),
    "audio_out.token": (MILLION, gettext_noop("%(price)s / 1M audio tokens out")),
    "image_in.token": (MILLION, gettext_noop("%(price)s / 1M image tokens in")),
    "image_out.token": (MILLION, gettext_noop("%(price)s / 1M image tokens out")),
    "video_in.token": (MILLION, gettext_noop("%(price)s / 1M video tokens")),
    "audio_in.second": (Decimal(60), gettext_noop("%(price)s / min")),
    "audio_out.second": (Decimal(60), gettext_noop("%(price)s / min of sound")),
    "video_in.second": (Decimal(60), gettext_noop("%(price)s / min of video")),
    "image_in.image": (Decimal(1), gettext_noop("%(price)s / image in")),
    "image_out.image": (Decimal(1), gettext_noop("%(price)s / image")),
    "file_in.page": (Decimal(1000), gettext_noop("%(price)s / 1,000 pages")),
    "request.request": (Decimal(1), gettext_noop("%(price)s / request")),
}
"""How many units a price is told for, and the sentence; anything else is told per one unit."""

TOLD_FIRST: dict[str, tuple[str, ...]] = {
    Task.SPEECH: ("text_in.character", "text_in.token", "audio_out.token", "audio_out.second"),
    Task.TRANSCRIPTION: ("audio_in.second", "audio_in.token", "text_out.token"),
    Task.TRANSLATION: ("audio_in.second", "audio_in.token", "text_out.token"),
    Task.CHAT: ("text_in.token", "text_out.token"),
    Task.IMAGE: ("image_out.image", "text_in.token", "image_out.token"),
    Task.EMBEDDING: ("text_in.token",),
}

SPOKEN_PER_SECOND = Decimal(15)
CHARACTERS_PER_TOKEN = Decimal(4)
TOKENS_PER_SECOND = {"audio_out.token": Decimal(20), "audio_in.token": Decimal(10)}
TOKENS_PER_IMAGE = Decimal(1056)
"""Rough rates, only to sort and filter models that count in different units."""


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One row of a price sheet: what it is of, the sentence, when it holds."""

    name: str
    text: str
    condition: str


def summary(prices: Sequence[Price], task: str = "") -> str:
    """What a card says: one or two amounts in the units of `task`."""
    if not prices:
        return str(_("unpriced"))
    if all(price.usd_per_unit == 0 for price in prices):
        return str(_("free"))
    named = cheapest_by_name(prices)
    order = TOLD_FIRST.get(task, ())
    told = [named[name] for name in order if name in named] or list(named.values())
    several = len(prices) > len(named) and told[0].condition
    text = " · ".join(line_text(price) for price in told[:2])
    return _("from %(price)s") % {"price": text} if several else text


def lines(prices: Iterable[Price]) -> list[PriceLine]:
    """The whole sheet, for a pricing tab; one word where nothing of it costs."""
    sheet = list(prices)
    if sheet and all(price.usd_per_unit == 0 for price in sheet):
        return [PriceLine("", str(_("free")), "")]
    return [PriceLine(price.name, line_text(price), condition_text(price)) for price in sheet]


def cheapest_by_name(prices: Iterable[Price]) -> dict[str, Price]:
    """One row per kind and unit: the unconditional one, else the cheapest."""
    best: dict[str, Price] = {}
    for price in sorted(prices, key=lambda price: (bool(price.condition), price.usd_per_unit)):
        best.setdefault(price.name, price)
    return best


def line_text(price: Price) -> str:
    many, sentence = WORDS.get(price.name, (Decimal(1), ""))
    told = money(price.usd_per_unit * many)
    return _(sentence) % {"price": told} if sentence else f"{told} / {price.unit}"


def condition_text(price: Price) -> str:
    said = dict(price.condition)
    texts = []
    if tokens := said.pop("min_prompt_tokens", None):
        texts.append(_("above %(count)s tokens") % {"count": f"{tokens:,}"})
    return ", ".join([*texts, *(str(value) for value in said.values())])


def money(amount: Decimal) -> str:
    """`$15`, `$0.60`, `$0.0042`: cents where they say enough, else three significant digits."""
    if amount == 0:
        return "$0"
    places = max(2, SIGNIFICANT - 1 - amount.adjusted())
    text = f"{round(amount, places):,f}"
    if "." in text:
        whole, _dot, cents = text.partition(".")
        cents = cents.rstrip("0")
        text = f"{whole}.{cents:0<2}" if cents else whole
    return f"${text}"


def comparable(prices: Sequence[Price], task: str) -> Decimal | None:
    """About what the task's usual unit costs: 1M characters spoken, a minute heard, an image, 1M tokens read.

    None when unpriced. An estimate for sorting and filtering, never for a bill.
    """
    if not prices:
        return None
    if task == Task.SPEECH:
        return per_million_characters(prices)
    if task in (Task.TRANSCRIPTION, Task.TRANSLATION):
        return per_minute(prices)
    if task == Task.IMAGE:
        return amount(prices, "image_out.image") or amount(prices, "image_out.token") * TOKENS_PER_IMAGE
    return amount(prices, "text_in.token") * MILLION


def per_million_characters(prices: Sequence[Price]) -> Decimal:
    seconds = MILLION / SPOKEN_PER_SECOND
    return (
        amount(prices, "text_in.character") * MILLION
        + amount(prices, "text_in.token") * MILLION / CHARACTERS_PER_TOKEN
        + amount(prices, "audio_out.token") * TOKENS_PER_SECOND["audio_out.token"] * seconds
        + amount(prices, "audio_out.second") * seconds
    )


def per_minute(prices: Sequence[Price]) -> Decimal:
    second = amount(prices, "audio_in.second")
    return 60 * (second or amount(prices, "audio_in.token") * TOKENS_PER_SECOND["audio_in.token"])


def amount(prices: Sequence[Price], name: str) -> Decimal:
    """The unconditional, else cheapest, amount of that kind and unit; 0 where the sheet has none."""
    found = cheapest_by_name(prices).get(name)
    return found.usd_per_unit if found else Decimal(0)
