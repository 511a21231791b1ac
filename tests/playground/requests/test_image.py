"""From a `run.start` of pictures to the request: its pictures are uploads of the user."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core.contract.errors import InvalidRequest, NotFound
from core.contract.image import ImageMode
from core.providers.rehearsal.picture import board
from playground import frames
from playground.models import Upload
from playground.requests.image import run_request

pytestmark = pytest.mark.django_db


def picture(user, size=(64, 48), name="kiwi.png", content=None) -> Upload:
    content = board(*size, "kiwi") if content is None else content
    stored = default_storage.save(f"uploads/{user.pk}/{uuid4()}.png", ContentFile(content))
    return Upload.objects.create(
        user=user, name=name, media_type="image/png", bytes=len(content), file=stored, task="image"
    )


def built(user, **params):
    frame = {"type": "run.start", "id": "a", "task": "image", "model": "m", "params": params}
    return run_request(user, frames.parse(json.dumps(frame)))


def test_a_prompt_alone_is_generated_and_streamed(alice):
    run = built(alice, prompt="A kiwi\non a table", size="1024x1024", n=2, partial_images=3, seed=7)
    request = run.request
    assert (request.mode, request.prompt, run.title) == (
        ImageMode.GENERATE,
        "A kiwi\non a table",
        "A kiwi on a table",
    )
    assert (request.size, request.n, request.partial_images, request.seed) == ("1024x1024", 2, 3, 7)
    assert (request.streamed, request.images, run.uploads) == (True, (), ())


def test_uploads_are_edited_within_their_mask(alice):
    first, second, mask = picture(alice), picture(alice, (10, 20)), picture(alice, name="mask.png")
    images = [{"upload": str(first.id)}, {"image_url": {"upload": str(second.id)}}]
    run = built(alice, prompt="Paint it blue", images=images, mask={"upload": str(mask.id)})
    request = run.request
    assert request.mode is ImageMode.EDIT
    assert [(file.width, file.height, file.upload) for file in request.images] == [
        (64, 48, str(first.id)),
        (10, 20, str(second.id)),
    ]
    assert request.mask.upload == str(mask.id)
    assert run.uploads == (first, second, mask)


def test_a_picture_without_a_prompt_is_varied_and_named_after_its_file(alice):
    row = picture(alice)
    run = built(alice, image={"upload": str(row.id)})
    assert (run.request.mode, run.title) == (ImageMode.VARY, "kiwi.png")


def test_the_picture_of_another_user_is_not_found(alice, bob):
    row = picture(alice)
    with pytest.raises(NotFound) as refused:
        built(bob, prompt="Mine now", image={"upload": str(row.id)})
    assert refused.value.param == "image.upload"


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"just text", "unsupported_media"), (board(8, 8, "x")[:20], "unsupported_media"), (b"", "empty_file")],
)
def test_what_is_no_picture_is_refused(alice, content, code):
    row = picture(alice, content=content)
    with pytest.raises(InvalidRequest) as refused:
        built(alice, prompt="Edit", image={"upload": str(row.id)})
    assert (refused.value.param, refused.value.provider_code) == ("image.upload", code)


def test_base64_has_to_be_uploaded_first(alice):
    with pytest.raises(InvalidRequest, match="uploaded first"):
        built(alice, prompt="Edit", image="data:image/png;base64,AAAA")
