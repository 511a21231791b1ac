"""Weights over HTTP: resumed where a connection broke, limited to the size that is known, checked at the end.

It blocks, for a thread or a command: `providers/shared/http.py` is for many short calls of one event loop.
Proxies come from the environment, certificates from the system.
"""

from __future__ import annotations

from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from typing import BinaryIO, cast
from urllib.error import HTTPError, URLError
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from core.contract.errors import UpstreamFailed, UpstreamInvalid, UpstreamRefused, UpstreamUnreachable
from core.media.weights import WeightFile
from core.operations.weights.job import DISK_ERRORS, Job
from core.operations.weights.progress import Progress

SILENCE_SECONDS = 15.0
"""A server that sends nothing for so long is given up."""

BROKEN_CONNECTIONS = 3
"""So many connections in a row may break without a byte more before a file is given up."""

BLOCK = 1 << 18
HEADERS = {"User-Agent": "polyphony", "Accept-Encoding": "identity"}


def opener() -> OpenerDirector:
    """Opens http and https alone, whatever a redirect says: no file, no ftp."""
    director = OpenerDirector()
    for handler in (
        ProxyHandler,
        HTTPHandler,
        HTTPSHandler,
        HTTPRedirectHandler,
        HTTPErrorProcessor,
        HTTPDefaultErrorHandler,
    ):
        director.add_handler(handler())
    return director


def download_files(job: Job, source: str, address: Callable[[str], str]) -> None:
    """Fetch what is missing; `address` tells the address of a file by its name."""
    for file in job.missing():
        began_with = existing(job, file)
        try:
            download(job, source, file, address(file.name))
        except (UpstreamInvalid, UpstreamRefused):
            if not began_with:
                raise
            # what an earlier attempt had left may be at fault
            job.part(file).unlink(missing_ok=True)
            download(job, source, file, address(file.name))


def existing(job: Job, file: WeightFile) -> int:
    part = job.part(file)
    return part.stat().st_size if part.exists() else 0


def download(job: Job, source: str, file: WeightFile, url: str) -> None:
    """Fetch one file, with as many connections as it takes while each brings something."""
    broken = 0
    with job.part(file).open("ab") as part:
        while (have := part.tell()) < file.size:
            try:
                receive(job, source, file, url, part)
            except (HTTPException, OSError) as error:
                raise_if_final(error)
                broken = broken + 1 if part.tell() <= have else 0
                if broken >= BROKEN_CONNECTIONS or part.tell() == 0:
                    raise UpstreamUnreachable(f"{file.name}: {reason(error)}") from None
    job.accept(file)


def receive(job: Job, source: str, file: WeightFile, url: str, part: BinaryIO) -> None:
    """Append what one connection brings; a connection that ends early raises `ConnectionError`."""
    headers = {**HEADERS, **({"Range": f"bytes={part.tell()}-"} if part.tell() else {})}
    with cast(HTTPResponse, opener().open(Request(url, headers=headers), timeout=SILENCE_SECONDS)) as answer:
        if not continues(answer, part.tell()):
            empty(part)
        before = job.collected()
        while block := answer.read1(BLOCK):
            job.check()
            part.write(block)
            if part.tell() > file.size:
                empty(part)
                raise UpstreamInvalid(f"{file.name} is another file: more than {file.size} bytes")
            job.report(Progress(source, before + part.tell(), job.weights.size))
    if part.tell() < file.size:
        raise ConnectionError(f"the connection ended after {part.tell()} of {file.size} bytes")


def empty(part: BinaryIO) -> None:
    part.seek(0)
    part.truncate()


def continues(answer: HTTPResponse, have: int) -> bool:
    """Whether the answer goes on where the part ends; a server may as well send everything again."""
    return answer.status == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")


def raise_if_final(error: Exception) -> None:
    """Raise what another connection would not change: no server, a refusal, or a disk that is full."""
    if isinstance(error, HTTPError):
        with error:
            if error.code >= 500:
                raise UpstreamFailed(f"answered {error.code}") from None
            raise UpstreamRefused(f"answered {error.code}", status=error.code) from None
    if isinstance(error, URLError):
        raise UpstreamUnreachable(reason(error)) from None
    if isinstance(error, OSError) and error.errno in DISK_ERRORS:
        raise error


def reason(error: Exception) -> str:
    """The cause of a failure in a few words, without the address."""
    cause = error.reason if isinstance(error, URLError) else error
    if isinstance(cause, TimeoutError):
        return f"nothing came for {SILENCE_SECONDS:g} seconds"
    return str(cause) or type(cause).__name__
