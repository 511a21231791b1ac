from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

import pytest
from PIL import Image

from core.contract.chat import ChatRequest, Media, Modality, file_parts
from core.contract.errors import InvalidRequest
from core.contract.events import ChatDelta, Used
from core.contract.route import Policy, Route, Target
from core.contract.usage import Usage
from core.providers import registry
from core.providers.base import Adapter
from core.routing import dispatch
from core.routing.health import Health
from tests.core.routing.attempt_log import MemoryAttemptLog

pytestmark = pytest.mark.anyio

PLACE, GPS, ORIENTATION = b"Ada's camera, 52 deg 31 min", 0x8825, 0x0112


class Provider(Adapter):
    """Keeps what it is sent: the bytes of each file, and the size that is told of them."""

    def __init__(self, *, embedded: bool) -> None:
        self.embedded = embedded  # type: ignore[misc]
        self.request: ChatRequest | None = None
        self.files: list[bytes] = []
        self.sizes: list[int] = []

    async def chat(self, target, request):
        self.request = request
        found = [part.content for part in file_parts(request) if isinstance(part.content, Media)]
        self.files = [contents(media) for media in found]
        self.sizes = [media.size for media in found]
        yield ChatDelta("A photo.")
        yield Used(Usage())


def photo(folder: Path) -> Media:
    """Lies on its side, and tells the place where it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[0x010F] = PLACE.decode()
    exif[GPS] = {1: "N", 2: (52.0, 31.0, 0.0)}
    path = folder / "photo.jpg"
    Image.new("RGB", (12, 8), "red").save(path, "jpeg", exif=exif)
    return media(path, "image/jpeg")


def media(path: Path, media_type: str, modality: Modality = Modality.IMAGE) -> Media:
    return Media(modality, str(path), media_type, path.stat().st_size, path.name)


def contents(media: Media) -> bytes:
    return Path(media.path).read_bytes()


def exists(media: Media) -> bool:
    return Path(media.path).exists()


def asked(*parts: dict[str, object]) -> ChatRequest:
    messages = ({"role": "system", "content": "Be brief."}, {"role": "user", "content": list(parts)})
    return ChatRequest("m", messages)


def image_part(url: Media | str) -> dict[str, object]:
    return {"type": "image_url", "image_url": {"url": url, "detail": "high"}}


async def answer(monkeypatch, provider: Provider, request: ChatRequest) -> None:
    monkeypatch.setattr(registry, "adapter", lambda wire: provider)
    target = Target(1, "ada", "Ada", "w", "http://x.test", "m")
    way = Route("m", (target,), Policy(retries=0))
    async with aclosing(dispatch.answer(way, request, MemoryAttemptLog(), Health())) as events:
        assert isinstance([event async for event in events][-1], Used)


async def test_a_provider_outside_is_not_told_where_a_photo_was_taken(tmp_path, monkeypatch):
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(b"%PDF-1.4 " + PLACE)
    file = {"type": "file", "file": {"file_data": media(pdf, "application/pdf", Modality.FILE)}}
    link = image_part("https://pictures.test/a.jpg")
    found = photo(tmp_path)
    request = asked({"type": "text", "text": "Where is it?"}, image_part(found), file, link)
    provider = Provider(embedded=False)
    await answer(monkeypatch, provider, request)
    sent, document = provider.files
    assert [PLACE in data for data in (contents(found), sent, document)] == [True, False, True]
    assert provider.sizes == [len(sent), len(document)]
    (tmp_path / "sent.jpg").write_bytes(sent)
    with Image.open(tmp_path / "sent.jpg") as image, Image.open(found.path) as original:
        assert (dict(image.getexif()), image.tobytes()) == ({ORIENTATION: 6}, original.tobytes())
    assert provider.request is not None
    text, picture, *rest = provider.request.messages[1]["content"]
    new = picture["image_url"]["url"]
    assert (text, rest) == (request.messages[1]["content"][0], [file, link])
    assert picture == image_part(new)
    assert (new.name, new.media_type, exists(new)) == ("photo.jpg", "image/jpeg", False)
    assert provider.request.messages[0] == request.messages[0]


async def test_an_embedded_provider_gets_the_photo_as_it_is(tmp_path, monkeypatch):
    request = asked(image_part(photo(tmp_path)))
    provider = Provider(embedded=True)
    await answer(monkeypatch, provider, request)
    assert provider.request is request
    assert [PLACE in data for data in provider.files] == [True]


async def test_a_picture_without_metadata_is_sent_from_where_it_is(tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    Image.new("RGB", (12, 8), "red").save(path, "png")
    request = asked(image_part(media(path, "image/png")))
    provider = Provider(embedded=False)
    await answer(monkeypatch, provider, request)
    assert provider.request is request


async def test_a_picture_that_is_cut_off_is_refused_and_named(tmp_path, monkeypatch):
    found = photo(tmp_path)
    (tmp_path / "photo.jpg").write_bytes(contents(found)[: found.size // 2])
    with pytest.raises(InvalidRequest) as refused:
        await answer(monkeypatch, Provider(embedded=False), asked(image_part(found)))
    assert (refused.value.param, refused.value.provider_code) == (
        "messages[1].content[0].image_url",
        "unsupported_media",
    )
    assert refused.value.message == "This picture is cut off: its end is missing."


def test_only_what_runs_here_is_embedded():
    assert [wire for wire in registry.WIRES if registry.adapter(wire).embedded] == ["local", "rehearsal"]
