"""Prices as text: `$15 / 1M characters`, `$0.006 / min`, `$0.04 / image`, `free`, `unpriced`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.contract.tasks import FACTS, Comparison, Task
from core.contract.usage import SURCHARGE, Price

MILLION = Decimal(1_000_000)
SIGNIFICANT = 3

SENTENCES: dict[str, tuple[Decimal, str]] = {
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
"""How many units a price is quoted for, and the text; anything else is quoted per unit."""

FLAGS = {
    "detect_speaker_roles": gettext_noop("with the roles of speakers"),
    "entity_detection": gettext_noop("with names and numbers marked"),
    "entity_redaction": gettext_noop("with names and numbers removed"),
    "keyterms": gettext_noop("with words to listen for"),
    "web_search": gettext_noop("with web search"),
}
"""The text of a condition that is met or not."""

CHARACTERS_PER_SECOND = Decimal(15)
CHARACTERS_PER_TOKEN = Decimal(4)
TOKENS_PER_SECOND = {"audio_out.token": Decimal(20), "audio_in.token": Decimal(10)}
TOKENS_PER_IMAGE = Decimal(1056)
"""Rough rates, only to sort and filter models that are priced in different units."""


@dataclass(frozen=True, slots=True)
class PriceText:
    """One row of a price sheet as text: kind and unit (`text_in.token`), price, condition ("" for none)."""

    name: str
    text: str
    condition: str


def summary(prices: Sequence[Price], task: Task | None = None) -> str:
    """One or two prices for a card, in the units of `task` where it has such."""
    if not prices:
        return str(_("unpriced"))
    if all(price.usd_per_unit == 0 for price in prices):
        return str(_("free"))
    named = cheapest_by_name(prices)
    units = FACTS[task].prices if task else ()
    listed = [named[name] for name in units if name in named] or list(named.values())
    several = len(prices) > len(named) and listed[0].condition
    text = " · ".join(line_text(price) for price in listed[:2])
    return _("from %(price)s") % {"price": text} if several else text


def lines(prices: Iterable[Price]) -> list[PriceText]:
    """The whole sheet, for a pricing tab; the one line `free` where every price is 0."""
    sheet = list(prices)
    if sheet and all(price.usd_per_unit == 0 for price in sheet):
        return [PriceText("", str(_("free")), "")]
    return [PriceText(price.name, line_text(price), condition_text(price)) for price in sheet]


def cheapest_by_name(prices: Iterable[Price]) -> dict[str, Price]:
    """One price per kind and unit, by its name: the unconditional one, else the cheapest."""
    best: dict[str, Price] = {}
    for price in sorted(prices, key=lambda price: (bool(price.condition), price.usd_per_unit)):
        if not price.surcharge:
            best.setdefault(price.name, price)
    return best


def line_text(price: Price) -> str:
    quantity, sentence = SENTENCES.get(price.name, (Decimal(1), ""))
    text = f"{'+' if price.surcharge else ''}{money(price.usd_per_unit * quantity)}"
    return _(sentence) % {"price": text} if sentence else f"{text} / {price.unit}"


def condition_text(price: Price) -> str:
    conditions = dict(price.condition)
    texts = []
    if tokens := conditions.pop("min_prompt_tokens", None):
        texts.append(_("above %(count)s tokens") % {"count": f"{tokens:,}"})
    conditions.pop(SURCHARGE, None)
    texts += [_(FLAGS[name]) if value is True else str(value) for name, value in conditions.items()]
    return ", ".join(texts)


def money(amount: Decimal) -> str:
    """`$15`, `$0.60`, `$0.0042`: two decimal places, or as many as three significant digits need."""
    if amount == 0:
        return "$0"
    places = max(2, SIGNIFICANT - 1 - amount.adjusted())
    text = f"{round(amount, places):,f}"
    if "." in text:
        whole, _dot, cents = text.partition(".")
        cents = cents.rstrip("0")
        text = f"{whole}.{cents:0<2}" if cents else whole
    return f"${text}"


def comparable(prices: Sequence[Price], task: Task | None) -> Decimal | None:
    """About what the quantity costs in USD that the task's prices are compared by; None when unpriced.

    An estimate for sorting and filtering, never for a bill.
    """
    return COMPARISONS[FACTS[task].comparison](prices) if prices and task else None


def per_million_characters(prices: Sequence[Price]) -> Decimal:
    """Of text turned into speech."""
    seconds = MILLION / CHARACTERS_PER_SECOND
    return (
        amount(prices, "text_in.character") * MILLION
        + amount(prices, "text_in.token") * MILLION / CHARACTERS_PER_TOKEN
        + amount(prices, "audio_out.token") * TOKENS_PER_SECOND["audio_out.token"] * seconds
        + amount(prices, "audio_out.second") * seconds
    )


def per_minute(prices: Sequence[Price]) -> Decimal:
    """Of audio transcribed or translated."""
    second = amount(prices, "audio_in.second")
    return 60 * (second or amount(prices, "audio_in.token") * TOKENS_PER_SECOND["audio_in.token"])


def per_image(prices: Sequence[Price]) -> Decimal:
    return amount(prices, "image_out.image") or amount(prices, "image_out.token") * TOKENS_PER_IMAGE


def per_million_tokens(prices: Sequence[Price]) -> Decimal:
    """Of text read."""
    return amount(prices, "text_in.token") * MILLION


COMPARISONS: dict[Comparison, Callable[[Sequence[Price]], Decimal]] = {
    Comparison.MILLION_CHARACTERS: per_million_characters,
    Comparison.MINUTE: per_minute,
    Comparison.MILLION_TOKENS: per_million_tokens,
    Comparison.IMAGE: per_image,
}


def amount(prices: Sequence[Price], name: str) -> Decimal:
    """USD per unit of that kind, unconditional, else the cheapest; 0 where the sheet has none."""
    found = cheapest_by_name(prices).get(name)
    return found.usd_per_unit if found else Decimal(0)
