"""A `run.start` of pictures: the API's body with uploads as its pictures.

Without pictures they are generated; with some they are edited, or varied where there is no prompt.
"""

from __future__ import annotations

from core.bodies.image.body import ImageBody
from core.bodies.image.files import image_file
from core.bodies.validation import validate
from core.contract.image import ImageRequest
from core.models import User
from core.models.offload import offload
from playground import frames
from playground.conversations.files import RequestFiles
from playground.requests.run_request import RunRequest, one_line


async def build(user: User, frame: frames.Start) -> RunRequest:
    """Raises `InvalidRequest` as the API does for the same body, `NotFound` for what is not this user's."""
    return await offload(run_request, user, frame)


def run_request(user: User, frame: frames.Start) -> RunRequest:
    """Blocking; raises as `build`."""
    files = RequestFiles(user)
    request = image_request(frame, files)
    rows = tuple(files.rows.values())
    return RunRequest(request, one_line(request.prompt) or rows[0].name, uploads=rows)


def image_request(frame: frames.Start, files: RequestFiles) -> ImageRequest:
    """Always streamed, so that unfinished pictures can be shown."""
    body = validate(ImageBody, {**frame.params, "model": frame.model, "stream": True})
    inputs = body.inputs()
    images = [image_file(files.take(found), found.param) for found in inputs.images]
    mask = image_file(files.take(inputs.mask), inputs.mask.param) if inputs.mask else None
    return body.request(images, mask)
