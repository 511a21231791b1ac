"""What an admin or a page asks for beside the gateway: test a connection, encode a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from core import providers
from core.catalogue import readiness, snapshot
from core.catalogue.entries import ProviderEntry
from core.contract.errors import NotFound, PolyphonyError
from core.contract.media import AudioFormat, PcmShape
from core.contract.route import Target
from core.models import Provider
from core.models.offload import offload


@dataclass(frozen=True, slots=True)
class Check:
    """What came of calling a provider once; `message` never holds a key or an upstream body."""

    ok: bool
    message: str


async def test_connection(slug: str) -> Check:
    """Call the provider once, note the result on its row. Raises `NotFound` for an unknown slug."""
    await offload(snapshot.refresh_if_changed)
    entry = snapshot.current().providers.get(slug)
    if entry is None:
        raise NotFound(f"There is no provider {slug}.")
    check = await called(entry)
    row = Provider.objects.filter(slug=slug)
    await offload(row.update, checked_at=timezone.now(), check_result=check.message[:300])
    return check


async def called(entry: ProviderEntry) -> Check:
    state = readiness.readiness(entry)
    access = readiness.access(entry)
    if not state.ready or access is None:
        return Check(False, state.help)
    target = Target(
        endpoint_id=0,
        provider=entry.slug,
        provider_name=entry.name,
        wire=entry.wire,
        base_url=access.base_url,
        model="",
        credential=access.secret,
        headers=entry.headers,
        options=entry.options,
    )
    try:
        found = await providers.adapter(entry.wire).models(target)
    except PolyphonyError as error:
        return Check(False, error.message)
    return Check(True, _("It answers and lists %(count)d models.") % {"count": len(found)})


def has_key(provider: Provider) -> bool:
    """Whether a key for it is stored or stands in the environment."""
    entry = snapshot.current().providers.get(provider.slug)
    return entry is not None and readiness.access(entry) is not None


async def encode_audio(source: Path, shape: PcmShape, target: Path, form: AudioFormat) -> None:
    """Write the raw samples of `source` to `target` as `form`, in a worker process.

    Raises `Unavailable` where the extra for it is not installed.
    """
    await providers.adapter("local").encode(source, shape, target, form)
