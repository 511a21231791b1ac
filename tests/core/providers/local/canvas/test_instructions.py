"""The prompt of an edit as a list of operations; anything else is refused with the list."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.contract.errors import InvalidRequest
from core.contract.image import ImageFile, ImageMode, ImageRequest
from core.media.worker.drawing.edits.table import EDITS
from core.providers.local.canvas.edits.instructions import parse, read_instructions
from core.providers.local.canvas.edits.request import recipe
from core.providers.local.canvas.edits.table import OPERATIONS

FILE = ImageFile("a.png", "a.png", "image/png", 10, 300, 300)
REQUEST = ImageRequest(model="local/canvas", prompt="", mode=ImageMode.EDIT, images=(FILE,))

SAID = {
    "Crop it to a square": "crop to square",
    "crop to 800x600": "crop to 800x600",
    "crop the left half": "crop to left half",
    "crop 10%": "crop to 10%",
    "crop to a circle": "crop to circle",
    "rotate left": "rotate 270",
    "rotate by 45 degrees counterclockwise": "rotate 315",
    "turn it upside down": "rotate 180",
    "mirror": "flip horizontally",
    "flip vertically": "flip vertically",
    "resize to 640 px wide": "resize to 640 px wide",
    "scale to 50%": "resize to 50%",
    "double the size": "resize to 200%",
    "blur the picture slightly": "blur 3",
    "blur 12 px": "blur 12",
    "make it more blurry": "blur 20",
    "sharpen": "sharpen 90",
    "pixelate by 24": "pixelate 24",
    "Please make this photo black and white.": "grayscale",
    "convert to greyscale": "grayscale",
    "sepia tone": "sepia",
    "invert the colours": "invert",
    "make it brighter": "brightness +30%",
    "darken by 15%": "brightness -15%",
    "less contrast": "contrast -30%",
    "increase the saturation by 40%": "saturation +40%",
    "duotone navy and gold": "duotone #14234f and #d9a521",
    "colourise it in teal": "tint #0d8c8c",
    "recolor red to blue": "recolour #e02424 to #2563eb",
    "shift the hue by -30 degrees": "hue 330",
    "remove the background": "remove the background",
    "make the background white": "replace the background with #ffffff",
    "on a coral background": "replace the background with #ff7a5c",
    "transparent background": "remove the background",
    "write “Good morning” at the top in white": "caption “Good morning” at the top in #ffffff",
    'add a caption "blur, then crop"': "caption “blur, then crop” at the bottom",
    "add a white border of 5%": "frame #ffffff 5%",
    "round the corners": "round corners",
    "crop to 16:9, blur and then write 'Hi'": "crop to 16:9, blur 8, caption “Hi” at the bottom",
}


@pytest.mark.parametrize(("prompt", "told"), SAID.items())
def test_words_are_read_in_their_order_and_told_so_that_they_are_read_again(prompt, told):
    steps = parse(prompt)

    assert ", ".join(step.told for step in steps) == told
    assert [step.job for step in parse(f"Edit: {told}")] == [step.job for step in steps]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_operation_has_an_example_that_means_it(operation):
    [step] = parse(operation.example)

    assert step.operation == operation
    assert operation.name in EDITS


def test_every_operation_of_the_worker_can_be_asked_for():
    assert {operation.name for operation in OPERATIONS} == EDITS.keys() - {"fit"}


@pytest.mark.parametrize(
    "prompt", ["make the dog smile", "blur it and add a hat", "", "please", "blurb", "a painting by Monet"]
)
def test_other_words_are_refused_with_the_operations_there_are(prompt):
    with pytest.raises(InvalidRequest, match="crop to 16:9, rotate 90") as refused:
        read_instructions(replace(REQUEST, prompt=prompt))

    assert refused.value.param == "prompt"
    assert refused.value.metadata["operations"] == [operation.name for operation in OPERATIONS]


def test_removing_needs_a_mask():
    with pytest.raises(InvalidRequest) as refused:
        read_instructions(replace(REQUEST, prompt="remove the bird"))

    assert refused.value.param == "mask"


@pytest.mark.parametrize("prompt", ["crop to a square", "rotate 90", "resize to 50%"])
def test_mask_forbids_what_moves_pixels(prompt):
    with pytest.raises(InvalidRequest, match="mask"):
        read_instructions(replace(REQUEST, prompt=prompt, mask=FILE))


@pytest.mark.parametrize("prompt", ["collage", "side by side", "stack", "blend 20%"])
def test_combining_needs_two_pictures(prompt):
    with pytest.raises(InvalidRequest) as refused:
        read_instructions(replace(REQUEST, prompt=prompt))

    assert refused.value.param == "image"
    steps = read_instructions(replace(REQUEST, prompt=prompt, images=(FILE, FILE)))
    assert len(steps) == 1


def test_several_pictures_without_a_word_for_it_become_a_collage():
    steps = read_instructions(replace(REQUEST, prompt="sepia", images=(FILE, FILE)))

    assert [step.told for step in steps] == ["collage", "sepia"]


def test_too_many_operations_are_refused():
    with pytest.raises(InvalidRequest, match="20"):
        parse("blur, " * 21)


def test_recipes_of_variations_are_edits_and_differ():
    recipes = {recipe(seed) for seed in range(200)}

    assert len(recipes) > 60
    for text in recipes:
        assert ", ".join(step.told for step in parse(text)) == text
