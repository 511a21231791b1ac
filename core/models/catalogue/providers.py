"""Providers and their keys."""

from __future__ import annotations

import uuid

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.contract.text.provider_key import KeyFault, UnusableKey, clean_key, key_hint
from core.models.catalogue.seed_row import SeededRow
from core.models.json_field import ObjectField
from core.models.json_values import check_headers
from core.models.options import check_options
from core.models.secrets import EncryptedTextField
from core.models.secrets.headers import HeadersField

SLUG = RegexValidator(r"^[a-z0-9][a-z0-9._-]*$", _("Lower-case letters, digits, dots and dashes."))


class Provider(SeededRow):
    """A company or a server that we call."""

    slug = models.CharField(_("slug"), max_length=60, unique=True, validators=[SLUG])
    name = models.CharField(_("name"), max_length=120)
    wire = models.CharField(
        _("wire"), max_length=40, default="openai", help_text=_("Which adapter speaks to it.")
    )
    base_url = models.URLField(_("base URL"), max_length=300, blank=True)
    internal = models.BooleanField(
        _("internal"),
        default=False,
        help_text=_("Its address may be this machine's or in a private network. Only a superuser decides."),
    )
    unknown_models = models.BooleanField(
        _("unknown models"),
        default=False,
        help_text=_("Requests for slug/id that the catalogue lacks are passed on too, without a price."),
    )
    environment = models.CharField(
        _("environment prefix"), max_length=40, blank=True, help_text=_("OPENAI reads OPENAI_API_KEY.")
    )
    needs_key = models.BooleanField(_("needs a key"), default=True)
    enabled = models.BooleanField(_("enabled"), default=True)
    headers = HeadersField(_("extra headers"), check=check_headers)
    options = ObjectField(_("options"), check=check_options)
    website = models.URLField(_("website"), max_length=300, blank=True)
    key_help = models.CharField(_("how to get a key"), max_length=400, blank=True)
    checked_at = models.DateTimeField(_("last tested"), null=True, blank=True, editable=False)
    check_result = models.CharField(_("last test said"), max_length=300, blank=True, editable=False)

    class Meta:
        verbose_name = _("provider")
        verbose_name_plural = _("providers")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


KEY_FAULTS = {
    KeyFault.CHARACTERS: _("A key has printable ASCII characters and no spaces."),
    KeyFault.ACCOUNT: _(
        "This JSON is no Google service account and no application of Entra, or a part is missing."
    ),
}
LONGEST_ACCOUNT = 16_384


def clean_secret(value: str) -> str:
    """A provider key as `clean_key` makes it. Raises ValidationError without repeating the key."""
    try:
        key = clean_key(value)
    except UnusableKey as error:
        failure = ValidationError(KEY_FAULTS[error.fault])
    else:
        if 4 <= len(key) <= (LONGEST_ACCOUNT if key.startswith("{") else 4096):
            return key
        failure = ValidationError(_("A key has between 4 and 4,096 characters."))
    raise failure


class ProviderKey(models.Model):
    """A provider's key, encrypted; write-only in the admin, where a change of the address deletes it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="keys")
    label = models.CharField(_("label"), max_length=120, blank=True)
    secret = EncryptedTextField(_("secret"))
    hint = models.CharField(_("ends with"), max_length=8, blank=True, editable=False)
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("provider key")
        verbose_name_plural = _("provider keys")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.provider} …{self.hint}"

    def save(self, *args: object, **kwargs: object) -> None:
        if isinstance(self.secret, str):
            self.secret = clean_secret(self.secret)
            self.hint = key_hint(self.secret)
        super().save(*args, **kwargs)

    def reveal(self) -> str:
        """The plaintext. Raises `SecretLocked`."""
        return self._meta.get_field("secret").reveal(self)
