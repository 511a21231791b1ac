"""Tests the connection to a provider: calls it once and reports the class of an error."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeVar

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from core import gateway
from core.catalogue import readiness, snapshot
from core.catalogue.entries import ProviderEntry
from core.contract import errors
from core.contract.route import Target
from core.models import Provider, ProviderKey
from core.models.offload import offload
from core.models.secrets import SecretLocked, ring
from core.providers import registry
from core.providers.base import AccountAdapter, Adapter, ModelListAdapter
from core.routing.credentials import RestReason

T = TypeVar("T")

ERROR_TEXTS: tuple[tuple[type[errors.PolyphonyError], str], ...] = (
    (SecretLocked, gettext_noop("The stored key cannot be decrypted with the present key ring.")),
    (errors.UpstreamDenied, gettext_noop("It does not accept the key, or the account has no credit.")),
    (errors.PrivateUpstream, gettext_noop("Its address is not public: only a superuser can allow that.")),
    (errors.UpstreamUnreachable, gettext_noop("It cannot be reached at this address.")),
    (errors.UpstreamTimeout, gettext_noop("It does not answer in time.")),
    (errors.UpstreamLimited, gettext_noop("It answers that we ask too often.")),
    (errors.UpstreamFailed, gettext_noop("It answers with an error of its own.")),
    (errors.UpstreamRefused, gettext_noop("It answers, but has no list of models at this address.")),
    (errors.UpstreamInvalid, gettext_noop("It answers with something else than a list of models.")),
    (errors.Unsupported, gettext_noop("Its wire has no list of models.")),
    (errors.PolyphonyError, gettext_noop("It cannot be called now.")),
)
"""The text for each class of error, most specific first; an upstream's own message may quote the key."""

REST_TEXTS = {
    RestReason.REFUSED: gettext_noop("The provider refused it."),
    RestReason.EXHAUSTED: gettext_noop("Its account has no credit."),
    RestReason.LIMITED: gettext_noop("It was used too often."),
    RestReason.LOCKED: gettext_noop("It cannot be decrypted."),
}


@dataclass(frozen=True, slots=True)
class ConnectionCheck:
    """The result of calling a provider once.

    `message` never has a key in it, and of an upstream's text only the name of a plan. `words` are the
    provider's own, for the admin who asked, with the key left out; they are not stored.
    `words` are the provider's own, for the admin who asked, with the key left out; they are not stored.
    """

    ok: bool
    message: str
    words: str = field(default="", compare=False)


async def test_connection(slug: str) -> ConnectionCheck:
    """Call the provider once and store the result in its row. Raises `NotFound` for an unknown slug."""
    return await check_entry(await find_provider(slug))


async def test_key(key: ProviderKey) -> ConnectionCheck:
    """As `test_connection`, with this stored key of the provider, whether it is active or not.

    `key.provider` must have been read.
    """
    return await check_entry(snapshot.provider_entry(key.provider, [key]))


async def check_entry(entry: ProviderEntry) -> ConnectionCheck:
    check = await call_provider(entry)
    row = Provider.objects.filter(slug=entry.slug)
    # an update sends no signal, so the catalogue's version stays and no process reloads
    await offload(row.update, checked_at=timezone.now(), check_result=check.message[:300])
    return check


async def find_provider(slug: str) -> ProviderEntry:
    """The provider from an up-to-date snapshot. Raises `NotFound`."""
    await offload(snapshot.refresh_if_changed)
    entry = snapshot.current().providers.get(slug)
    if entry is None:
        raise errors.NotFound(f"There is no provider {slug}.")
    return entry


async def call_provider(entry: ProviderEntry) -> ConnectionCheck:
    try:
        target = provider_target(entry)
        adapter = registry.adapter(entry.wire)
        if not isinstance(adapter, ModelListAdapter):
            return ConnectionCheck(False, _("There is no way to test this wire."))
        ids = await call_with_keys(target, adapter.models)
    except errors.PolyphonyError as error:
        return ConnectionCheck(False, error_text(error), getattr(error, "words", ""))
    text = ngettext(
        "It answers and lists %(count)d model.", "It answers and lists %(count)d models.", len(ids)
    )
    found = [text % {"count": len(ids)}, await account_text(adapter, target)]
    return ConnectionCheck(True, " ".join(part for part in found if part))


async def call_with_keys(target: Target, call: Callable[[Target], Awaitable[T]]) -> T:
    """What `call` returns with the key whose turn it is, or with another one where that is refused.

    Raises the failure of the last key, or any that is not about the key.
    """
    credentials = gateway.health.credentials
    for others in reversed(range(len(target.credentials) or 1)):
        chosen = credentials.choose(target)
        try:
            found = await call(chosen)
        except errors.PolyphonyError as error:
            if not credentials.record(chosen, error) or not others:
                raise
        else:
            credentials.record(chosen, None)
            return found
    raise AssertionError("The last key answers or raises.")


async def account_text(adapter: Adapter, target: Target) -> str:
    """The plan and what is left of it; empty where the vendor does not tell, or not to this key."""
    if not isinstance(adapter, AccountAdapter):
        return ""
    try:
        account = await adapter.account(target)
    except errors.PolyphonyError:
        return ""
    texts = [_("Plan: %(plan)s.") % {"plan": account.plan}] if account.plan else []
    if account.used is not None and account.limit is not None:
        counts = {"used": f"{account.used:,}", "limit": f"{account.limit:,}"}
        texts.append(_("%(used)s of %(limit)s characters of this period are used.") % counts)
    if account.resets_at is not None:
        texts.append(_("The next period begins on %(date)s.") % {"date": f"{account.resets_at:%Y-%m-%d}"})
    return " ".join(texts)


def provider_target(entry: ProviderEntry) -> Target:
    """A target without a model. Raises `Unavailable` saying what an admin must do."""
    # an admin tests a provider before enabling it
    state = readiness.readiness(replace(entry, enabled=True))
    access = readiness.provider_access(entry)
    if not state.ready or access is None:
        raise errors.Unavailable(state.help)
    return Target(
        endpoint_id=0,
        provider=entry.slug,
        provider_name=entry.name,
        wire=entry.wire,
        base_url=access.base_url,
        model="",
        credential=access.secret,
        credentials=access.secrets,
        headers=entry.headers,
        options=entry.options,
        public_only=access.public_only,
    )


def wires() -> tuple[str, ...]:
    """Names of the wires that this version has."""
    return tuple(registry.WIRES)


def error_text(error: errors.PolyphonyError) -> str:
    if isinstance(error, errors.Unavailable) and not isinstance(error, SecretLocked):
        return error.message  # written by `readiness`: what an admin must do
    return _(next(text for kind, text in ERROR_TEXTS if isinstance(error, kind)))


def key_state(provider: Provider, active: Iterable[ProviderKey]) -> str:
    """Where its key comes from, as a short text; `active` are its stored keys, the newest first."""
    keys = list(active)
    if usable := [key for key in keys if not is_locked(key)]:
        return " ".join((_("stored"), ", ".join(map(hint_text, usable))))
    if keys:
        return _("locked")
    if readiness.environment_credentials(snapshot.provider_entry(provider))[0]:
        return _("environment")
    return _("missing") if provider.needs_key else _("not needed")


def hint_text(key: ProviderKey) -> str:
    """`…cdef`, with a word where it rests."""
    hint = f"…{key.hint}"
    rests = gateway.health.credentials.rest(snapshot.key_id(key))
    return _("%(key)s (rests)") % {"key": hint} if rests else hint


def rest_text(key: ProviderKey) -> str:
    """Why a stored key rests in this process and until when; empty when it does not."""
    rest = gateway.health.credentials.rest(snapshot.key_id(key)) if key.secret else None
    if rest is None:
        return ""
    reason, seconds = rest
    until = timezone.localtime(timezone.now() + timedelta(seconds=seconds))
    return _("%(reason)s Rests until %(time)s.") % {
        "reason": _(REST_TEXTS[reason]),
        "time": date_format(until, "H:i"),
    }


def lacks_key(provider: Provider, active: Iterable[ProviderKey]) -> bool:
    """Whether it cannot be called for want of a key; `active` are its stored keys."""
    usable = any(not is_locked(key) for key in active)
    return not usable and not readiness.environment_credentials(snapshot.provider_entry(provider))[0]


def is_locked(key: ProviderKey) -> bool:
    """Whether the key ring lacks the key that `key` was sealed with."""
    try:
        return key.secret is None or key.secret.key_id not in ring()
    except SecretLocked:
        return True
