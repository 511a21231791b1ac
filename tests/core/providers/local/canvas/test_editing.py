"""Edits by a real worker: facts of pixels, masks, hostile files, variations."""

from __future__ import annotations

import struct
import zlib
from decimal import Decimal

import pytest
from PIL import Image, ImageDraw

from core.contract.errors import InvalidRequest
from core.contract.image import ImageFormat, ImageMode
from tests.core.providers.local.canvas.pictures import draw, image_file, opened, saved

pytestmark = pytest.mark.anyio

RED, BLUE, GREEN, WHITE = (220, 30, 40), (30, 60, 200), (20, 150, 60), (255, 255, 255)


@pytest.fixture
def scene() -> Image.Image:
    """White, a red square in the upper left, a blue disc in the lower right; 300 x 200."""
    image = Image.new("RGB", (300, 200), WHITE)
    pen = ImageDraw.Draw(image)
    pen.rectangle([30, 30, 99, 99], fill=RED)
    pen.ellipse([180, 90, 259, 169], fill=BLUE)
    return image


@pytest.fixture
def edit(scene, tmp_path):
    """Edit the scene by a prompt; the picture that comes."""
    file = saved(scene, tmp_path / "scene.png")

    async def run(prompt: str, **fields) -> Image.Image:
        answer = await draw(prompt, mode=ImageMode.EDIT, images=(file,), **{"size": "", **fields})
        return answer.image

    return run


async def test_crop(edit, scene):
    assert (await edit("crop to a square")).tobytes() == scene.crop((50, 0, 250, 200)).tobytes()
    assert (await edit("crop the left half")).tobytes() == scene.crop((0, 0, 150, 200)).tobytes()
    assert (await edit("crop to 1:1, crop 10%")).size == (160, 160)
    circle = await edit("crop to a circle")
    assert (circle.mode, circle.getpixel((0, 0))[3], circle.getpixel((100, 100))[3]) == ("RGBA", 0, 255)


async def test_turns_and_flips_are_exact(edit, scene):
    turns = Image.Transpose
    assert (await edit("rotate 90")).tobytes() == scene.transpose(turns.ROTATE_270).tobytes()
    assert (await edit("rotate left")).tobytes() == scene.transpose(turns.ROTATE_90).tobytes()
    assert (await edit("flip vertically")).tobytes() == scene.transpose(turns.FLIP_TOP_BOTTOM).tobytes()
    assert (await edit("mirror, mirror")).tobytes() == scene.tobytes()
    slanted = await edit("rotate 30")
    assert (slanted.mode, slanted.getpixel((0, 0))[3]) == ("RGBA", 0)


async def test_resize(edit):
    assert (await edit("resize to 120x90")).size == (120, 90)
    assert (await edit("resize to 600 wide")).size == (600, 400)
    assert (await edit("scale to 50%")).size == (150, 100)
    assert (await edit("sepia", size="512x256")).size == (512, 256)


async def test_effects(edit, scene):
    grey = await edit("grayscale")
    assert grey.getpixel((50, 50)) == (scene.convert("L").getpixel((50, 50)),) * 3
    assert (await edit("invert")).getpixel((50, 50)) == tuple(255 - part for part in RED)
    blurred = await edit("blur 6")
    assert 230 < blurred.getpixel((30, 64))[0] < 250
    assert blurred.getpixel((150, 10)) == WHITE
    mosaic = await edit("pixelate 20")
    assert {mosaic.getpixel((x, y)) for x in range(20, 40) for y in range(20, 40)} == {
        mosaic.getpixel((20, 20))
    }
    assert (await edit("vignette")).getpixel((0, 0))[0] < 120
    assert (await edit("kaleidoscope")).getpixel((10, 10)) == (await edit("kaleidoscope")).getpixel(
        (289, 189)
    )
    red, green, blue = (await edit("sepia")).getpixel((150, 10))
    assert red >= green > blue


async def test_colours(edit):
    assert sum((await edit("darken by 50%")).getpixel((50, 50))) < sum(RED) * 0.55
    assert (await edit("saturation -100%")).getpixel((50, 50)) == pytest.approx((91, 91, 91), abs=4)
    duotone = await edit("duotone navy and gold")
    assert (duotone.getpixel((150, 10)), duotone.getpixel((50, 50)) != WHITE) == ((217, 165, 33), True)
    recoloured = await edit("recolour red to green")
    red, green, _ = recoloured.getpixel((50, 50))
    assert (green > red + 60, recoloured.getpixel((220, 130))) == (True, pytest.approx(BLUE, abs=3))


async def test_background_is_what_reaches_the_border_in_its_colour(edit):
    cut = await edit("remove the background")
    assert [cut.getpixel(place)[3] for place in ((5, 5), (50, 50), (220, 130))] == [0, 255, 255]
    coral = await edit("replace the background with coral")
    assert (coral.getpixel((5, 5)), coral.getpixel((50, 50))) == ((255, 122, 92), RED)


async def test_caption_is_drawn_where_it_is_asked_for(edit, scene):
    top = await edit("caption “Hello” at the top in navy")
    assert top.crop((0, 120, 300, 200)).tobytes() == scene.crop((0, 120, 300, 200)).tobytes()
    assert (20, 35, 79) in {colour for _, colour in top.getcolors(70_000)}


async def test_frame_and_corners(edit):
    framed = await edit("navy frame 5%")
    assert (framed.size, framed.getpixel((3, 100)), framed.getpixel((15, 100))) == (
        (300, 200),
        (20, 35, 79),
        WHITE,
    )
    assert (await edit("round corners")).getpixel((0, 0))[3] == 0


async def test_operations_are_done_in_order(edit):
    first, second = await edit("grayscale, frame coral 10%"), await edit("frame coral 10%, grayscale")

    assert first.getpixel((2, 2)) == (255, 122, 92)
    assert len(set(second.getpixel((2, 2)))) == 1


@pytest.fixture
def mask(tmp_path):
    """Transparent in a disc around (64, 64), half-transparent at its rim."""
    alpha = Image.new("L", (300, 200), 255)
    pen = ImageDraw.Draw(alpha)
    pen.ellipse([10, 10, 120, 120], fill=128)
    pen.ellipse([14, 14, 116, 116], fill=0)
    image = Image.new("RGBA", (300, 200), (0, 0, 0, 255))
    image.putalpha(alpha)
    return saved(image, tmp_path / "mask.png"), alpha


@pytest.mark.parametrize(
    "prompt",
    [
        "blur a lot",
        "invert",
        "remove the square",
        "fill with coral",
        "caption “Hi” at the top",
        "halftone",
        "kaleidoscope",
        "frame navy 20%",
        "rotate 180",
        "remove the background",
    ],
)
async def test_pixels_where_the_mask_is_opaque_stay_exactly_as_they_were(edit, scene, mask, prompt):
    file, alpha = mask
    result = (await edit(prompt, mask=file)).convert("RGBA")

    before = scene.convert("RGBA")
    pairs = zip(alpha.tobytes(), pixels(before), pixels(result), strict=True)
    assert [one for kept, one, other in pairs if kept == 255 and one != other] == []
    assert pixels(before) != pixels(result)


def pixels(image: Image.Image) -> list[bytes]:
    raw = image.tobytes()
    return [raw[at : at + 4] for at in range(0, len(raw), 4)]


async def test_removed_area_is_filled_from_around_it(edit, mask):
    result = await edit("remove the red square", mask=mask[0])

    assert min(result.getpixel((64, 64))) > 225


async def test_mask_of_another_size_and_a_new_size_beside_a_mask_are_refused(edit, tmp_path, mask):
    small = saved(Image.new("RGBA", (30, 20)), tmp_path / "small.png")
    for fields in ({"mask": small}, {"mask": mask[0], "size": "512x512"}):
        with pytest.raises(InvalidRequest) as refused:
            await edit("blur", **fields)
        assert refused.value.param == ("size" if "size" in fields else "mask")


async def test_several_pictures_become_one(scene, tmp_path):
    files = tuple(saved(scene, tmp_path / f"{number}.png") for number in range(3))

    async def size(prompt):
        answer = await draw(prompt, mode=ImageMode.EDIT, images=files, size="")
        assert answer.usage.units() == {"image_out.image": Decimal(1), "image_in.image": Decimal(3)}
        return answer.image.size

    assert await size("collage") == (1536, 1536)
    wide, high = await size("side by side")
    narrow, tall = await size("stack")
    assert (wide, tall) == (pytest.approx(1536, abs=4), pytest.approx(1536, abs=4))
    assert (high < 500, narrow < 1000) == (True, True)
    assert await size("blend 30%") == (300, 200)


async def test_orientation_is_applied_and_nothing_else_of_the_file_is_kept(scene, tmp_path):
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "secret"
    file = saved(scene, tmp_path / "turned.jpg", exif=exif, quality=95, comment=b"secret")
    for form in (ImageFormat.PNG, ImageFormat.JPEG, ImageFormat.WEBP):
        answer = await draw("invert, invert", mode=ImageMode.EDIT, images=(file,), size="", format=form)
        assert answer.image.size == (200, 300)
        assert dict(answer.image.getexif()) == {}
        assert b"secret" not in answer.ready[0].data
    red = answer.image.getpixel((140, 60))
    assert red[0] > red[2] + 100


async def test_mask_of_a_turned_photo_may_be_as_its_file_or_upright(scene, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    file = saved(scene, tmp_path / "turned.jpg", exif=exif, quality=95)
    alpha = Image.new("RGBA", (300, 200), (0, 0, 0, 255))
    ImageDraw.Draw(alpha).rectangle([0, 0, 99, 99], fill=(0, 0, 0, 0))
    masks = (
        saved(alpha, tmp_path / "stored.png"),
        saved(alpha.transpose(Image.Transpose.ROTATE_270), tmp_path / "up.png"),
    )

    first, second = [
        await draw("fill with coral", mode=ImageMode.EDIT, images=(file,), mask=mask, size="")
        for mask in masks
    ]
    assert first.ready[0].data == second.ready[0].data


def bomb() -> bytes:
    """A PNG that says it has 900 million pixels."""
    head = b"IHDR" + struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


async def test_hostile_files_are_refused_and_the_worker_goes_on(scene, edit, tmp_path):
    whole = tmp_path / "whole.png"
    scene.save(whole)
    contents = {
        "bomb.png": bomb(),
        "cut.png": whole.read_bytes()[:300],
        "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "none.png": b"",
        "text.png": b"hello there",
    }
    for name, content in contents.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(InvalidRequest):
            await draw("blur", mode=ImageMode.EDIT, images=(image_file(path),), size="")
    assert (await edit("blur")).size == (300, 200)


async def test_more_pixels_than_an_edit_holds_are_refused(tmp_path):
    file = saved(Image.new("L", (6000, 5000)), tmp_path / "large.png")

    with pytest.raises(InvalidRequest, match="25,000,000 pixels; this one has 30,000,000"):
        await draw("blur", mode=ImageMode.EDIT, images=(file,), size="")


@pytest.mark.parametrize("kind", ["gif", "cmyk", "deep", "palette", "grey", "webp"])
async def test_pictures_of_every_kind_are_read(scene, tmp_path, kind):
    path = tmp_path / {"gif": "a.gif", "cmyk": "a.jpg", "webp": "a.webp"}.get(kind, "a.png")
    if kind == "gif":
        scene.save(path, save_all=True, append_images=[Image.new("RGB", scene.size, GREEN)])
    elif kind == "deep":
        scene.convert("I").point(lambda level: level * 256).convert("I;16").save(path)
    elif kind == "palette":
        scene.quantize(8).save(path, transparency=0)
    else:
        scene.convert({"cmyk": "CMYK", "grey": "L"}.get(kind, "RGB")).save(path, quality=95)
    answer = await draw("mirror, mirror", mode=ImageMode.EDIT, images=(image_file(path),), size="")

    result = answer.image.convert("RGBA")
    assert result.size == (300, 200)
    expected = scene.convert("L").getpixel((50, 50)) if kind in ("deep", "grey") else RED[0]
    assert result.getpixel((50, 50))[0] == pytest.approx(expected, abs=14)
    assert (result.getchannel("A").getextrema()[0] == 0) == (kind == "palette")


async def test_transparent_result_is_on_white_in_jpeg(scene, tmp_path):
    file = saved(scene, tmp_path / "a.png")
    answer = await draw(
        "crop to a circle", mode=ImageMode.EDIT, images=(file,), size="", format=ImageFormat.JPEG
    )

    assert answer.image.getpixel((1, 1)) == WHITE


async def test_edits_are_repeated_n_times_and_shown_coarse_before(scene, tmp_path):
    file = saved(scene, tmp_path / "a.png")
    answer = await draw(
        "sepia", mode=ImageMode.EDIT, images=(file,), size="", n=2, streamed=True, partial_images=2
    )

    assert [(partial.index, partial.number) for partial in answer.partials] == [
        (0, 0),
        (0, 1),
        (1, 0),
        (1, 1),
    ]
    assert {opened(partial.data).size for partial in answer.partials} == {(300, 200)}
    assert answer.ready[0].data == answer.ready[1].data


async def test_variations_follow_from_their_seed_and_can_be_made_by_an_edit(scene, tmp_path):
    file = saved(scene, tmp_path / "a.png")
    first = await draw("", mode=ImageMode.VARY, images=(file,), size="", n=6, seed=1)
    again = await draw("", mode=ImageMode.VARY, images=(file,), size="", n=6, seed=1)

    assert [ready.data for ready in first.ready] == [ready.data for ready in again.ready]
    assert len({ready.data for ready in first.ready}) >= 4
    for ready in first.ready[:3]:
        words = ready.revised_prompt.partition(": ")[2]
        edited = await draw(words, mode=ImageMode.EDIT, images=(file,), size="")
        assert edited.ready[0].data == ready.data


async def test_input_picture_is_needed():
    for mode in (ImageMode.EDIT, ImageMode.VARY):
        with pytest.raises(InvalidRequest) as refused:
            await draw("blur", mode=mode)
        assert refused.value.param == "image"
