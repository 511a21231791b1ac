"""What the page of findings shows: lines with their facts, a section for each kind, a choice of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import operations
from core.admin.audit import LONGEST_SEARCH, MOST_WORDS
from core.catalogue import prices
from core.contract.tasks import Task
from core.contract.usage import Price
from core.models import Endpoint, Finding

SHOWN, PAGE = 15, 100
"""Rows of each kind where all kinds are shown, and where one is."""

Kind = Finding.Kind
SEES, DECIDES = "core.view_finding", "core.change_finding"
RIGHTS: dict[Kind, tuple[str, ...]] = {
    Kind.SHUTDOWN: ("core.change_aimodel", "core.change_endpoint"),
    Kind.GONE: ("core.change_aimodel", "core.change_endpoint"),
    Kind.PRICE: ("core.add_price",),
    Kind.NEW: ("core.add_aimodel", "core.add_endpoint", "core.add_price"),
}
"""What taking a finding needs, beside `DECIDES`."""

TITLES: dict[Kind, Any] = {
    Kind.SHUTDOWN: gettext_lazy("Shutting down"),
    Kind.GONE: gettext_lazy("No longer listed"),
    Kind.PRICE: gettext_lazy("Price changed"),
    Kind.NEW: gettext_lazy("New"),
}
VERBS: dict[Kind, tuple[Any, Any]] = {
    Kind.SHUTDOWN: (gettext_lazy("Retire on its day"), gettext_lazy("Retire all on their days")),
    Kind.GONE: (gettext_lazy("Retire"), gettext_lazy("Retire all")),
    Kind.PRICE: (gettext_lazy("Take the price"), gettext_lazy("Take all prices")),
    Kind.NEW: (gettext_lazy("Add"), gettext_lazy("Add all")),
}
"""What taking one, and all, is called."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the page."""

    finding: Finding

    @property
    def verb(self) -> str:
        return _("Retire now") if is_noted(self.finding) else str(VERBS[Kind(self.finding.kind)][0])

    @property
    def facts(self) -> list[str]:
        """What there is to know of it, one fact a line."""
        return FACTS[Kind(self.finding.kind)](self.finding)


def shutdown_facts(finding: Finding) -> list[str]:
    day = operations.last_day_of(finding)
    facts = [_("Its last day is %(day)s.") % {"day": date_format(day, "j F Y")}, effect(finding)]
    if successor := finding.detail["replacement"]:
        facts.append(_("Its successor is %(model)s.") % {"model": successor})
    return facts


def effect(finding: Finding) -> str:
    """What retiring does."""
    if finding.elsewhere:
        return _("Other providers serve it: retiring switches it off here only.")
    if finding.kind == Kind.GONE or finding.endpoint is None:
        return _("No other provider serves it: requests for it would be refused.")
    if is_noted(finding):
        return _("The catalogue retires it on that day; retiring does so now.")
    return _("Retiring notes the day; until then it is offered.")


def is_noted(finding: Finding) -> bool:
    """Whether the catalogue retires its model on the day of a shutdown already."""
    if finding.kind != Kind.SHUTDOWN or finding.endpoint is None:
        return False
    return operations.last_day_of(finding) == finding.endpoint.model.shutdown_at


def gone_facts(finding: Finding) -> list[str]:
    return [effect(finding)]


def price_facts(finding: Finding) -> list[str]:
    """`$2 / 1M tokens in → $3 / 1M tokens in`, a line each."""
    old = {line_name(price): prices.line_text(price) for price in operations.prices_of(finding.detail["old"])}
    facts = []
    for price in operations.prices_of(finding.detail["new"]):
        condition = prices.condition_text(price)
        text = f"{old.get(line_name(price), _('unpriced'))} → {prices.line_text(price)}"
        facts.append(f"{text} ({condition})" if condition else text)
    return facts


def line_name(price: Price) -> str:
    return f"{price.name} {sorted(price.condition.items())}"


def new_facts(finding: Finding) -> list[str]:
    """Modalities and price."""
    detail = finding.detail
    sides = (", ".join(detail[f"{side}_modalities"]) for side in ("input", "output"))
    price = prices.summary(operations.prices_of(detail["prices"]), Task(detail["tasks"][0]))
    return [" → ".join(sides), price]


FACTS: dict[Kind, Callable[[Finding], list[str]]] = {
    Kind.SHUTDOWN: shutdown_facts,
    Kind.GONE: gone_facts,
    Kind.PRICE: price_facts,
    Kind.NEW: new_facts,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Which findings are shown: of a provider, of a kind, by a word, those put aside."""

    provider: str
    kind: str
    search: str
    dismissed: bool

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Choice:
        kind = query.get("kind", "")
        search = query.get("q", "").strip()[:LONGEST_SEARCH]
        kind = kind if kind in Kind.values else ""
        return cls(query.get("provider", "")[:60], kind, search, bool(query.get("dismissed")))

    @property
    def fields(self) -> list[tuple[str, str]]:
        """As names and values of a form."""
        dismissed = "1" if self.dismissed else ""
        given = {"provider": self.provider, "kind": self.kind, "q": self.search, "dismissed": dismissed}
        return [(name, value) for name, value in given.items() if value]

    def query(self, **changes: str) -> str:
        return urlencode({**dict(self.fields), **changes})

    def findings(self) -> QuerySet[Finding]:
        """Each with `elsewhere`: whether other providers serve its model."""
        others = Endpoint.objects.filter(enabled=True, provider__enabled=True)
        elsewhere = others.filter(model=OuterRef("endpoint__model")).exclude(pk=OuterRef("endpoint"))
        found = Finding.objects.filter(dismissed=self.dismissed).annotate(elsewhere=Exists(elsewhere))
        found = found.select_related("provider", "endpoint__model")
        if self.provider:
            found = found.filter(provider__slug=self.provider)
        if self.kind:
            found = found.filter(kind=self.kind)
        for word in self.search.split()[:MOST_WORDS]:
            found = found.filter(Q(model__icontains=word) | Q(upstream_id__icontains=word))
        return found.order_by("model", "provider__name", "pk")


@dataclass(frozen=True, slots=True)
class Section:
    """The findings of one kind; `may`: the reader can decide on them."""

    kind: Kind
    page: Page[Finding]
    may: bool
    choice: Choice

    @property
    def title(self) -> str:
        return str(TITLES[self.kind])

    @property
    def take_all(self) -> str:
        """What taking all is called; "" where the catalogue does so by itself."""
        return "" if all(map(is_noted, self.page)) else str(VERBS[self.kind][1])

    @property
    def count(self) -> int:
        return self.page.paginator.count

    @property
    def more(self) -> int:
        return self.count - len(self.page)

    @property
    def query(self) -> str:
        """Of the page with this kind only."""
        return self.choice.query(kind=self.kind.value)

    @property
    def pages(self) -> list[tuple[int, str]]:
        """Number and query of every page, where only this kind is shown in several."""
        several = self.choice.kind and self.page.paginator.num_pages > 1
        numbers = self.page.paginator.page_range if several else range(0)
        return [(number, self.choice.query(p=str(number))) for number in numbers]

    @property
    def rows(self) -> list[Row]:
        return [Row(finding) for finding in self.page]


def may_decide(request: HttpRequest, kind: Kind) -> bool:
    return request.user.has_perms((DECIDES, *RIGHTS[kind]))


def section_of(request: HttpRequest, choice: Choice, found: QuerySet[Finding], kind: Kind) -> Section:
    paginator = Paginator(found.filter(kind=kind), PAGE if choice.kind else SHOWN)
    page = paginator.get_page(request.GET.get("p") if choice.kind else 1)
    return Section(kind, page, may_decide(request, kind), choice)
