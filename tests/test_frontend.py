"""The front end keeps its size, its rules and its own tests."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import brotli
import pytest
from django.conf import settings

from core.static_files import minify

ROOT = Path(settings.BASE_DIR)
STATIC = ROOT / "static" / "playground"
TEMPLATES = ROOT / "templates"
SCRIPTS = sorted((STATIC / "js").rglob("*.js"))
STYLES = sorted((STATIC / "css").rglob("*.css"))
PAGES = sorted(TEMPLATES.rglob("*.html"))
COLOUR = re.compile(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)")
SPEECH_ELEMENTS = ("receipt-line", "run-list", "speech-player", "text-meter", "voice-picker")
SURFACES = ("paper", "surface", "sunken")


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def compressed(paths: Iterable[Path]) -> int:
    return sum(len(brotli.compress(minify(path.read_text()).encode(), quality=11)) for path in paths)


def scripts_weight(paths: Iterable[Path]) -> int:
    """Compressed with hashed names in their imports, as they are served."""
    return sum(len(brotli.compress(hashed(path.read_text()).encode(), quality=11)) for path in paths)


def hashed(text: str) -> str:
    def name(match: re.Match[str]) -> str:
        return f'"{match[1]}.{hashlib.md5(match[1].encode()).hexdigest()[:12]}.js"'

    return re.sub(r'"(\.[^"]+)\.js"', name, minify(text))


def imports(path: Path) -> set[Path]:
    """What the file imports, sooner or later."""
    found = re.findall(r"""(?:from|import)\s*["'(]+(\.[^"']+)["']""", path.read_text())
    return {(path.parent / name).resolve() for name in found}


def loaded_with(path: Path) -> set[Path]:
    """The file and what it needs at once; what it may fetch later does not count."""
    found = re.findall(r"""^import [^;(]*["'](\.[^"']+)["'];""", path.read_text(), re.M)
    return {path}.union(*(loaded_with((path.parent / name).resolve()) for name in found))


def element(name: str) -> Path:
    (path,) = (STATIC / "js" / "elements").rglob(f"{name}.js")
    return path


def linked(page: str) -> set[Path]:
    """Style sheets that a template may link."""
    return {
        STATIC.parent / name
        for name in re.findall(r"'(playground/css/[^']+)'", (TEMPLATES / page).read_text())
    }


@pytest.mark.parametrize("page", names(PAGES))
def test_styles_of_a_page_fit_their_budget(page):
    """A page of several studios links those of one: all of them together is more than any page has."""
    assert compressed(linked("base.html") | linked(str(Path(page).relative_to("templates")))) <= 12_000


@pytest.mark.parametrize(
    "elements",
    [("speech-studio", *SPEECH_ELEMENTS), ("transcription-studio",), ("chat-studio",)],
    ids=["speech", "transcription", "chat"],
)
def test_scripts_of_a_studio_fit_their_budget(elements):
    js = STATIC / "js"
    always = ["live-region", "theme-toggle", "shortcut-sheet", "status-note"]
    roots = [js / "app.js", *(element(name) for name in (*always, *elements))]
    assert scripts_weight(set[Path]().union(*map(loaded_with, roots))) <= 20_000


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_scripts_pass_their_own_tests():
    done = subprocess.run(
        ["node", "--test", "tests/js/"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.parametrize("path", SCRIPTS, ids=names(SCRIPTS))
def test_script_keeps_the_rules_of_hashing(path):
    """Imports end in a semicolon and name files that exist, no re-export, no text over several lines."""
    text = path.read_text()
    assert re.findall(r"^export .*\bfrom\b", text, re.M) == []
    assert [line for line in text.splitlines() if line.startswith("import ") and not line.endswith(";")] == []
    assert [target for target in imports(path) if not target.is_file()] == []
    assert [line for line in text.splitlines() if line.count("`") % 2] == []
    assert len(text.splitlines()) <= 300


FOLDERS = sorted({path.parent for path in (*SCRIPTS, *STYLES)})


@pytest.mark.parametrize("folder", FOLDERS, ids=names(FOLDERS))
def test_folder_stays_small(folder):
    assert len([path for path in folder.iterdir() if path.is_file()]) <= 12


def test_script_tests_mirror_the_scripts():
    tests = ROOT / "tests" / "js"
    tested = {path.relative_to(tests).with_suffix("").with_suffix(".js") for path in tests.rglob("*.test.js")}
    assert tested - {path.relative_to(STATIC / "js") for path in SCRIPTS} == set()


def test_scripts_import_without_circles():
    graph = {path.resolve(): imports(path) for path in SCRIPTS}
    while leaves := {path for path, targets in graph.items() if not targets & graph.keys()}:
        graph = {path: targets for path, targets in graph.items() if path not in leaves}
    assert graph == {}


@pytest.mark.parametrize("path", PAGES, ids=names(PAGES))
def test_template_has_no_inline_style_or_script(path):
    text = path.read_text()
    scripts = re.findall(r"<script\b([^>]*)>", text)
    assert [head for head in scripts if "src=" not in head and "application/json" not in head] == []
    assert re.findall(r"""\s(?:style|on\w+)=["']""", text) == []
    assert "<style" not in text
    assert len(text.splitlines()) < 120


def used_icons() -> Iterator[str]:
    for path in PAGES:
        text = path.read_text()
        yield from re.findall(r'parts/icon\.html" with name="(\w+)"', text)
        yield from re.findall(r"\{\{ icons \}\}#(\w+)", text)


def test_every_icon_used_is_drawn():
    drawn = set(re.findall(r'<symbol id="(\w+)"', (STATIC / "icons.svg").read_text()))
    assert set(used_icons()) - drawn == set()


def luminance(colour: str) -> float:
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_has_contrast_on_every_surface(theme):
    found = COLOUR.findall((STATIC / "css" / "tokens.css").read_text())
    colours = {name: pair[theme] for name, *pair in found}
    wanted = [
        (text, surface, 7 if text == "ink" else 4.5)
        for text in ("ink", "muted", "accent", "ok", "warn", "bad")
        for surface in SURFACES
    ]
    wanted += [(kind, f"{kind}-soft", 4.5) for kind in ("ok", "warn", "bad", "accent")]
    wanted += [
        ("on-accent", "accent", 4.5),
        ("on-accent", "accent-strong", 4.5),
        ("line-strong", "surface", 3),
    ]
    low = [(text, on) for text, on, least in wanted if contrast(colours[text], colours[on]) < least]
    assert low == []
