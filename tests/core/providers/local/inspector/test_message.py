"""Which parts of a conversation are measured, and as what."""

from __future__ import annotations

import pytest

from core.contract.chat import Media, Modality
from core.providers.local.inspector.message import PartKind, media_kind, message_parts
from tests.core.providers.local.inspector.reports import (
    SYSTEM_PROMPT,
    answer,
    chat_request,
    file_part,
    table_cells,
)
from tests.fakes.audio_files import recode, sine

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("aligner")]


async def test_only_the_last_user_message_is_measured():
    before = [{"role": "user", "content": "One two three"}, {"role": "assistant", "content": "Four"}]
    found = await answer(chat_request("Five", SYSTEM_PROMPT, *before))

    assert table_cells(found.text)["Characters"] == "4 (4 without spaces)"
    assert (
        "2 messages came before this one and are not measured: 1 from you and 1 from the assistant."
        in found.text
    )
    assert found.units["text_in.character"] == len("You are a pirate.One two threeFourFive")


async def test_file_part_is_what_its_content_is(tmp_path):
    path = recode(sine(3.0), tmp_path / "sound.flac")
    media = Media(Modality.FILE, str(path), "audio/flac", path.stat().st_size, path.name)
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear all,\nthis is the letter.\n")
    file = {"type": "file", "file": {"filename": "my *sound*.flac", "file_data": media}}
    found = await answer(chat_request([file, file_part(letter)]))

    titles = [line for line in found.text.splitlines() if line.startswith("### ")]
    assert titles == ["### Audio: my \\*sound\\*.flac", "### Text: letter.txt"]
    assert table_cells(found.text)["Lines"] == "2"
    assert found.units["file_in.byte"] == 30


@pytest.mark.parametrize(
    ("modality", "media_type", "kind"),
    [
        (Modality.IMAGE, "image/png", PartKind.IMAGE),
        (Modality.IMAGE, "application/pdf", PartKind.PDF),
        (Modality.IMAGE, "audio/wav", PartKind.IMAGE),
        (Modality.FILE, "audio/wav", PartKind.AUDIO),
        (Modality.FILE, "video/mp4", PartKind.VIDEO),
        (Modality.FILE, "image/png", PartKind.IMAGE),
        (Modality.FILE, "application/zip", PartKind.FILE),
        (Modality.AUDIO, "video/mp4", PartKind.AUDIO),
        (Modality.VIDEO, "audio/mp4", PartKind.VIDEO),
        (Modality.AUDIO, "text/plain", PartKind.TEXT),
    ],
)
def test_kind_is_by_content_first(modality, media_type, kind):
    assert media_kind(modality, Media(modality, "", media_type, 0, "")) is kind


def test_parts_of_one_kind_are_numbered():
    address = {"type": "image_url", "image_url": {"url": "https://example.org"}}
    parts = message_parts(chat_request([address, {"type": "text", "text": "Hi"}, address, {"type": "odd"}]))

    assert [(part.kind, part.number) for part in parts] == [
        (PartKind.IMAGE, " 1"),
        (PartKind.TEXT, ""),
        (PartKind.IMAGE, " 2"),
        (PartKind.UNKNOWN, ""),
    ]
