"""The report on an image: header, EXIF fields, colours."""

from __future__ import annotations

from typing import TypedDict

from core.providers.local.inspector.report.colours import colour_name
from core.providers.local.inspector.report.markdown import escape, heading, table
from core.providers.local.inspector.report.number_format import (
    count,
    duration,
    file_size,
    percentage,
    word_list,
)
from core.providers.local.inspector.report.piece import ReportPiece

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
LONGEST_BAR = 10
"""Blocks of the bar of the commonest colour."""


class ImageFacts(TypedDict):
    """The event `image` of the job `inspect.image`; sizes in pixels, `seconds` of the animation."""

    container: str
    width: int
    height: int
    mode: str
    dots: int | None
    profile: bool
    progressive: bool
    frames: int
    seconds: float


class ExifFacts(TypedDict):
    """The event `exif`: names and values of fields, how many `more` there are, if there is a position."""

    fields: list[tuple[str, str]]
    more: int
    position: bool


class ColourFacts(TypedDict):
    """The event `colours`: red, green, blue (0 to 255) and share of the commonest colours.

    Shares, `brightness` and the share that is `transparent` are 0 to 1. Without an opaque pixel the
    palette is empty and there is no brightness.
    """

    palette: list[tuple[int, int, int, float]]
    brightness: float | None
    transparent: float


def image_piece(found: ImageFacts, number: str, name: str, size: int) -> ReportPiece:
    """`number` as in `MessagePart`, `size` in bytes."""
    width, height, frames = found["width"], found["height"], found["frames"]
    kind = found["container"].upper()
    rows = [
        ("Format", f"{kind}, {file_size(size)}" + (", interlaced" if found["progressive"] else "")),
        ("Size", f"{width:,} × {height:,} pixels"),
        ("Megapixels", f"{width * height / 1_000_000:.2f}"),
        ("Shape", shape(width, height)),
        ("Colour", f"{MODES.get(found['mode'], found['mode'])} (`{found['mode']}`)"),
        ("Colour profile", "embedded" if found["profile"] else ""),
        ("Resolution", f"{found['dots']:,} dots per inch" if found["dots"] else ""),
        ("Animation", animation(frames, found["seconds"])),
    ]
    speech = f"The picture{number} is a {kind} of {width} by {height} pixels."
    if frames > 1:
        speech += f" It moves: it has {count(frames, 'frame')}."
    return ReportPiece(heading(f"Image{number}", name) + table(rows), speech)


def shape(width: int, height: int) -> str:
    orientation = "square" if width == height else "landscape" if width > height else "portrait"
    return f"{orientation}, {max(width, height) / min(width, height):.2f} : 1"


def animation(frames: int, seconds: float) -> str:
    if frames < 2:
        return ""
    return f"{frames:,} frames" + (f" in {duration(seconds)}" if seconds else "")


def exif_piece(found: ExifFacts) -> ReportPiece:
    """An empty piece for an image without EXIF fields."""
    if not found["fields"] and not found["position"]:
        return ReportPiece("")
    text = "**EXIF, what the camera wrote down**\n\n"
    if found["fields"]:
        text += table([(name, escape(value)) for name, value in found["fields"]], ("Field", "Value"))
    if found["more"]:
        text += f"{count(found['more'], 'more field')} not shown.\n\n"
    if found["position"]:
        text += f"{POSITION}\n\n"
    return ReportPiece(text, exif_speech(found))


def exif_speech(found: ExifFacts) -> str:
    fields = dict(found["fields"])
    camera = " ".join(fields[name] for name in ("Make", "Model") if name in fields)
    sentences = [f"It was taken with {camera}."] if camera else []
    if found["position"]:
        sentences.append("It holds the position where it was taken, which I leave out.")
    return " ".join(sentences)


def colours_piece(found: ColourFacts) -> ReportPiece:
    text = ""
    if found["palette"]:
        largest = found["palette"][0][3] or 1
        lines = [
            f"| `#{red:02X}{green:02X}{blue:02X}` | {colour_name(red, green, blue)} "
            f"| {percentage(share)} | {'█' * max(1, round(share / largest * LONGEST_BAR))} |"
            for red, green, blue, share in found["palette"]
        ]
        text = "\n".join(["| Colour | About | Share | |", "| --- | --- | ---: | --- |", *lines]) + "\n\n"
    brightness, clear = found["brightness"], found["transparent"]
    notes = []
    if brightness is not None:
        notes.append(f"Brightness {percentage(brightness)}: {brightness_name(brightness)}.")
    notes.append(f"{percentage(clear).capitalize()} is see-through." if clear else "Nothing is transparent.")
    return ReportPiece(f"{text}{' '.join(notes)}\n\n", colours_speech(found))


def colours_speech(found: ColourFacts) -> str:
    names = list(dict.fromkeys(colour_name(*row[:3]) for row in found["palette"]))
    brightness = found["brightness"]
    if brightness is None:
        return "It is wholly transparent."
    return f"Its main colours are {word_list(names[:3])}. It is {brightness_name(brightness)}."


def brightness_name(level: float) -> str:
    return next(word for limit, word in BRIGHTNESS if level < limit)
