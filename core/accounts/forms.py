"""The form of the sign-in page."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class SignInForm(LoginForm):
    """allauth's form, labelled for what it accepts: username or email."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Username or email")
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["remember"].label = _("Stay signed in")

    @property
    def passwords(self) -> bool:
        """Whether the form is shown at all; links of the console and passkeys sign in without it."""
        return settings.PASSWORD_SIGN_IN

    def clean(self) -> dict[str, Any] | None:
        if not self.passwords:
            raise ValidationError(_("Passwords do not sign in here."))
        return super().clean()
