from __future__ import annotations

import pytest

from core.contract.image import ImageFormat


@pytest.mark.parametrize(
    ("form", "media_type", "extension"),
    [
        (ImageFormat.AUTO, "image/png", "png"),
        (ImageFormat.PNG, "image/png", "png"),
        (ImageFormat.JPEG, "image/jpeg", "jpg"),
        (ImageFormat.WEBP, "image/webp", "webp"),
    ],
)
def test_a_format_has_a_media_type_and_an_extension(form, media_type, extension):
    assert (form.media_type, form.extension) == (media_type, extension)
