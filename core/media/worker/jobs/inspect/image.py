"""Measurements of an image: its header, its colours, its EXIF fields."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from numbers import Real
from pathlib import Path
from typing import Any, BinaryIO

from core.media.image_size import MAX_PIXELS
from core.media.worker.codecs import gif
from core.media.worker.codecs.demuxers import image_size, input_type, unreadable
from core.media.worker.libraries import pillow
from core.media.worker.output import Output

SAMPLE = 200
COLOURS = 6
"""Pixels on a side of the copy whose colours are counted; colours of the palette."""

OPAQUE = 128
MOST_FIELDS = 40
LONGEST_FIELD = 120
DETAILS, POSITION = 0x8769, 0x8825
"""Pointers of EXIF to the camera's settings and to where the camera was."""

PRIVATE = frozenset({DETAILS, POSITION, 0x927C, 0x9286, 0x02BC, 0x83BB, 0x8773, 0xA005})
"""Left out: other tables, the maker's own notes, which may hold a position too, blocks of other formats."""

BROKEN = (
    *(OSError, EOFError, SyntaxError, ValueError, LookupError, TypeError, ArithmeticError),
    *(struct.error, zlib.error),
)
"""What Pillow's readers raise over broken files."""

DAMAGED = "This picture is damaged: it cannot be decoded to its end."
TOO_LARGE = "This picture takes more memory than a worker has."

Result = dict[str, Any]


def run(args: dict[str, Any], output: Output) -> Generator[None, None, Result]:
    """`path` in; the events `image`, `exif` and `colours`; returns `{}`."""
    with Path(args["path"]).open("rb") as file:
        found = input_type(file)
        if not found.is_image:
            raise unreadable("This file is not a picture.")
        image_size(file, found.container)
        animation = gif.Animation()
        if found.container == "gif":
            animation = yield from gif.measure(file)
        with decoding_errors(), open_image(file) as image:
            frames = animation.frames or getattr(image, "n_frames", 1)
            output.event("image", **header(image, found.container), frames=frames, seconds=animation.seconds)
            yield
            output.event("exif", **exif_facts(image))
            yield
            output.event("colours", **colour_facts(scaled_copy(image, (SAMPLE, SAMPLE))))
    return {}


@contextmanager
def decoding_errors() -> Iterator[None]:
    """Whatever a decoder raises over a broken file becomes a `JobError`."""
    try:
        yield
    except MemoryError:
        raise unreadable(TOO_LARGE) from None
    except BROKEN:
        raise unreadable(DAMAGED) from None


def open_image(file: BinaryIO) -> Any:
    """The image, not yet decoded. Raises `JobError` where it is larger than its header said."""
    file.seek(0)
    library = pillow()
    library.MAX_IMAGE_PIXELS = None  # bounded here, before a pixel is decoded
    image = library.open(file, formats=("PNG", "JPEG", "GIF", "WEBP"))
    if image.width * image.height > MAX_PIXELS:
        raise unreadable(f"A picture may have {MAX_PIXELS:,} pixels.")
    return image


def header(image: Any, container: str) -> Result:
    dots = image.info.get("dpi")
    return {
        "container": container,
        "width": image.width,
        "height": image.height,
        "mode": image.mode,
        "dots": round(float(dots[0])) if dots else None,
        "profile": bool(image.info.get("icc_profile")),
        "progressive": bool(image.info.get("progressive") or image.info.get("interlace")),
    }


def exif_facts(image: Any) -> Result:
    """The EXIF fields by name, without any position; `position` says whether there was one."""
    found: Result = {"fields": [], "more": 0, "position": False}
    if image.format == "PNG":  # EXIF may follow the pixels; after a failed load they would be black
        image.load()
    with suppress(*BROKEN):  # a damaged block costs what is in it, not the picture
        exif = image.getexif()
        found["position"] = POSITION in exif
        fields = list(exif_fields({**exif, **exif.get_ifd(DETAILS)}))
        found.update(fields=fields[:MOST_FIELDS], more=len(fields[MOST_FIELDS:]))
    return found


def exif_fields(raw: Mapping[int, Any]) -> Iterator[tuple[str, str]]:
    """Names and texts of the fields that are not private and not blank."""
    for number, value in raw.items():
        name, text = field_name(number), field_text(value)
        if number not in PRIVATE and name and text:
            yield name, text


def field_name(number: int) -> str:
    """The standard's name of a field; "" for an unknown one and for positions."""
    name = str(pillow("ExifTags").TAGS.get(number, ""))
    return "" if name.startswith("GPS") else name


def field_text(raw: Any) -> str:
    """A value as text; "" for raw bytes and for what is only blank."""
    if isinstance(raw, bytes):
        return ""
    if isinstance(raw, tuple):
        return ", ".join(field_text(part) for part in raw[:8])
    if isinstance(raw, str):
        return raw.replace("\0", " ").strip()[:LONGEST_FIELD]
    return f"{float(raw):.6g}" if isinstance(raw, Real) else ""


def scaled_copy(image: Any, size: tuple[int, int]) -> Any:
    """A copy within `size` with red, green, blue and opacity; a JPEG is not even decoded at its full size."""
    if image.mode.startswith("I;16"):
        image = image.convert("I")
    if image.mode in ("I", "F"):
        image = image.point(lambda level: level / 256).convert("L")
    image.thumbnail(size, reducing_gap=2.0)
    return image.convert("RGBA")


def colour_facts(small: Any) -> Result:
    """The commonest colours with their shares, the brightness (0 to 1), the share that is see-through."""
    raw = small.tobytes()
    solid = [at for at in range(3, len(raw), 4) if raw[at] >= OPAQUE]
    clear = sum(1 for at in range(3, len(raw), 4) if raw[at] < 255)
    facts: Result = {"transparent": round(clear * 4 / len(raw), 4), "palette": [], "brightness": None}
    if solid:
        row = b"".join(raw[at - 3 : at] for at in solid)
        plain = pillow().frombytes("RGB", (len(solid), 1), row)
        facts["palette"] = palette(plain)
        grey = plain.convert("L").tobytes()
        facts["brightness"] = round(sum(grey) / len(grey) / 255, 4)
    return facts


def palette(plain: Any) -> list[tuple[int, int, int, float]]:
    """Red, green, blue and share of at most six colours, the commonest first."""
    reduced = plain.quantize(COLOURS)
    values = reduced.getpalette()
    counts = sorted(reduced.getcolors(), reverse=True)
    return [(*values[3 * at : 3 * at + 3], round(count / plain.width, 4)) for count, at in counts]
