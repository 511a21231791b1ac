"""The README names what exists, and everything that exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
SOURCES = [(ROOT / "core" / name).read_text() for name in ("settings.py", "environment.py")]


def settings_read() -> set[str]:
    """Names that settings take from the environment."""
    source = "\n".join(SOURCES)
    found = set(re.findall(r"""(?:env|read_secret)(?:\.\w+)?\(\s*"([A-Z_]+)\"""", source))
    return found | set(re.findall(r'^    "([A-Z_]+)": lambda', source, re.M))


def settings_told() -> set[str]:
    table = README.split("## Configuration")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}


def test_every_setting_is_documented_and_no_other():
    assert settings_told() - {"OPENAI_API_KEY", "OPENAI_BASE_URL"} == settings_read()


@pytest.mark.parametrize(
    "name", ["OPENROUTER", "ELEVENLABS", "GEMINI", "MISTRAL", "GROQ", "AZURE_OPENAI", "VERTEX"]
)
def test_every_provider_prefix_is_documented(name, settings):
    assert name in settings.PROVIDERS
    assert f"`{name}_`" in README


def test_every_command_is_documented_and_exists():
    told = set(re.findall(r"^\| `(\w+)", README.split("## Commands")[1].split("\n## ")[0], re.M))
    assert told == {name for name, app in get_commands().items() if app in ("core", "playground")}


def test_every_path_in_the_map_exists():
    named = set(
        re.findall(r"(?:core|playground)/[\w/]*(?:\.py)?", README.split("## The map")[1].split("```")[1])
    )
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("section", ["The map", "How to add"])
def test_every_file_that_is_named_exists(section):
    text = README.split(f"## {section}\n")[1].split("\n## ")[0]
    named = set(re.findall(r"`((?:core|playground|tests|static|templates)/[\w/.-]+)`", text))
    assert len(named) > 5
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
