"""OpenRouter's `provider`: the options of providers, and which of them may be asked.

https://openrouter.ai/docs/features/provider-routing
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from core.bodies.validation import Body, FieldError
from core.contract.routing import Hedge, ProviderRules

SORTS = ("price", "throughput", "latency", "exacto")
PRICES = ("prompt", "completion", "request", "image", "audio")
LONGEST_PRICE = 40
MOST_NAMES = 100
LONGEST_HEDGE = 600_000
"""Milliseconds."""
LONGEST_NUMBER = 12

Names = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=120)]] | None,
    Field(default=None, max_length=MOST_NAMES),
]


def check_sort(value: Any) -> Any:
    """A name, or OpenRouter's object with the name as `by`, as it came."""
    if value is not None and sort_name(value) not in SORTS:
        raise FieldError(f"provider.sort must be one of {', '.join(SORTS)}.", param="provider.sort")
    return value


def sort_name(value: Any) -> str:
    found = value.get("by") if isinstance(value, Mapping) else value
    return found if isinstance(found, str) else ""


def check_prices(value: Any) -> Any:
    """Prices as they came: numbers, or text as OpenRouter's SDK writes them."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise FieldError("provider.max_price must be an object.", param="provider.max_price")
    for name, price in value.items():
        param = f"provider.max_price.{name[:40]}"
        if name not in PRICES:
            raise FieldError(f"{param} is not known: there are {', '.join(PRICES)}.", param=param)
        if price is not None and to_usd(price) is None:
            raise FieldError(f"{param} must be a number that is not negative.", param=param)
    return value


def to_usd(price: Any) -> Decimal | None:
    """None for what is no amount of money."""
    if isinstance(price, bool) or not isinstance(price, str | int | float) or len(str(price)) > LONGEST_PRICE:
        return None
    try:
        found = Decimal(str(price))
    except InvalidOperation:
        return None
    return found if found.is_finite() and found >= 0 else None


def check_hedge(value: Any) -> bool | int | None:
    """True or milliseconds; a form has both as text."""
    found = {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
    if isinstance(found, str) and found.isascii() and found.isdigit():
        found = int(found[:LONGEST_NUMBER])
    if found is None or isinstance(found, bool) or (isinstance(found, int) and 1 <= found <= LONGEST_HEDGE):
        return found
    raise FieldError(
        f"provider.hedge must be true, or milliseconds from 1 to {LONGEST_HEDGE}.", param="provider.hedge"
    )


def hedge(value: bool | int | None) -> Hedge | None:
    if value is None or isinstance(value, bool):
        return None if value is None else Hedge(wanted=value)
    return Hedge(value / 1000)


HEDGE_SCHEMA = {
    "anyOf": [
        {"type": "boolean"},
        {"type": "integer", "minimum": 1, "maximum": LONGEST_HEDGE},
        {"type": "null"},
    ]
}


PRICE_SCHEMA = {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string"}]}
SORT_SCHEMA = {
    "anyOf": [
        {"type": "string", "enum": list(SORTS)},
        {"type": "object", "properties": {"by": {"type": "string", "enum": list(SORTS)}}},
        {"type": "null"},
    ]
}
MAX_PRICE_SCHEMA = {
    "anyOf": [
        {"type": "object", "properties": dict.fromkeys(PRICES, PRICE_SCHEMA), "additionalProperties": False},
        {"type": "null"},
    ]
}


class ProviderBody(Body):
    """OpenRouter's `provider`: the options of providers, and which of them may be asked."""

    model_config = ConfigDict(extra="allow")

    options: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description="Parameters for one provider, by its slug, such as `elevenlabs`. Others ignore them.",
    )
    order: Names = Field(description="Providers to be asked first, in this order.")
    only: Names = Field(description="The providers that may be asked.")
    ignore: Names = Field(description="Providers that are not asked.")
    allow_fallbacks: bool | None = Field(
        default=None, description="`false`: no provider but the first is asked."
    )
    require_parameters: bool | None = Field(
        default=None, description="`true`: only models that take every field of the request."
    )
    sort: Annotated[Any, BeforeValidator(check_sort)] = Field(
        default=None,
        description="First the provider that is cheapest (`price`), had the lowest median to its first "
        "content in the last day (`latency`) or the highest median of tokens a second (`throughput`). One "
        "request in ten asks one first that was not measured. `exacto` is for routers such as OpenRouter.",
        json_schema_extra=SORT_SCHEMA,
    )
    max_price: Annotated[Any, BeforeValidator(check_prices)] = Field(
        default=None,
        description="No provider that charges more, USD: `prompt` and `completion` a million tokens or "
        "characters, `audio` a million tokens, `request` and `image` each.",
        json_schema_extra=MAX_PRICE_SCHEMA,
    )
    quantizations: Names = Field(description="Only routers know them: others are not asked then.")
    data_collection: Literal["allow", "deny"] | None = Field(
        default=None, description="`deny`: only providers that keep nothing, else the request is refused."
    )
    zdr: bool | None = Field(default=None, description="As `data_collection` `deny`: zero data retention.")

    hedge: Annotated[Any, BeforeValidator(check_hedge)] = Field(
        default=None,
        description="Ask a second provider as well when the first has brought nothing after so many "
        "milliseconds; `true`: after the time in which 95 % of its answers of the last day began, 5 seconds "
        "where there are none. Whoever brings content first answers; both may charge.",
        json_schema_extra=HEDGE_SCHEMA,
    )

    @property
    def preferences(self) -> dict[str, Any]:
        """What a router such as OpenRouter is to be told: all but the options and what is ours."""
        return self.model_dump(exclude={"options", "hedge"}, exclude_unset=True, exclude_none=True)

    @property
    def rules(self) -> ProviderRules:
        """What is obeyed here."""
        prices = {name: to_usd(price) for name, price in (self.max_price or {}).items()}
        return ProviderRules(
            order=tuple(self.order or ()),
            only=tuple(self.only or ()),
            ignore=tuple(self.ignore or ()),
            allow_fallbacks=self.allow_fallbacks is not False,
            require_parameters=bool(self.require_parameters),
            sort=sort_name(self.sort),
            max_price={name: price for name, price in prices.items() if price is not None},
            quantizations=tuple(self.quantizations or ()),
            hedge=hedge(self.hedge),
        )
