"""A company's own sign-in by OpenID Connect: who may come in, as which account, into which team."""

from __future__ import annotations

from typing import Any, NoReturn

from allauth.account.signals import user_logged_in
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.openid_connect.views import login
from django.conf import settings
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext as _
from requests import RequestException

from core.models import AuditEvent, Team, User


class CompanyAdapter(DefaultSocialAccountAdapter):
    """Lets in whom the company vouches for by a verified address of an allowed domain."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuse strangers of the company, and find the account of somebody who comes for the first time."""
        if not allowed(vouched_email(sociallogin)):
            refuse(request, _("Your company's account has no verified email address that is allowed here."))
        signing_in = sociallogin.state.get("process") == AuthProcess.LOGIN
        if signing_in and not sociallogin.is_existing:
            connect_by_email(request, sociallogin)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return True  # `pre_social_login` has refused who may not

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: object) -> str:
        return resolve_url("mfa_index")

    def on_authentication_error(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        refuse(request, _("The sign-in with your company did not work. Try again."))


def go_to_company(request: HttpRequest, provider_id: str) -> HttpResponse:
    """allauth's view, with a message where the company's server does not answer."""
    try:
        return login(request, provider_id)
    except RequestException:
        messages.error(request, _("The sign-in with your company did not work. Try again."))
        return redirect("account_login")


def vouched_email(sociallogin: SocialLogin) -> str:
    """The address that the company says is theirs, in lower case; "" where it is not verified."""
    for address in sociallogin.email_addresses:
        if address.verified or settings.OIDC_TRUST_EMAIL:
            return address.email.lower()
    return ""


def allowed(email: str) -> bool:
    domains = [domain.lower().lstrip("@") for domain in settings.OIDC_DOMAINS]
    return bool(email) and (not domains or email.rpartition("@")[2] in domains)


def connect_by_email(request: HttpRequest, sociallogin: SocialLogin) -> None:
    """Give the account with the same address, if there is one, to the person.

    An account of the staff is connected by its owner, signed in, and not by whoever can set an address.
    """
    users = list(User.objects.filter(email__iexact=vouched_email(sociallogin))[:2])
    if not users:
        return
    if len(users) > 1 or users[0].is_staff:
        refuse(request, _("Sign in with your password first, then connect your company under Security."))
    sociallogin.connect(request, users[0])


def refuse(request: HttpRequest, text: str) -> NoReturn:
    messages.error(request, text)
    raise ImmediateHttpResponse(redirect("mfa_index" if request.user.is_authenticated else "account_login"))


@receiver(user_logged_in, dispatch_uid="company team")
def follow_groups(request: HttpRequest, user: User, sociallogin: SocialLogin | None = None, **_: Any) -> None:
    """Put who comes by the company into the team that one of their groups is named like."""
    team = team_of(sociallogin) if sociallogin else None
    if team is None or team == user.team:
        return
    user.team = team
    user.save(update_fields=["team"])
    AuditEvent.objects.create(
        actor=user, action="account.team_followed", subject=user.get_username(), detail={"team": team.name}
    )


def team_of(sociallogin: SocialLogin) -> Team | None:
    """The first team by name among their groups; None where no group is named like a team."""
    groups = claim(sociallogin.account.extra_data, settings.OIDC_GROUPS_CLAIM)
    names = groups if isinstance(groups, list) else [groups]
    return Team.objects.filter(name__in=[str(name) for name in names if name]).order_by("name").first()


def claim(data: dict[str, Any], name: str) -> Any:
    """A claim of the user's information or else of the token."""
    sources = (data.get("userinfo"), data.get("id_token"))
    return next((source[name] for source in sources if source and name in source), None)
