"""Bodies of image requests: what each field becomes, the three modes, and what is refused."""

from __future__ import annotations

import pytest

from core.bodies.image.body import ImageBody
from core.bodies.image.endpoints import EditBody, GenerationBody, RouterImageBody, VariationBody
from core.bodies.image.fields import FORM
from core.bodies.validation import validate
from core.contract.errors import InvalidRequest
from core.contract.image import ImageFile, ImageFormat, ImageMode, ImageRequest

PICTURE = ImageFile("/nowhere/a", "image.png", "image/png", 100, 640, 480)
MASK = ImageFile("/nowhere/m", "image.png", "image/png", 50, 640, 480)
FOX = {"model": "lab/brush", "prompt": "A fox"}


def request(*images: ImageFile, mask: ImageFile | None = None, **fields) -> ImageRequest:
    return validate(ImageBody, {**FOX, **fields}).request(images, mask)


def refused(fields, schema=ImageBody) -> str | None:
    """The `param` of the refusal."""
    with pytest.raises(InvalidRequest) as caught:
        validate(schema, fields).request()
    return caught.value.param


def test_the_defaults_are_the_models():
    assert request() == ImageRequest("lab/brush", "A fox")


def test_every_field_reaches_the_request():
    found = request(
        n=3, size="1536x1024", quality="high", style="vivid", background="opaque", moderation="low",
        output_format="webp", output_compression=80, stream=True, partial_images=2, seed=-7, user="u-1",
        provider={"options": {"lab": {"steps": 4}}, "zdr": True}, response_format="b64_json",
    )  # fmt: skip
    assert found == ImageRequest(
        "lab/brush", "A fox", n=3, size="1536x1024", quality="high", style="vivid", background="opaque",
        moderation="low", format=ImageFormat.WEBP, compression=80, streamed=True, partial_images=2, seed=-7,
        user="u-1", options={"lab": {"steps": 4}}, preferences={"zdr": True},
    )  # fmt: skip


def test_auto_is_the_models_default():
    words = dict.fromkeys(("size", "quality", "background", "moderation", "aspect_ratio"), "auto")
    assert request(**words) == request()


def test_null_is_the_same_as_leaving_out():
    names = set(ImageBody.model_fields) - {"model", "prompt"}
    assert request(**dict.fromkeys(names)) == request()


@pytest.mark.parametrize(
    ("fields", "size", "ratio", "resolution"),
    [
        ({"size": "2K"}, "", "", "2K"),
        ({"size": "2K", "aspect_ratio": "16:9"}, "", "16:9", "2K"),
        ({"size": "2K", "resolution": "2K"}, "", "", "2K"),
        ({"resolution": "512", "aspect_ratio": "9:19.5"}, "", "9:19.5", "512"),
        ({"size": "1536x864", "aspect_ratio": "16:9"}, "1536x864", "", ""),
        ({"size": "auto", "aspect_ratio": "1:1"}, "", "1:1", ""),
    ],
)
def test_size_is_pixels_or_a_tier_with_a_ratio(fields, size, ratio, resolution):
    found = request(**fields)
    assert (found.size, found.aspect_ratio, found.resolution) == (size, ratio, resolution)


def test_metadata_is_removed_unless_it_is_to_be_kept():
    assert [request(**asked).keep_metadata for asked in ({}, {"keep_metadata": True})] == [False, True]


def test_fields_of_other_apis_are_ignored():
    assert request(name="x", identity={"id": "u"}, response_format=None) == request()


def test_the_routing_fields_are_read():
    found = request(models=["lab/b"], fallbacks=["lab/c"], retry={"count": 2}).routing
    assert ([named.model for named in found.fallbacks], found.retries) == (["lab/b", "lab/c"], 2)


def test_the_safety_identifier_precedes_the_user():
    assert request(user="u", safety_identifier="s").user == "s"


def test_partial_images_are_streamed_only():
    assert request(partial_images=2).partial_images == 0


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"n": 0}, "n"),
        ({"n": 11}, "n"),
        ({"n": "2"}, "n"),
        ({"n": 1.5}, "n"),
        ({"n": True}, "n"),
        ({"size": "big"}, "size"),
        ({"size": "0x10"}, "size"),
        ({"size": "1024 x 1024"}, "size"),
        ({"size": 1024}, "size"),
        ({"size": "1024x1024", "resolution": "1K"}, "resolution"),
        ({"size": "1K", "resolution": "2K"}, "resolution"),
        ({"size": "1024x1024", "aspect_ratio": "16:9"}, "aspect_ratio"),
        ({"aspect_ratio": "wide"}, "aspect_ratio"),
        ({"aspect_ratio": "0:1"}, "aspect_ratio"),
        ({"resolution": "8K"}, "resolution"),
        ({"quality": "very high"}, "quality"),
        ({"style": ""}, "style"),
        ({"background": "red"}, "background"),
        ({"background": "transparent", "output_format": "jpeg"}, "background"),
        ({"response_format": "png"}, "response_format"),
        ({"output_format": "svg"}, "output_format"),
        ({"output_format": "auto"}, "output_format"),
        ({"output_compression": 101}, "output_compression"),
        ({"output_compression": "80"}, "output_compression"),
        ({"moderation": "off"}, "moderation"),
        ({"input_fidelity": "medium"}, "input_fidelity"),
        ({"stream": "true"}, "stream"),
        ({"partial_images": 4}, "partial_images"),
        ({"seed": 2**63}, "seed"),
        ({"user": "u" * 513}, "user"),
        ({"prompt": "a" * 32_001}, "prompt"),
        ({"prompt": " "}, "prompt"),
        ({"prompt": None}, "prompt"),
        ({"prompt": ["A fox"]}, "prompt"),
        ({"model": ""}, "model"),
        ({"stream": True, "response_format": "url"}, "response_format"),
        ({"images": "abc"}, "images"),
        ({"mask": "abcd"}, "mask"),
        ({"provider": {"options": {"lab": {"n": 10}}}}, "provider.options.lab.n"),
        ({"provider": {"options": {"lab": {"numImages": 4}}}}, "provider.options.lab.numImages"),
        ({"provider": {"options": {"lab": {"n[]": 4}}}}, "provider.options.lab.n[]"),
        ({"provider": {"options": {"lab": {"width": 4096}}}}, "provider.options.lab.width"),
        (
            {"provider": {"options": {"lab": {"image_config": {"image_size": "4K"}}}}},
            "provider.options.lab.image_config.image_size",
        ),
        (
            {"provider": {"options": {"lab": {"generationConfig": {"imageConfig": {"imageSize": "4K"}}}}}},
            "provider.options.lab.generationConfig.imageConfig.imageSize",
        ),
        ({"provider": {"options": {"lab": {"base_url": "x"}}}}, "provider.options.lab.base_url"),
    ],
)
def test_a_wrong_field_is_named(wrong, param):
    assert refused({**FOX, **wrong}) == param


def test_without_images_it_is_generated():
    assert request().mode is ImageMode.GENERATE


@pytest.mark.parametrize("name", ["image", "images", "input_references"])
def test_with_images_the_prompt_decides(name):
    value = "abcd" if name == "image" else [{"image_url": "abcd"}]
    edited = validate(ImageBody, {**FOX, name: value}).request([PICTURE], MASK)
    assert (edited.mode, edited.images, edited.mask) == (ImageMode.EDIT, (PICTURE,), MASK)
    varied = validate(ImageBody, {"model": "m", "prompt": "", name: value}).request([PICTURE])
    assert (varied.mode, varied.prompt) == (ImageMode.VARY, "")


@pytest.mark.parametrize("name", ["image", "images", "mask", "input_references"])
def test_a_generation_takes_no_images(name):
    value = ["abcd"] if name != "mask" else "abcd"
    assert refused({**FOX, name: value}, GenerationBody) == name


@pytest.mark.parametrize(("left_out", "param"), [("image", "image"), ("prompt", "prompt")])
def test_an_edit_takes_an_image_and_a_prompt(left_out, param):
    fields = {**FOX, "image": "abcd"}
    assert validate(EditBody, fields).request([PICTURE]).mode is ImageMode.EDIT
    assert refused({name: fields[name] for name in fields if name != left_out}, EditBody) == param


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"prompt": "A fox"}, "prompt"),
        ({"mask": "abcd"}, "mask"),
        ({"image": ["abcd", "abcd"]}, "image"),
        ({"image": None}, "image"),
    ],
)
def test_a_variation_takes_one_image_alone(wrong, param):
    fields = {"model": "m", "image": "abcd"}
    assert validate(VariationBody, fields).request([PICTURE]).mode is ImageMode.VARY
    assert refused({**fields, **wrong}, VariationBody) == param


def test_openrouters_references_are_images_to_edit():
    part = {"type": "image_url", "image_url": {"url": "data:image/png;base64,abcd"}}
    body = validate(RouterImageBody, {**FOX, "input_references": [part]})
    assert [place.param for place in body.inputs().images] == ["input_references[0].image_url.url"]
    assert body.request([PICTURE]).mode is ImageMode.EDIT
    assert refused({"model": "m", "prompt": ""}, RouterImageBody) == "prompt"


def test_a_form_has_numbers_as_text():
    pairs = [("model", "m"), ("prompt", "A fox"), ("n", "2"), ("seed", "7"), ("stream", "true")]
    pairs += [("partial_images", "1"), ("output_format", "jpeg"), ("output_compression", "60"), ("size", "")]
    found = validate(GenerationBody, FORM.parse(pairs)).request()
    assert (found.n, found.seed, found.streamed, found.partial_images) == (2, 7, True, 1)
    assert (found.format, found.compression, found.size) == (ImageFormat.JPEG, 60, "")


@pytest.mark.parametrize(
    ("schema", "absent"),
    [
        (GenerationBody, {"image", "images", "mask", "input_references", "input_fidelity"}),
        (VariationBody, {"prompt", "mask"}),
        (RouterImageBody, {"image", "images", "mask"}),
        (EditBody, set()),
    ],
)
def test_the_documented_fields_are_those_of_the_endpoint(schema, absent):
    assert absent & schema.model_json_schema()["properties"].keys() == set()
