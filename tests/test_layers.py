"""The walls of the design, read from the source itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = {
    "core.contract": 0,
    "core.providers": 1,
    "core.models": 1,
    "core.bodies": 1,
    "core.routing": 2,
    "core.catalogue": 3,
    "core.access": 3,
    "core.ledger": 3,
    "core.gateway": 4,
    "core.operations": 4,
    "core.background": 4,
    "core.api": 5,
    "core.admin": 5,
    "core.checks": 5,
    "playground": 5,
}
TOGETHER = {"core.gateway", "core.operations", "core.background"}
TOP = 6
FRAMEWORKS = {"django", "channels", "starlette", "pydantic", "httpx", "redis", "allauth", "orjson", "daphne"}
ALLOWED = {
    "core.contract": set(),
    "core.providers": {"orjson"},
    "core.routing": set(),
}
SIZES = {".py": 400, ".js": 300, ".html": 120}


def sources(*suffixes: str) -> Iterator[Path]:
    for folder in ("core", "playground", "templates", "static", "tests"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and "migrations" not in path.parts:
                yield path


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def place(name: str) -> str | None:
    """The package of the layer table that `name` belongs to."""
    return next((key for key in LAYERS if name == key or name.startswith(f"{key}.")), None)


def layer(name: str) -> int:
    return LAYERS.get(place(name) or "", TOP)


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def violations(importer: str, imported: set[str]) -> list[str]:
    """What `importer` may not import: upward, sideways, or a framework its layer does without."""
    wrong = []
    mine = place(importer)
    for name in sorted(imported):
        theirs = place(name)
        if name.split(".")[0] in FRAMEWORKS and mine in ALLOWED:
            allowed = ALLOWED[mine] | ({"httpx"} if importer == "core.providers.shared.http" else set())
            if name.split(".")[0] not in allowed:
                wrong.append(f"{importer} imports {name}")
        if name.split(".")[0] not in ("core", "playground"):
            continue
        upward = layer(name) > layer(importer)
        sideways = theirs != mine and layer(name) == layer(importer) != TOP and not {theirs, mine} <= TOGETHER
        stage = importer.startswith("core.") and name.startswith("playground") and layer(importer) != TOP
        if upward or sideways or stage:
            wrong.append(f"{importer} imports {name}")
    return wrong


def code() -> list[Path]:
    return [path for path in sources(".py") if path.relative_to(ROOT).parts[0] != "tests"]


def test_imports_go_downward_only():
    wrong = [line for path in code() for line in violations(module(path), imports(path))]
    assert wrong == []


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("core.contract.usage", "core.models.User"),
        ("core.providers.openai.speech.speech", "httpx"),
        ("core.providers.openai.speech.speech", "core.models.Provider"),
        ("core.routing.run", "django.conf"),
        ("core.ledger.store.writer", "core.access.keys"),
        ("core.api.speech", "core.providers.shared.http"),
        ("core.gateway", "playground.runs"),
    ],
)
def test_a_planted_violation_is_found(importer, imported):
    expected = [] if importer == "core.api.speech" else [f"{importer} imports {imported}"]
    assert violations(importer, {imported}) == expected


def test_faces_reach_the_world_through_the_door_only():
    wrong = []
    for path in code():
        name = module(path)
        if place(name) in ("core.api", "playground"):
            wrong += [
                f"{name} imports {seen}"
                for seen in imports(path)
                if place(seen) in ("core.providers", "core.routing") or seen.split(".")[0] == "httpx"
            ]
    assert wrong == []


def test_no_file_outgrows_its_limit():
    long = [
        f"{path.relative_to(ROOT)}: {count}"
        for path in sources(*SIZES)
        if (count := len(path.read_text().splitlines())) > SIZES[path.suffix]
    ]
    assert long == []
