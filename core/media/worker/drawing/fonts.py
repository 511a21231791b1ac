"""The fonts that are here: those of the extra, Pillow's own, those of the system for other scripts."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.media.worker.drawing.character_map import characters
from core.media.worker.libraries import pillow

SANS, SERIF, ITALIC = "sans", "serif", "italic"
"""What text asks for; other scripts have one face."""

PACKAGED = {
    SANS: ("fontpkg_inter", "files/Inter[opsz,wght].ttf"),
    SERIF: ("fontpkg_playfair_display", "files/PlayfairDisplay[wght].ttf"),
    ITALIC: ("fontpkg_playfair_display", "files/PlayfairDisplay-Italic[wght].ttf"),
}
HAN = ("noto_cjk_sans_otc", "NotoSansCJK-Regular.ttc")
JAPANESE, KOREAN, CHINESE = 0, 1, 2
"""Numbers of the fonts in `HAN`: the same characters, as each language writes them."""

FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
MOST_FILES = 300
PLAIN = ("bold", "italic", "oblique", "mono", "condensed", "light", "math", "emoji", "thin", "black")
"""Words in the names of files that are looked at last."""

IGNORED = frozenset({"Cc", "Cf", "Mn", "Zs", "Zl", "Zp"})
"""Categories of characters without a picture of their own, or whose lack shows no box."""


@dataclass(frozen=True, slots=True)
class Face:
    """A font of a file; `path` is "" for Pillow's own. `axes` says that its weight can be chosen."""

    path: str
    index: int = 0
    axes: bool = False

    def has(self, character: str) -> bool:
        return ord(character) in (characters(self.path, self.index) if self.path else own_characters())

    def at(self, size: float, weight: int = 400) -> Any:
        return _font(self, round(size * 4) / 4, weight)


@lru_cache(maxsize=64)
def _font(face: Face, size: float, weight: int) -> Any:
    size = max(size, 1.0)
    if not face.path:
        return pillow("ImageFont").load_default(size)
    font = pillow("ImageFont").truetype(face.path, size, index=face.index)
    if face.axes:
        wanted = {b"Weight": weight, b"Optical size": size}
        axes = font.get_variation_axes()
        font.set_variation_by_axes(
            [
                min(max(wanted.get(axis["name"], axis["default"]), axis["minimum"]), axis["maximum"])
                for axis in axes
            ]
        )
    return font


@cache
def own_characters() -> frozenset[int]:
    """Those of Pillow's own font: what is certain of it."""
    return frozenset(range(0x20, 0x7F))


def faces(family: str, text: str) -> Iterator[Face]:
    """The faces to try for a text, the best first."""
    if (face := packaged(family)) is not None:
        yield face
    if (face := packaged(SANS)) is not None and family != SANS:
        yield face
    if (path := installed(*HAN)) is not None:
        yield Face(path, script(text))
    yield from system_faces(family)
    yield Face("")


@cache
def packaged(family: str) -> Face | None:
    path = installed(*PACKAGED[family])
    return Face(path, axes=True) if path else None


@cache
def installed(package: str, name: str) -> str | None:
    """The path of a file in an installed package, which is not imported for it."""
    found = find_spec(package)
    folders = found.submodule_search_locations if found else None
    paths = [Path(folder) / name for folder in folders or ()]
    return next((str(path) for path in paths if path.is_file()), None)


def script(text: str) -> int:
    """Whose characters Han ones are, by those beside them."""
    if any("\u3040" <= character <= "\u30ff" for character in text):
        return JAPANESE
    return KOREAN if any("\uac00" <= character <= "\ud7a3" for character in text) else CHINESE


@cache
def system_faces(family: str) -> tuple[Face, ...]:
    """Fonts of the system: plain ones first, serifs first where the family has them."""
    folders = [*FOLDERS, str(Path.home() / ".local/share/fonts")]
    if sys.platform != "win32":
        folders.remove("C:/Windows/Fonts")
    files = [path for folder in folders for path in sorted(Path(folder).rglob("*")) if _is_font(path)]
    files.sort(key=lambda path: (_special(path), (family == SANS) == ("serif" in path.name.lower())))
    return tuple(Face(str(path)) for path in files[:MOST_FILES])


def _is_font(path: Path) -> bool:
    return path.suffix.lower() in (".ttf", ".otf", ".ttc")


def _special(path: Path) -> int:
    return sum(word in path.name.lower() for word in PLAIN)


def runs(family: str, text: str) -> list[tuple[Face, str]]:
    """The text in parts, each with a face that has all its characters, as far as there is one."""
    candidates = list(_matching(family, text))
    parts: list[tuple[Face, str]] = []
    for character in text:
        last = parts[-1][0] if parts else None
        face = _face_for(character, candidates, last)
        if last == face:
            parts[-1] = (face, parts[-1][1] + character)
        else:
            parts.append((face, character))
    return parts


@lru_cache(maxsize=256)
def _matching(family: str, text: str) -> tuple[Face, ...]:
    """Faces until every character of the text has one, or there are no more."""
    missing = {character for character in text if not is_ignored(character)}
    chosen: list[Face] = []
    for face in faces(family, text):
        has = {character for character in missing if face.has(character)}
        if has or not chosen:
            chosen.append(face)
        missing -= has
        if not missing:
            break
    return tuple(chosen)


def _face_for(character: str, candidates: list[Face], last: Face | None) -> Face:
    if last is not None and (is_ignored(character) or (last != candidates[0] and _joins(character, last))):
        return last
    return next((face for face in candidates if face.has(character)), last or candidates[0])


def _joins(character: str, face: Face) -> bool:
    """Whether a mark between letters may stay in the face of those before it."""
    return unicodedata.category(character)[0] in "PS" and face.has(character)


def is_ignored(character: str) -> bool:
    return unicodedata.category(character) in IGNORED


def drawable(family: str, text: str) -> tuple[str, str]:
    """The text without the characters that no font here has, and those, each once."""
    candidates = _matching(family, text)
    missing = {
        character
        for character in text
        if not is_ignored(character) and not any(face.has(character) for face in candidates)
    }
    kept = "".join(character for character in text if character not in missing)
    return kept, "".join(dict.fromkeys(character for character in text if character in missing))
