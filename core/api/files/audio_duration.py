"""How long a file plays, measured by decoding it: its header may be wrong."""

from __future__ import annotations

from core.contract.audio import Probe
from core.contract.errors import InvalidRequest, Unavailable, UpstreamError
from core.media.client import probe


async def audio_duration(path: str, param: str) -> float | None:
    """Seconds of an audio file; None where the media worker is not installed.

    Raises `InvalidRequest` naming `param` where it has no audio.
    """
    found = await probe_media(path, param)
    if found is None or (found.codec is not None and found.seconds != 0):
        return found.seconds if found else None
    raise InvalidRequest("There is no sound in the file.", param=param, code="no_sound")


async def probe_media(path: str, param: str) -> Probe | None:
    """What a file is; None where the media worker is not installed.

    Raises `InvalidRequest` naming `param` for a file that cannot be read.
    """
    try:
        return await probe(path)
    except Unavailable:
        return None
    except InvalidRequest as error:
        failure = InvalidRequest(error.message, param=param, code=error.provider_code)
    except UpstreamError:  # the worker died, because of this file or for another reason
        raise Unavailable("The file could not be looked at. Try again.", retry_after=1) from None
    raise failure
