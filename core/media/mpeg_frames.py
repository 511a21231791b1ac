"""Frames of MPEG audio (layers II and III) and of AAC in ADTS: what their headers say, and chains of them.

Headers: https://www.datavoyage.com/mpgscript/mpeghdr.htm and https://wiki.multimedia.cx/index.php/ADTS
"""

from __future__ import annotations

from core.media.file_types import AAC, FileType, mpeg_frame

CHAIN = 3
"""Frames of one kind in a row that prove a stream: a single one may be chance."""

LONGEST_FRAME = 8191
"""Bytes: the length field of ADTS has 13 bits; frames of MP3 are shorter."""

HEADER = 7
"""Bytes of a header that tell everything that is read here."""

RATES = (44_100, 48_000, 32_000)
"""Hz by index for MPEG-1; MPEG-2 has half of them, 2.5 a quarter."""

ADTS_RATES = (
    *(96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000),
    *(22_050, 16_000, 12_000, 11_025, 8_000, 7_350),
)

KBITS = {
    (1, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""kbit/s by index, for each version (MPEG-2 stands for 2.5 too) and layer; 0 is a rate of its own."""


def stream_type(data: bytes, window: int) -> FileType | None:
    """MP3 or AAC where `data` has, beginning in its first `window` bytes, `CHAIN` frames in a row, or fewer
    that reach its end; None otherwise."""
    at = data.find(b"\xff", 0, window)
    while at >= 0:
        found = mpeg_frame(data[at : at + 4])
        if found is not None and is_chain(data, at):
            return found
        at = data.find(b"\xff", at + 1, window)
    return None


def is_chain(data: bytes, at: int) -> bool:
    """Whether frames of one kind follow each other from `at` on."""
    kind = frame_kind(data[at : at + 4])
    for number in range(CHAIN):
        if number and at == len(data):
            return True
        head = data[at : at + HEADER]
        if frame_kind(head) != kind or not (size := frame_size(head)):
            return False
        at += size
    return at <= len(data)


def frame_kind(head: bytes) -> tuple[int, int]:
    """What all frames of a stream have in common: sync, version and layer; sampling rate."""
    if len(head) < 4:
        return 0, 0
    return int.from_bytes(head[:2]) & 0xFFFE, head[2] & (0x3C if is_adts(head) else 0x0C)


def is_adts(head: bytes) -> bool:
    return mpeg_frame(head) is AAC


def frame_size(head: bytes) -> int:
    """Bytes of the frame that `head` (`HEADER` bytes of it) begins; 0 where it is none or does not say."""
    if len(head) < HEADER or mpeg_frame(head) is None:
        return 0
    return adts_size(head) if is_adts(head) else mp3_size(head)


def adts_size(head: bytes) -> int:
    size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return size if size > HEADER and head[2] >> 2 & 15 < len(ADTS_RATES) else 0


def mp3_size(head: bytes) -> int:
    version, layer = version_and_layer(head)
    kbits = KBITS[1 if version == 3 else 2, layer][head[2] >> 4]
    return mp3_samples(head) * kbits * 125 // mp3_rate(head) + (head[2] >> 1 & 1) if kbits else 0


def mp3_samples(head: bytes) -> int:
    version, layer = version_and_layer(head)
    return 576 if layer == 3 and version != 3 else 1152


def mp3_rate(head: bytes) -> int:
    """Hz."""
    version, _ = version_and_layer(head)
    return RATES[head[2] >> 2 & 3] >> {3: 0, 2: 1, 0: 2}[version]


def adts_seconds(head: bytes) -> float:
    return 1024 * ((head[6] & 3) + 1) / ADTS_RATES[head[2] >> 2 & 15]


def version_and_layer(head: bytes) -> tuple[int, int]:
    """The bits of the version (3 is MPEG-1, 2 is MPEG-2, 0 is 2.5), and the layer."""
    return head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
