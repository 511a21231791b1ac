"""The layers of the design, read from the imports of the source itself."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS: tuple[set[str], ...] = (
    {"core.contract"},
    {"core.media"},
    {"core.providers", "core.models", "core.bodies", "core.postgresql", "core.sqlite"},
    {"core.routing"},
    {
        "core.catalogue",
        "core.access",
        "core.ledger",
        "core.stored_responses",
        "core.stop_requests",
        "core.idempotency",
        "core.image_files",
        "core.answer_cache",
    },
    {"core.gateway", "core.operations", "core.background"},
    {"core.api", "core.admin", "core.checks", "core.accounts"},
    # the browser's face: beside the API and the admin, with layers of its own
    {"playground.tasks", "playground.dates"},
    {"playground.models", "playground.markdown", "playground.frames", "playground.names"},
    {"playground.uploads", "playground.route_trace"},
    {"playground.conversations"},
    {"playground.requests"},
    {"playground.runs"},
    {"playground.studios", "playground.samples", "playground.socket"},
    {"playground.home"},
    {"playground.views", "playground.templatetags", "playground.context"},
    # assembly: whatever puts the pieces together
    {
        "core.apps",
        "core.asgi",
        "core.cache",
        "core.environment",
        "core.locale",
        "core.logs",
        "core.management",
        "core.middleware",
        "core.server",
        "core.settings",
        "core.static_files",
        "core.urls",
        "playground.apps",
        "playground.management",
        "playground.urls",
    },
)
"""From the bottom up. A package imports from lower layers only, and none beside it."""

TOGETHER = ({"core.gateway", "core.operations", "core.background"}, LAYERS[-1])
"""Packages of one layer that may import each other."""

FACES = {"core.api", "core.admin", "core.checks", "core.accounts"}
FRAMEWORKS = {"django", "channels", "starlette", "pydantic", "httpx", "redis", "allauth", "orjson", "daphne"}
ALLOWED: dict[str, set[str]] = {
    "core.contract": set(),
    "core.media": set(),
    "core.providers": {"orjson"},
    "core.routing": set(),
}
DRAWING = "core.media.worker.drawing."
"""Where arrays are computed; a worker imports it for its first picture, the server never."""

ALLOWED_IN_ONE = {"core.providers.shared.http": {"httpx"}}
SIZES = {".py": 400, ".js": 300, ".html": 120}
MODULES = 14
"""At most so many modules in a folder."""


def sources(*suffixes: str) -> Iterator[Path]:
    for folder in ("core", "playground", "templates", "static", "tests"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and "migrations" not in path.parts:
                yield path


def code() -> list[Path]:
    return [path for path in sources(".py") if path.relative_to(ROOT).parts[0] != "tests"]


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def place(name: str) -> str | None:
    """The package of the layer table that `name` belongs to."""
    parts = ".".join(name.split(".")[:2])
    return parts if any(parts in layer for layer in LAYERS) else None


def layer(name: str) -> int:
    return next(number for number, packages in enumerate(LAYERS) if place(name) in packages)


def imports(path: Path) -> set[str]:
    """Dotted names that the file imports: modules, or names of modules."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def violations(importer: str, imported: set[str]) -> list[str]:
    """What `importer` may not import: upward, sideways, or a framework its layer does without."""
    return [f"{importer} imports {name}" for name in sorted(imported) if forbidden(importer, name)]


def forbidden(importer: str, name: str) -> bool:
    top, mine, theirs = name.split(".")[0], place(importer), place(name)
    if top in FRAMEWORKS and mine in ALLOWED:
        return top not in ALLOWED[mine] | ALLOWED_IN_ONE.get(importer, set())
    if top not in ("core", "playground") or mine == theirs or mine is None or theirs is None:
        return False
    if mine.startswith("playground.") and theirs in FACES:
        return True
    sideways = not any({mine, theirs} <= packages for packages in TOGETHER)
    return layer(name) > layer(importer) or (layer(name) == layer(importer) and sideways)


def test_every_module_has_its_layer():
    names = [module(path) for path in code()]
    assert [name for name in names if "." in name and place(name) is None] == []


def test_every_package_of_the_table_exists():
    missing = [
        name
        for packages in LAYERS
        for name in sorted(packages)
        if not (ROOT / name.replace(".", "/")).is_dir()
        and not (ROOT / f"{name.replace('.', '/')}.py").exists()
    ]
    assert missing == []


def test_imports_go_downward_only():
    wrong = [line for path in code() for line in violations(module(path), imports(path))]
    assert wrong == []


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("core.contract.usage", "core.models.User"),
        ("core.media.client", "core.providers.registry.adapter"),
        ("core.media.client", "orjson"),
        ("core.providers.openai.speech", "httpx"),
        ("core.providers.openai.speech", "core.models.Provider"),
        ("core.routing.run", "django.conf"),
        ("core.ledger.store.writer", "core.access.keys"),
        ("core.gateway", "playground.runs"),
        ("core.api.speech", "core.admin.fields"),
        ("playground.views.pages.model", "core.api.models"),
        ("playground.conversations.store", "playground.runs.log"),
        ("playground.requests.chat", "playground.runs.log"),
        ("playground.studios.chat", "playground.samples.chat"),
    ],
)
def test_a_planted_violation_is_found(importer, imported):
    assert violations(importer, {imported}) == [f"{importer} imports {imported}"]


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("core.providers.shared.http", "httpx"),
        ("core.bodies.files.data_urls", "core.media.file_types"),
        ("core.gateway", "core.background.state"),
        ("playground.runs.runner", "playground.requests.run_request"),
        ("core.urls", "playground.urls"),
    ],
)
def test_what_is_allowed_is_not_reported(importer, imported):
    assert violations(importer, {imported}) == []


def test_media_needs_the_contract_and_the_standard_library_only():
    foreign = [
        f"{module(path)} imports {name}"
        for path in code()
        if place(module(path)) == "core.media"
        for name in imports(path)
        if place(name) not in ("core.contract", "core.media")
        and name.partition(".")[0] not in sys.stdlib_module_names
        and not (name == "numpy" and module(path).startswith(DRAWING))
    ]
    assert foreign == []


def test_faces_reach_providers_through_the_gateway_only():
    wrong = []
    for path in code():
        name = module(path)
        if name.startswith("playground.") or place(name) == "core.api":
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


def test_no_folder_outgrows_its_limit():
    folders = [path.parent for path in code() if path.stem != "__init__"]
    crowded = {folder for folder in folders if folders.count(folder) > MODULES}
    assert sorted(str(folder.relative_to(ROOT)) for folder in crowded) == []
