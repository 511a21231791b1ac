"""Fields of image bodies: how a form spells them, the notation of sizes, and what options may not repeat."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from core.bodies.form_fields import FormFields
from core.bodies.routing.form import with_routing
from core.bodies.shared_fields import provider_options
from core.bodies.validation import FieldError
from core.contract.chat import folded
from core.contract.errors import Unsupported

MOST_IMAGES = 10
MOST_INPUTS = 16
LONGEST_PROMPT = 32_000
INT64 = 2**63
AUTO = "auto"
PIXELS = re.compile(r"([1-9][0-9]{1,4})x([1-9][0-9]{1,4})")
TIERS = ("512", "1K", "2K", "4K")
"""Steps of `resolution`, which `size` may name as well."""
RATIO = re.compile(r"([1-9][0-9]{0,2}(?:\.[0-9])?):([1-9][0-9]{0,2}(?:\.[0-9])?)")
SAME_RATIO = 0.02
"""How far the ratio of a size may be from `aspect_ratio`: sizes are rounded to multiples of 16 pixels."""

FORM = with_routing(
    FormFields(
        numbers=frozenset({"n", "output_compression", "partial_images", "seed"}),
        booleans=frozenset({"keep_metadata", "stream"}),
    )
)
"""The types of the fields of a multipart form, beside its files."""

COUNTED = frozenset(
    map(
        folded,
        (
            "batch_size",
            "height",
            "image",
            "image_count",
            "image_size",
            "images",
            "input_fidelity",
            "mask",
            "max_images",
            "model",
            "n",
            "num_images",
            "num_images_per_prompt",
            "num_outputs",
            "number_of_images",
            "number_results",
            "partial_images",
            "quality",
            "resolution",
            "sample_count",
            "samples",
            "size",
            "stream",
            "width",
        ),
    )
)
"""What decides the price of an answer: read at the top of a body, and nowhere else."""

CONFIGS = frozenset(map(folded, ("generation_config", "image_config")))
"""Objects in which chat servers that draw, OpenRouter's and Gemini's, expect some of it."""


def check_size(text: str) -> str:
    """Pixels as `1024x1024`, a tier such as `2K`, or `auto`."""
    if text != AUTO and text not in TIERS and not PIXELS.fullmatch(text):
        raise FieldError(
            f"size must be auto, width x height in pixels such as 1024x1024, or one of {', '.join(TIERS)}.",
            param="size",
        )
    return text


def check_ratio(text: str) -> str:
    if text != AUTO and not RATIO.fullmatch(text):
        raise FieldError("aspect_ratio must be auto or a ratio such as 16:9.", param="aspect_ratio")
    return text


def is_ratio_of(ratio: str, size: str) -> bool:
    """Whether pixels such as `1536x864` have an aspect ratio such as `16:9`."""
    width, height = map(int, size.split("x"))
    across, down = map(float, ratio.split(":"))
    return abs(width * down / (height * across) - 1) <= SAME_RATIO


def check_options(fields: Any) -> Any:
    """The fields as they came. Raises `Unsupported` for an option of a provider that decides the price."""
    for slug, values in provider_options(fields) if isinstance(fields, dict) else ():
        for name in option_names(values):
            if folded(name.rpartition(".")[2].partition("[")[0]) in COUNTED:  # forms may say `n[]`
                raise Unsupported(
                    f"{name[:40]} is no option of a provider: send it beside the prompt.",
                    param=f"provider.options.{slug[:40]}.{name[:40]}",
                    code="unsupported_parameter",
                )
    return fields


def option_names(values: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """The names of options; those in objects of `CONFIGS` too, as `image_config.image_size`."""
    for name, value in values.items():
        yield before + name
        if folded(name) in CONFIGS and isinstance(value, Mapping):
            yield from option_names(value, f"{before}{name}.")


Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
Size = Annotated[str, StringConstraints(max_length=32), AfterValidator(check_size)]
Ratio = Annotated[str, StringConstraints(max_length=16), AfterValidator(check_ratio)]
Prompt = Annotated[str, StringConstraints(max_length=LONGEST_PROMPT)]
Count = Annotated[int, Field(ge=1, le=MOST_IMAGES)]
Seed = Annotated[int, Field(ge=-INT64, le=INT64 - 1)]
