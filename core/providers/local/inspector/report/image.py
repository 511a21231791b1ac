"""What a picture is like, in words."""

from __future__ import annotations

from typing import Any

from core.providers.local.inspector.report import colours
from core.providers.local.inspector.report.markdown import (
    Piece,
    count,
    heading,
    lasting,
    listed,
    plain,
    share,
    size,
    table,
)

MODES = {
    "1": "black and white, 1 bit",
    "L": "grey, 8 bits",
    "LA": "grey with opacity",
    "P": "palette of up to 256 colours",
    "RGB": "red, green and blue, 8 bits each",
    "RGBA": "red, green, blue and opacity, 8 bits each",
    "CMYK": "four printing colours",
    "I;16": "grey, 16 bits",
}
BRIGHTNESS = (
    (0.2, "very dark"),
    (0.4, "dark"),
    (0.6, "of middle brightness"),
    (0.8, "bright"),
    (2, "very bright"),
)
POSITION = "**The file holds the position where the picture was taken.** It is left out here."
BAR = 10
"""Blocks of the longest bar."""


def image_piece(found: dict[str, Any], number: str, name: str, stored: int) -> Piece:
    """From the event `image`."""
    width, height, frames = found["width"], found["height"], found["frames"]
    kind = found["container"].upper()
    rows = [
        ("Format", f"{kind}, {size(stored)}" + (", interlaced" if found["progressive"] else "")),
        ("Size", f"{width:,} × {height:,} pixels"),
        ("Megapixels", f"{width * height / 1_000_000:.2f}"),
        ("Shape", shape(width, height)),
        ("Colour", f"{MODES.get(found['mode'], found['mode'])} (`{found['mode']}`)"),
        ("Colour profile", "embedded" if found["profile"] else ""),
        ("Resolution", f"{found['dots']:,} dots per inch" if found["dots"] else ""),
        ("Animation", animated(frames, found["seconds"])),
    ]
    speech = f"The picture{number} is a {kind} of {width} by {height} pixels."
    if frames > 1:
        speech += f" It moves: it has {count(frames, 'frame')}."
    return Piece(heading(f"Image{number}", name) + table(rows), speech)


def shape(width: int, height: int) -> str:
    way = "square" if width == height else "landscape" if width > height else "portrait"
    return f"{way}, {max(width, height) / min(width, height):.2f} : 1"


def animated(frames: int, seconds: float) -> str:
    if frames < 2:
        return ""
    return f"{frames:,} frames" + (f" in {lasting(seconds)}" if seconds else "")


def exif_piece(found: dict[str, Any]) -> Piece:
    """From the event `exif`; an empty piece for a picture that carries nothing."""
    if not found["fields"] and not found["position"]:
        return Piece("")
    text = "**EXIF, what the camera wrote down**\n\n"
    if found["fields"]:
        text += table([(name, plain(value)) for name, value in found["fields"]], ("Field", "Value"))
    if found["more"]:
        text += f"{count(found['more'], 'more field')} not shown.\n\n"
    if found["position"]:
        text += f"{POSITION}\n\n"
    return Piece(text, spoken_exif(found))


def spoken_exif(found: dict[str, Any]) -> str:
    fields = dict(found["fields"])
    camera = " ".join(fields[name] for name in ("Make", "Model") if name in fields)
    sentences = [f"It was taken with {camera}."] if camera else []
    if found["position"]:
        sentences.append("It holds the position where it was taken, which I leave out.")
    return " ".join(sentences)


def colours_piece(found: dict[str, Any]) -> Piece:
    """From the event `colours`."""
    text = ""
    if found["palette"]:
        most = found["palette"][0][3] or 1
        lines = [
            f"| `#{red:02X}{green:02X}{blue:02X}` | {colours.name(red, green, blue)} "
            f"| {share(part)} | {'█' * max(1, round(part / most * BAR))} |"
            for red, green, blue, part in found["palette"]
        ]
        text = "\n".join(["| Colour | About | Share | |", "| --- | --- | ---: | --- |", *lines]) + "\n\n"
    bright = found["brightness"]
    notes = [] if bright is None else [f"Brightness {share(bright)}: {brightness(bright)}."]
    clear = found["transparent"]
    notes.append(f"{share(clear).capitalize()} is see-through." if clear else "Nothing is transparent.")
    return Piece(f"{text}{' '.join(notes)}\n\n", spoken_colours(found))


def spoken_colours(found: dict[str, Any]) -> str:
    names = list(dict.fromkeys(colours.name(*row[:3]) for row in found["palette"]))
    if not names:
        return "It is wholly transparent."
    return f"Its main colours are {listed(names[:3])}. It is {brightness(found['brightness'])}."


def brightness(level: float) -> str:
    return next(word for limit, word in BRIGHTNESS if level < limit)
