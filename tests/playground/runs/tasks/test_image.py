"""A run of pictures over the socket: partial ones while it goes on, finished ones as files of their owner."""

from __future__ import annotations

from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.test import AsyncClient

from core.media.image_size import size
from core.models import AIModel, Endpoint, Price, Provider
from core.models.offload import offload
from playground.models import Run, Upload
from tests.playground.conftest import ENDS
from tests.playground.socket.test_consumer import options

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

MODEL = "local/rehearsal-image"


def create_image_model() -> Endpoint:
    row = AIModel.objects.create(
        slug=MODEL,
        name="Rehearsal image",
        tasks=["image"],
        input_modalities=["text", "image"],
        output_modalities=["image"],
        limits={"n": 4, "images": 4, "sizes": ["64x48"], "partial_images": 3, "seed": True, "mask": True},
    )
    provider = Provider.objects.get(slug="rehearsal")
    endpoint = Endpoint.objects.create(model=row, provider=provider, upstream_id="rehearsal-image")
    Price.objects.create(endpoint=endpoint, kind="image_out", unit="image", usd_per_unit="0.01")
    return endpoint


@pytest.fixture
async def image_model(engine):
    return await offload(create_image_model)


async def begin(tab, **params):
    params = {"prompt": "A kiwi", "size": "64x48", **params}
    await tab.send(type="run.start", id="a", task="image", model=MODEL, params=params)


async def draw(tab, **params):
    await begin(tab, **params)
    return await tab.until(*ENDS, "error")


def stored_partials(user) -> list[str]:
    return default_storage.listdir(f"partials/{user.pk}")[1]


async def fetched(url, user):
    client = AsyncClient()
    await client.aforce_login(user)
    return await client.get(url)


async def test_pictures_sharpen_and_are_stored(image_model, sign_in, alice):
    tab = await sign_in(alice)
    done = await draw(tab, n=2, partial_images=1)
    events = [frame for frame in tab.frames if frame["type"].startswith("image.")]
    assert [(event["type"], event["index"]) for event in events] == [
        ("image.partial", 0),
        ("image.ready", 0),
        ("image.partial", 1),
        ("image.ready", 1),
    ]
    row = await offload(Run.objects.get, id=done["run"])
    rows = await offload(list, Upload.objects.filter(chats=row).order_by("name"))
    ready = [event for event in events if event["type"] == "image.ready"]
    assert [event["upload"]["id"] for event in ready] == [str(upload.id) for upload in rows]
    assert [(upload.probe, event["upload"]["width"]) for upload, event in zip(rows, ready, strict=True)] == [
        ({"width": 64, "height": 48}, 64)
    ] * 2
    assert [image["url"] for image in row.answer["images"]] == [event["url"] for event in ready]
    assert (row.answer["question"], row.title, row.state) == ("A kiwi", "A kiwi", "completed")
    assert done["receipt"]["cost"] == 0.02


async def test_partial_pictures_are_for_their_owner_and_go_with_the_run(
    image_model, sign_in, alice, bob, charlie
):
    await options(image_model, delay=1)
    tab = await sign_in(alice)
    await begin(tab, n=4, partial_images=3)
    partial = await tab.until("image.partial")
    answer = await fetched(partial["url"], alice)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert size(BytesIO(b"".join([block async for block in answer])), "png") == (64, 48)
    for stranger in (bob, charlie):
        assert (await fetched(partial["url"], stranger)).status_code == 404
    await tab.send(type="run.stop", id="a")
    await tab.until(*ENDS)
    late = await fetched(partial["url"], alice)
    assert size(BytesIO(b"".join([block async for block in late])), "png") == (64, 48)
    partials = [frame for frame in tab.frames if frame["type"] == "image.partial"]
    assert len(stored_partials(alice)) == len(partials) >= 1
    await offload((await offload(Run.objects.get, id=partial["run"])).delete)
    assert (await fetched(partial["url"], alice)).status_code == 404
    assert stored_partials(alice) == []


async def test_a_run_that_is_deleted_before_it_ends_leaves_no_picture(image_model, sign_in, alice):
    await options(image_model, delay=1)
    tab = await sign_in(alice)
    await begin(tab, partial_images=2)
    partial = await tab.until("image.partial")
    await offload((await offload(Run.objects.get, id=partial["run"])).delete)
    assert len(stored_partials(alice)) == 1
    await tab.send(type="run.stop", id="a")
    await tab.until(*ENDS)
    assert stored_partials(alice) == []


async def test_a_run_that_is_stopped_keeps_the_pictures_that_are_ready(image_model, sign_in, alice):
    await options(image_model, delay=0.2)
    tab = await sign_in(alice)
    await begin(tab, n=4)
    await tab.until("image.ready")
    await tab.send(type="run.stop", id="a")
    done = await tab.until(*ENDS)
    row = await offload(Run.objects.get, id=done["run"])
    assert (done["outcome"], len(row.answer["images"])) == ("stopped", done["receipt"]["images"])
    assert await offload(Upload.objects.filter(chats=row).count) == len(row.answer["images"]) < 4


async def test_the_inputs_of_an_edit_are_kept_with_its_run(image_model, sign_in, alice):
    tab = await sign_in(alice)
    first = await draw(tab)
    made = next(frame for frame in tab.frames if frame["type"] == "image.ready")["upload"]["id"]
    second = await draw(tab, prompt="Bluer", image={"upload": made})
    row = await offload(Run.objects.get, id=second["run"])
    assert (row.answer["mode"], row.params["image"]) == ("edit", {"upload": made})
    await offload((await offload(Run.objects.get, id=first["run"])).delete)
    assert made in [str(upload.id) for upload in await offload(list, row.uploads.all())]


async def test_an_unknown_mask_is_refused_before_anything_is_kept(image_model, sign_in, alice):
    tab = await sign_in(alice)
    refused = await draw(tab, mask={"upload": str(uuid4())})
    assert (refused["type"], refused["error"]["param"]) == ("run.error", "mask.upload")
    assert not await offload(Run.objects.exists)
