"""Data URLs and https URLs in messages."""

from __future__ import annotations

import pytest

from core.bodies.files.data_urls import (
    LONGEST_URL,
    DeferredFileLoader,
    MessageFile,
    check_https_url,
    is_data_url,
    split_data_url,
)
from core.contract.chat import Modality
from core.contract.errors import InvalidRequest


@pytest.mark.parametrize(
    ("url", "modality", "claimed"),
    [
        ("data:image/png;base64,AA==", Modality.IMAGE, "image/png"),
        ("DATA:Image/PNG;charset=x;BASE64,AA==", Modality.IMAGE, "image/png"),
        ("data:;base64,AA==", Modality.VIDEO, ""),
        ("data:application/octet-stream;base64,AA==", Modality.AUDIO, "application/octet-stream"),
        ("data:video/mp4;base64,AA==", Modality.AUDIO, "video/mp4"),
    ],
)
def test_a_data_url_is_split(url, modality, claimed):
    assert is_data_url(url)
    assert split_data_url(url, modality, "file") == (claimed, "AA==")


@pytest.mark.parametrize(
    ("url", "code"),
    [("data:image/png,AA", "invalid_base64"), ("data:text/html;base64,AA==", "invalid_value")],
)
def test_other_encodings_and_types_are_refused(url, code):
    with pytest.raises(InvalidRequest, match="Send a PNG") as caught:
        split_data_url(url, Modality.IMAGE, "file", "Send a PNG")
    assert (caught.value.param, caught.value.provider_code) == ("file", code)


def test_an_https_url_is_accepted():
    assert check_https_url("https://example.org/a.png?b=c", "file") == "https://example.org/a.png?b=c"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/a.png",
        "https://user@example.org/",
        "https://example.org/a b",
        "file:///etc/passwd",
        "https://example.org/" + "a" * LONGEST_URL,
    ],
)
def test_other_urls_are_refused(url):
    with pytest.raises(InvalidRequest):
        check_https_url(url, "file")


def test_deferred_files_are_listed_in_order():
    load = DeferredFileLoader()
    files = [MessageFile(Modality.IMAGE, "a", "AA=="), MessageFile(Modality.FILE, "b", upload="u")]
    assert [load(file).modality for file in files] == [Modality.IMAGE, Modality.FILE]
    assert load.files == files
