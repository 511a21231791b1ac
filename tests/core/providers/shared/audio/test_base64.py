from __future__ import annotations

import pytest

from core.contract.errors import UpstreamInvalid
from core.providers.shared.audio.base64 import decode_audio


@pytest.mark.parametrize(("encoded", "audio"), [("", b""), ("AQI=", b"\1\2"), ("AQID", b"\1\2\3")])
def test_base64_is_decoded(encoded, audio):
    assert decode_audio(encoded) == audio


@pytest.mark.parametrize("encoded", [None, 7, b"AQI=", "AQI", "A Q I D", "AQI=AQI=", "ä"])
def test_anything_else_is_invalid_and_hides_its_cause(encoded):
    with pytest.raises(UpstreamInvalid) as caught:
        decode_audio(encoded)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
