"""Sessions as the sign-in form starts them."""

from __future__ import annotations

import time

from django.test import Client

from core.models import User


def sign_in_now(client: Client, user: User) -> None:
    """Sign in as if by password a moment ago, so that nobody asks to confirm that it is still them."""
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
