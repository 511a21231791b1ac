"""Who may open which address of Django's: a row for every route that the URL resolver knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern


class Kind(StrEnum):
    OWNED = "a thing of somebody's, by its id"
    PERSONAL = "a signed-in person's own"
    PUBLIC = "everybody's"
    ADMIN = "staff's"
    STAFF = "every staff member's, without a permission"


@dataclass(frozen=True, slots=True)
class Page:
    """A route: its namespace and name, and the pattern that its parameters are in."""

    name: str
    pattern: RoutePattern | RegexPattern
    path: str

    @property
    def parameters(self) -> list[str]:
        return list(self.pattern.converters or self.pattern.regex.groupindex)


def pages() -> list[Page]:
    return list(walk(get_resolver(), "", ""))


def walk(resolver: URLResolver, space: str, path: str) -> Iterator[Page]:
    for found in resolver.url_patterns:
        inside = path + str(found.pattern)
        if isinstance(found, URLResolver):
            yield from walk(found, found.namespace or space, inside)
        elif isinstance(found, URLPattern):
            yield Page(f"{space}:{found.name}" if space else str(found.name), found.pattern, inside)


PARAMETERS = {
    "run_id": "{run}",
    "upload_id": "{upload}",
    "conversation_id": "{conversation}",
    "preset_id": "{preset}",
    "public_id": "{key}",
    "session": "{session}",
    "pk": "{passkey}",
    "extension": "json",
}
"""Which of Alice's ids a parameter takes."""

OWNED = (
    "revoke_key run upload upload_page delete_upload sound partial_image transcript align_transcript "
    "transcript_file delete_run run_request timings conversation rename_conversation "
    "conversation_file delete_conversation fork_conversation delete_preset"
)
PERSONAL = (
    "home models model chat_model favourite switcher code voice_sample recording history usage usage_csv "
    "keys uploads conversations presets"
)
OWN_ACCOUNT = (
    "account_logout account_reauthenticate account_request_reauthentication_code "
    "account_confirm_reauthentication_code account_email account_change_password account_set_password "
    "mfa_index end_other_sessions end_connection socialaccount_connections mfa_reauthenticate "
    "mfa_activate_totp mfa_deactivate_totp "
    "mfa_view_recovery_codes mfa_generate_recovery_codes mfa_download_recovery_codes mfa_list_webauthn "
    "mfa_add_webauthn mfa_reauthenticate_webauthn"
)
OWN_BY_ID = "end_session mfa_remove_webauthn mfa_edit_webauthn"
EVERYBODYS = (
    "sign_in account_login account_inactive account_signup account_email_verification_sent "
    "account_reset_password account_confirm_login_code account_confirm_email "
    "account_reset_password_from_key_done account_reset_password_from_key account_reset_password_done "
    "set_language mfa_authenticate mfa_login_webauthn openid_connect_login openid_connect_callback "
    "socialaccount_login_cancelled socialaccount_login_error"
)
STAFF = "index login logout password_change password_change_done jsi18n app_list"

KINDS: dict[str, Kind] = {
    **{f"playground:{name}": Kind.OWNED for name in OWNED.split()},
    **{f"playground:{name}": Kind.PERSONAL for name in PERSONAL.split()},
    **dict.fromkeys(OWN_ACCOUNT.split(), Kind.PERSONAL),
    **dict.fromkeys(OWN_BY_ID.split(), Kind.OWNED),
    **dict.fromkeys(EVERYBODYS.split(), Kind.PUBLIC),
    **{f"admin:{name}": Kind.STAFF for name in STAFF.split()},
}
"""By name. All other routes of the admin are `ADMIN`."""


def kind(page: Page) -> Kind:
    """Raises KeyError for a route that nobody has thought about."""
    if page.name.startswith("admin:") and page.name not in KINDS:
        return Kind.ADMIN
    return KINDS[page.name]


def of(wanted: Kind) -> list[Page]:
    """Routes of a kind; one without a row is a failure of `test_every_route_has_a_row`."""
    return [
        page
        for page in pages()
        if page.name.startswith("admin:") or page.name in KINDS
        if kind(page) is wanted
    ]
