"""allauth's choices that are ours: sign-up is closed, admins create accounts."""

from __future__ import annotations

import time

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core import context
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url

CONFIRMED_SECONDS = 30 * 60
"""How long a sign-in counts as proof that the person is still there."""


class AccountAdapter(DefaultAccountAdapter):
    """allauth without sign-up; a changed password leads back to the home page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    def is_reauthentication_required(self, *, app: str, **kwargs: object) -> bool:
        """Not soon after a sign-in, and not from those who have neither a password nor a second factor."""
        request = context.request
        return bool(get_reauthentication_flows(request.user)) and not signed_in_lately(request)


def signed_in_lately(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < CONFIRMED_SECONDS
