"""`response_format` `url`: addresses on this server that expire."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest

from core.image_files import store
from core.models import UsageRecord
from tests.core.api.image_helpers import FOX, make_image_model
from tests.core.api.transcription_helpers import assert_error
from tests.core.server.processes import wait_until

PATH = "/images/generations"


@pytest.fixture(autouse=True)
def brush(transactional_db):
    return make_image_model()


def stored(settings) -> list[Path]:
    return [path for path in (Path(settings.MEDIA_ROOT) / store.FOLDER).rglob("*") if path.is_file()]


def test_pictures_are_at_addresses_that_need_no_key(live, key, settings):
    answer = live.post(PATH, key, json={**FOX, "n": 2, "response_format": "url"})
    data = answer.json()["data"]
    assert [image.keys() for image in data] == [{"url", "media_type"}] * 2
    for image in data:
        assert image["url"].startswith(f"{live.api}/images/files/")
        found = live.client.get(image["url"])
        assert (found.status_code, found.content[:8]) == (200, b"\x89PNG\r\n\x1a\n")
        wanted = {
            "content-type": "image/png",
            "content-length": str(len(found.content)),
            "content-disposition": 'inline; filename="image.png"',
            "x-content-type-options": "nosniff",
            "content-security-policy": "default-src 'none'; sandbox",
        }
        assert {name: found.headers[name] for name in wanted} == wanted
        private, age = found.headers["cache-control"].split(", max-age=")
        assert (private, 0 < int(age) <= 3600) == ("private", True)
    assert len(stored(settings)) == 2


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_file_is_closed_where_the_client_leaves(live, key, settings, method):
    url = live.post(PATH, key, json={**FOX, "response_format": "url"}).json()["data"][0]["url"]
    [path] = stored(settings)
    path.write_bytes(path.read_bytes() + bytes(32 * store.MIB))  # more than a connection takes in advance
    with live.client.stream(method, url) as answer:
        assert answer.status_code == 200
    wait_until(lambda: path not in open_files())


def open_files() -> set[Path]:
    """The files that this process has open; none where the system does not tell."""
    place, found = Path("/proc/self/fd"), set()
    for descriptor in place.iterdir() if place.exists() else ():
        with suppress(OSError):
            found.add(descriptor.readlink())
    return found


def test_the_address_is_that_of_the_clients_host(live, key, settings):
    settings.ALLOWED_HOSTS = ["draw.example", "127.0.0.1"]
    answer = live.post(PATH, key, json={**FOX, "response_format": "url"}, headers={"Host": "draw.example"})
    assert answer.json()["data"][0]["url"].startswith("http://draw.example/api/v1/images/files/")


def test_an_expired_address_finds_nothing(live, key, settings):
    url = live.post(PATH, key, json={**FOX, "response_format": "url"}).json()["data"][0]["url"]
    for wrong in (url[:-5], url.replace(".png", ".svg"), url.replace("files/", "files/x")):
        assert_error(live.client.get(wrong), 404, "image_not_found")
    settings.IMAGE_URL_SECONDS = 1
    url = live.post(PATH, key, json={**FOX, "response_format": "url"}).json()["data"][0]["url"]
    time.sleep(1.1)
    assert_error(live.client.get(url), 404, "image_not_found")


def test_a_repeated_request_has_addresses_that_last(live, key, settings):
    settings.IMAGE_URL_SECONDS = 2
    body, header = {**FOX, "n": 2, "response_format": "url"}, {"Idempotency-Key": "fox-urls"}
    first = live.post(PATH, key, json=body, headers=header).json()
    urls = [image["url"] for image in first["data"]]
    content = live.client.get(urls[0]).content
    wait_until(lambda: live.client.get(urls[0]).status_code == 404)
    store.sweep()
    answer = live.post(PATH, key, json=body, headers=header)
    again = answer.json()
    fresh = live.client.get(again["data"][0]["url"])
    assert (fresh.status_code, fresh.content) == (200, content)
    assert fresh.headers["cache-control"] in ("private, max-age=1", "private, max-age=2")
    assert answer.headers["idempotent-replayed"] == "true"
    assert {**again, "data": None} == {**first, "data": None}
    assert (len(stored(settings)), UsageRecord.objects.count()) == (2, 1)
    for path in stored(settings):
        path.unlink()
    gone = live.post(PATH, key, json=body, headers=header).json()
    assert [image["url"] for image in gone["data"]] == urls


def test_what_is_no_picture_is_saved_and_not_shown(live):
    (token,) = store.save([b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
    found = live.client.get(f"/api/v1/images/files/{token}")
    assert (found.headers["content-type"], found.headers["content-disposition"]) == (
        "application/octet-stream", 'attachment; filename="image.bin"',
    )  # fmt: skip


def test_a_full_disk_is_told_and_nothing_stays(live, key, settings):
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "tests.fakes.full_disk.FullDisk"}}
    answer = live.post(PATH, key, json={**FOX, "n": 2, "response_format": "url"})
    assert_error(answer, 503, "storage_full")
    assert stored(settings) == []


def test_without_room_nothing_is_paid_for(live, key, monkeypatch):
    free = store.shutil.disk_usage("/")._replace(free=1)
    monkeypatch.setattr(store.shutil, "disk_usage", lambda _: free)
    assert_error(live.post(PATH, key, json={**FOX, "response_format": "url"}), 503, "storage_full")
    assert not UsageRecord.objects.exists()


def test_a_server_that_keeps_none_says_so(live, key, settings):
    settings.IMAGE_URL_SECONDS = 0
    answer = live.post(PATH, key, json={**FOX, "response_format": "url"})
    assert_error(answer, 400, "unsupported_value", "response_format")
    assert not UsageRecord.objects.exists()
