"""How long a file plays, measured: what its header claims is not evidence."""

from __future__ import annotations

from core.contract.audio import Probe
from core.contract.errors import InvalidRequest, Unavailable, UpstreamError
from core.media.client import probe


async def heard(path: str, param: str) -> float | None:
    """How long a file of sound plays; None where nothing is here that could tell.

    Raises `InvalidRequest` naming `param` where there is no sound in it.
    """
    found = await measured(path, param)
    if found is None or (found.codec is not None and found.seconds != 0):
        return found.seconds if found else None
    raise InvalidRequest("There is no sound in the file.", param=param, code="no_sound")


async def measured(path: str, param: str) -> Probe | None:
    """What a file is; None where nothing is here that could tell. Raises `InvalidRequest` naming `param` for
    one that cannot be read."""
    try:
        return await probe(path)
    except Unavailable:
        return None
    except InvalidRequest as error:
        failure = InvalidRequest(error.message, param=param, code=error.provider_code)
    except UpstreamError:  # the worker died, of this file or of something else
        raise Unavailable("The file could not be looked at. Try again.", retry_after=1) from None
    raise failure
