"""The parameters of a language model that are relayed: the type and the range of each, in one table.

Whatever is not listed is relayed as it came. Null is accepted everywhere: it is the same as leaving out.

https://platform.openai.com/docs/api-reference/chat/create
https://openrouter.ai/docs/api-reference/parameters
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from core.bodies.validation import wrong_field

MOST_TOKENS = 10**9
INT64 = 2**63


class Rule(Protocol):
    """What one parameter may be."""

    def check(self, value: Any, param: str) -> None:
        """Raise `InvalidRequest` for a value that is not allowed; never called with null."""

    def schema(self) -> dict[str, Any]:
        """The rule as JSON schema."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number from `low` to `high`; text and booleans are none."""

    low: float
    high: float

    def check(self, value: Any, param: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong_field(param, "must be a number.")
        check_range(value, self.low, self.high, param)

    def schema(self) -> dict[str, Any]:
        return {"type": "number", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from `low` to `high`."""

    low: int
    high: int

    def check(self, value: Any, param: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong_field(param, "must be a whole number.")
        check_range(value, self.low, self.high, param)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class Flag:
    def check(self, value: Any, param: str) -> None:
        if not isinstance(value, bool):
            raise wrong_field(param, "must be true or false.")

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Text:
    """A string of at most `longest` characters."""

    longest: int

    def check(self, value: Any, param: str) -> None:
        if not isinstance(value, str):
            raise wrong_field(param, "must be a string.")
        if len(value) > self.longest:
            raise wrong_field(param, f"must have at most {self.longest:,} characters.")

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.longest}


@dataclass(frozen=True, slots=True)
class TextOrTexts:
    """A string, or a list of at most `most` strings, each of at most `longest` characters."""

    longest: int
    most: int

    def check(self, value: Any, param: str) -> None:
        if not isinstance(value, str | list):
            raise wrong_field(param, "must be a string or a list of strings.")
        texts = value if isinstance(value, list) else [value]
        if len(texts) > self.most:
            raise wrong_field(param, f"must have at most {self.most} entries.")
        for text in texts:
            Text(self.longest).check(text, param)

    def schema(self) -> dict[str, Any]:
        text = Text(self.longest).schema()
        return {"anyOf": [text, {"type": "array", "maxItems": self.most, "items": text}]}


@dataclass(frozen=True, slots=True)
class Labels:
    """An object of at most `most` names with single values: no lists and no objects inside."""

    most: int
    longest_name: int
    longest: int

    def check(self, value: Any, param: str) -> None:
        if not isinstance(value, dict):
            raise wrong_field(param, "must be an object.")
        if len(value) > self.most:
            raise wrong_field(param, f"must have at most {self.most} entries.")
        for name, label in value.items():
            if len(name) > self.longest_name:
                raise wrong_field(param, f"must have names of at most {self.longest_name} characters.")
            if isinstance(label, dict | list):
                raise wrong_field(f"{param}.{name}", "must be a string.")
            if isinstance(label, str):
                Text(self.longest).check(label, f"{param}.{name}")

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "maxProperties": self.most}


@dataclass(frozen=True, slots=True)
class Biases:
    """Token ids with numbers from -100 to 100."""

    most: int

    def check(self, value: Any, param: str) -> None:
        if not isinstance(value, dict):
            raise wrong_field(param, "must be an object.")
        if len(value) > self.most:
            raise wrong_field(param, f"must have at most {self.most:,} entries.")
        for bias in value.values():
            Number(-100, 100).check(bias, param)

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": Number(-100, 100).schema()}


@dataclass(frozen=True, slots=True)
class Members:
    """An object of which some members have rules."""

    rules: Mapping[str, Rule]

    def check(self, value: Any, param: str) -> None:
        if not isinstance(value, dict):
            raise wrong_field(param, "must be an object.")
        check_parameters(value, self.rules, f"{param}.")

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "properties": schemas(self.rules)}


def check_range(value: float, low: float, high: float, param: str) -> None:
    if not low <= value <= high:
        raise wrong_field(param, f"must be between {low:,} and {high:,}.")


TOKENS = Whole(1, MOST_TOKENS)
BUDGET = Whole(0, MOST_TOKENS)
"""Tokens of reasoning; 0 is none."""

WORD = Text(64)
PARAMETERS: dict[str, Rule] = {
    "best_of": Whole(1, 128),
    "frequency_penalty": Number(-2, 2),
    "logit_bias": Biases(4096),
    "logprobs": Flag(),
    "max_completion_tokens": TOKENS,
    "max_length": TOKENS,
    "max_new_tokens": TOKENS,
    "max_output_tokens": TOKENS,
    "max_tokens": TOKENS,
    "max_tool_calls": TOKENS,
    "metadata": Labels(16, 64, 512),
    "min_p": Number(0, 1),
    "min_tokens": BUDGET,
    "n": Whole(1, 128),
    "num_predict": TOKENS,
    "parallel_tool_calls": Flag(),
    "presence_penalty": Number(-2, 2),
    "prompt_cache_key": Text(512),
    "reasoning": Members({"effort": WORD, "max_tokens": BUDGET, "exclude": Flag(), "enabled": Flag()}),
    "reasoning_effort": WORD,
    "repetition_penalty": Number(0, 10),
    "safety_identifier": Text(512),
    "seed": Whole(-INT64, INT64 - 1),
    "service_tier": WORD,
    "session_id": Text(512),
    "stop": TextOrTexts(1000, 64),
    "store": Flag(),
    "temperature": Number(0, 2),
    "thinking": Members({"type": WORD, "budget_tokens": BUDGET}),
    "thinking_budget": BUDGET,
    "top_a": Number(0, 1),
    "top_k": Whole(-1, 1_000_000),
    "top_logprobs": Whole(0, 20),
    "top_p": Number(0, 1),
    "user": Text(512),
    "verbosity": WORD,
}
"""The rules of the parameters by their names."""


def check_parameters(
    fields: Mapping[str, Any], rules: Mapping[str, Rule] = PARAMETERS, within: str = ""
) -> None:
    """Raise `InvalidRequest` for the first field whose value breaks its rule; `within` precedes its name."""
    for name, value in fields.items():
        if value is not None and name in rules:
            rules[name].check(value, f"{within}{name}")


def schemas(rules: Mapping[str, Rule] = PARAMETERS) -> dict[str, Any]:
    """The rules as properties of a JSON schema, null allowed."""
    return {name: {"anyOf": [rule.schema(), {"type": "null"}]} for name, rule in rules.items()}


def document_all(schema: dict[str, Any]) -> None:
    """Add every parameter to the properties of a body's JSON schema."""
    schema["properties"] |= schemas()


def document_known(schema: dict[str, Any]) -> None:
    """Add the rules to the properties that a body's JSON schema has already."""
    for name in sorted(schema["properties"].keys() & PARAMETERS.keys() - {"metadata", "reasoning"}):
        schema["properties"][name] |= schemas()[name]
