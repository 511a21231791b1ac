"""What one field of a body may be: its JSON type and its range. Null is accepted everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from core.bodies.validation import wrong_field


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
        check_members(value, self.rules, f"{param}.")

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "properties": schemas(self.rules)} if self.rules else {"type": "object"}


@dataclass(frozen=True, slots=True)
class Each:
    """A list of at most `most` values that follow one rule."""

    rule: Rule
    most: int

    def check(self, value: Any, param: str) -> None:
        if not isinstance(value, list):
            raise wrong_field(param, "must be a list.")
        if len(value) > self.most:
            raise wrong_field(param, f"must have at most {self.most:,} entries.")
        for at, entry in enumerate(value):
            self.rule.check(entry, f"{param}[{at}]")

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "maxItems": self.most, "items": self.rule.schema()}


@dataclass(frozen=True, slots=True)
class TextOrMembers:
    """A string, or an object of which some members have rules."""

    text: Text
    members: Members

    def check(self, value: Any, param: str) -> None:
        if not isinstance(value, str | dict):
            raise wrong_field(param, "must be a string or an object.")
        rule: Rule = self.text if isinstance(value, str) else self.members
        rule.check(value, param)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [self.text.schema(), self.members.schema()]}


def check_range(value: float, low: float, high: float, param: str) -> None:
    if not low <= value <= high:
        raise wrong_field(param, f"must be between {low:,} and {high:,}.")


def check_members(fields: Mapping[str, Any], rules: Mapping[str, Rule], within: str = "") -> None:
    """Raise `InvalidRequest` for the first field whose value breaks its rule; `within` precedes its name."""
    for name, value in fields.items():
        if value is not None and name in rules:
            rules[name].check(value, f"{within}{name}")


def schemas(rules: Mapping[str, Rule]) -> dict[str, Any]:
    """The rules as properties of a JSON schema, null allowed."""
    return {name: {"anyOf": [rule.schema(), {"type": "null"}]} for name, rule in rules.items()}
