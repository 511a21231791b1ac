"""Pictures in the storage: kept, found by their token, swept."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from core.contract.errors import NotFound, Unavailable
from core.image_files import store
from core.image_files.address import sign

PNG = b"\x89PNG\r\n\x1a\n" + b"fox" * 100
JPEG = b"\xff\xd8\xff" + b"fox" * 100
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_pictures_are_found_by_their_tokens():
    tokens = store.save([PNG, JPEG])
    found = [store.find(token) for token in tokens]
    assert [b"".join(picture.blocks()) for picture in found] == [PNG, JPEG]
    assert [(picture.media_type, picture.name, picture.size, picture.is_shown) for picture in found] == [
        ("image/png", "image.png", len(PNG), True),
        ("image/jpeg", "image.jpg", len(JPEG), True),
    ]
    assert all(0 < picture.seconds <= 3600 for picture in found)
    assert tokens[0].endswith(".png")


def test_what_browsers_must_not_show_is_a_download():
    (token,) = store.save([SVG])
    found = store.find(token)
    assert (found.media_type, found.name, found.is_shown) == ("application/octet-stream", "image.bin", False)
    found.file.close()


@pytest.mark.parametrize(
    "change", [lambda token: token[1:], lambda token: token + "x", lambda _: "", str.upper]
)
def test_a_changed_token_finds_nothing(change):
    (token,) = store.save([PNG])
    with pytest.raises(NotFound):
        store.find(change(token))


def test_a_token_of_our_own_finds_nothing_else():
    for name in ("../../db.sqlite3", f"{int(time.time()) + 60}-nothing.png"):
        with pytest.raises((NotFound, ValueError)):
            store.find(sign(name, int(time.time()) + 30))


def test_an_expired_picture_is_not_found_and_swept(settings, folder):
    settings.IMAGE_URL_SECONDS = 7200
    kept = store.save([PNG])
    settings.IMAGE_URL_SECONDS = -120
    (expired,) = store.save([JPEG])
    with pytest.raises(NotFound):
        store.find(expired)
    assert len(files(folder)) == 2
    assert (store.sweep(), store.sweep()) == (1, 0)
    assert len(list((folder / store.FOLDER).iterdir())) == 1
    assert b"".join(store.find(kept[0]).blocks()) == PNG


def test_nothing_to_sweep():
    assert store.sweep() == 0


def test_a_full_disk_keeps_nothing(settings, folder):
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "tests.fakes.full_disk.FullDisk"}}
    with pytest.raises(Unavailable) as caught:
        store.save([PNG, JPEG])
    assert (caught.value.provider_code, files(folder)) == ("storage_full", [])


def test_room_is_required_before_pictures_are_paid_for(monkeypatch):
    store.require_room(10)
    free = store.shutil.disk_usage(store.settings.MEDIA_ROOT)._replace(free=2 * store.ROOM)
    monkeypatch.setattr(store.shutil, "disk_usage", lambda _: free)
    store.require_room(2)
    with pytest.raises(Unavailable) as caught:
        store.require_room(3)
    assert caught.value.provider_code == "storage_full"


def test_no_seconds_keep_nothing(settings):
    assert store.keeps()
    settings.IMAGE_URL_SECONDS = 0
    assert not store.keeps()
