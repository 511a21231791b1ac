"""Providers and their keys, models, endpoints, voices, prices."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.contract.text.provider_key import KeyFault, UnusableKey, clean_key, key_hint
from core.contract.usage import Kind, Unit
from core.models.json_field import ObjectField
from core.models.json_values import check_headers, check_texts
from core.models.options import check_condition, check_limits, check_options
from core.models.secrets import EncryptedTextField
from core.models.secrets.headers import HeadersField

SLUG = RegexValidator(r"^[a-z0-9][a-z0-9._-]*$", _("Lower-case letters, digits, dots and dashes."))
MODEL_SLUG = RegexValidator(r"^[\w.~-]+(/[\w.:~-]+)*$", _("A name such as author/model."), flags=re.ASCII)


class SeededRow(models.Model):
    """A row the seed may have written; `seed_digest` is of the values it wrote, to detect an admin's edit."""

    seed_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True


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


class AIModel(SeededRow):
    """A model as the world names it (`author/slug`), whichever provider serves it."""

    slug = models.CharField(_("slug"), max_length=160, unique=True, validators=[MODEL_SLUG])
    name = models.CharField(_("name"), max_length=160)
    author = models.CharField(_("author"), max_length=120, blank=True)
    description = models.TextField(_("description"), blank=True)
    tasks = models.JSONField(
        _("tasks"), default=list, help_text=_("speech, transcription, translation, chat, image")
    )
    input_modalities = models.JSONField(_("input modalities"), default=list, blank=True)
    output_modalities = models.JSONField(_("output modalities"), default=list, blank=True)
    features = models.JSONField(_("features"), default=list, blank=True)
    formats = models.JSONField(_("audio formats"), default=list, blank=True)
    limits = ObjectField(_("limits"), check=check_limits)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    examples = ObjectField(_("examples"), check=check_texts)
    licences = ObjectField(_("licences"), check=check_texts, help_text=_("SPDX names: of code, of weights"))
    speed_min = models.FloatField(_("slowest speed"), null=True, blank=True)
    speed_max = models.FloatField(_("fastest speed"), null=True, blank=True)
    context_length = models.PositiveIntegerField(_("context length"), null=True, blank=True)
    max_output = models.PositiveIntegerField(_("longest output"), null=True, blank=True)
    enabled = models.BooleanField(_("enabled"), default=True)
    released_at = models.DateField(_("released"), null=True, blank=True)
    deprecated_at = models.DateField(_("deprecated"), null=True, blank=True)
    shutdown_at = models.DateField(_("shut down"), null=True, blank=True)
    replacement = models.CharField(_("replacement"), max_length=160, blank=True)
    use_replacement = models.BooleanField(
        _("ask the replacement"),
        default=False,
        help_text=_("Requests for it are answered by its replacement, at the replacement's price."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("model")
        verbose_name_plural = _("models")
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.slug

    def clean(self) -> None:
        """Raise ValidationError for speeds that no speed lies between, and without a replacement to ask."""
        if self.use_replacement and self.replacement in ("", self.slug):
            raise ValidationError({"use_replacement": _("Name another model as the replacement first.")})
        slowest, fastest = self.speed_min, self.speed_max
        if slowest is None and fastest is None:
            return
        if slowest is None or fastest is None or not 0 < slowest <= fastest:
            raise ValidationError(_("Speeds are two numbers above 0, the slowest and the fastest, or none."))

    def retired(self, today: date | None = None) -> bool:
        return self.shutdown_at is not None and self.shutdown_at <= (today or timezone.now().date())


class Endpoint(SeededRow):
    """One model at one provider: upstream id, order, weight; prices refer to it."""

    model = models.ForeignKey(AIModel, on_delete=models.CASCADE, related_name="endpoints")
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="endpoints")
    upstream_id = models.CharField(_("upstream id"), max_length=200)
    formats = models.JSONField(
        _("audio formats"), default=list, blank=True, help_text=_("Empty: as the model's.")
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=10, help_text=_("Lower is asked first.")
    )
    weight = models.PositiveSmallIntegerField(_("weight"), default=1)
    enabled = models.BooleanField(_("enabled"), default=True)
    options = ObjectField(_("options"), check=check_options)

    class Meta:
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")
        ordering = ("priority", "id")
        constraints = (
            models.UniqueConstraint(fields=("model", "provider", "upstream_id"), name="endpoint_once"),
        )

    def __str__(self) -> str:
        return f"{self.model} @ {self.provider}"


class Voice(SeededRow):
    """A voice of a model; `voice_id` is the upstream's own id."""

    model = models.ForeignKey(AIModel, on_delete=models.CASCADE, related_name="voices")
    voice_id = models.CharField(_("voice id"), max_length=120)
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=35, blank=True, help_text=_("BCP 47; empty: any."))
    gender = models.CharField(_("gender"), max_length=20, blank=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    sample_url = models.URLField(
        _("sample"),
        max_length=500,
        blank=True,
        help_text=_("Where a recording of the voice is. Empty: a sentence is spoken, and paid, once."),
    )
    enabled = models.BooleanField(_("enabled"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("voice")
        verbose_name_plural = _("voices")
        ordering = ("position", "name")
        constraints = (models.UniqueConstraint(fields=("model", "voice_id"), name="voice_once"),)

    def __str__(self) -> str:
        return self.name


class VoiceAlias(SeededRow):
    """A voice's name that clients send to whichever model, and the voice that stands in for it.

    It is of one model, of the models at one provider, or of all. Without `voice` it is one of the `gender`.
    """

    ANY = "*"

    name = models.CharField(
        _("name"), max_length=120, help_text=_("As clients send it, such as alloy; * is any other name.")
    )
    model = models.ForeignKey(
        AIModel,
        verbose_name=_("model"),
        on_delete=models.CASCADE,
        related_name="voice_aliases",
        null=True,
        blank=True,
        help_text=_("Empty: every model."),
    )
    provider = models.ForeignKey(
        Provider,
        verbose_name=_("provider"),
        on_delete=models.CASCADE,
        related_name="voice_aliases",
        null=True,
        blank=True,
        help_text=_("Empty: every provider."),
    )
    voice = models.CharField(
        _("voice"),
        max_length=120,
        blank=True,
        help_text=_("The id or name of a voice of the model. Empty: one of the gender, else the first."),
    )
    gender = models.CharField(_("gender"), max_length=20, blank=True)
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("voice alias")
        verbose_name_plural = _("voice aliases")
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(fields=("name", "model"), name="alias_once_a_model"),
            models.UniqueConstraint(fields=("name", "provider"), name="alias_once_a_provider"),
            models.UniqueConstraint(
                fields=("name",),
                condition=models.Q(model__isnull=True, provider__isnull=True),
                name="alias_once",
            ),
            models.CheckConstraint(
                condition=models.Q(model__isnull=True) | models.Q(provider__isnull=True),
                name="alias_of_one",
                violation_error_message=_("An alias is of a model or of a provider, not of both."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        self.name = self.name.strip().casefold()
        super().clean_fields(exclude)


class Price(models.Model):
    """One line of a price sheet. Rows are never changed: a new price is a new row with its own date."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="prices")
    kind = models.CharField(_("kind"), max_length=30, choices=[(kind.value, kind.value) for kind in Kind])
    unit = models.CharField(_("unit"), max_length=20, choices=[(unit.value, unit.value) for unit in Unit])
    usd_per_unit = models.DecimalField(_("USD per unit"), max_digits=24, decimal_places=14)
    condition = ObjectField(_("condition"), check=check_condition)
    valid_from = models.DateTimeField(_("valid from"), default=timezone.now)

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ("endpoint", "kind", "-valid_from")
        constraints = (
            models.CheckConstraint(condition=models.Q(usd_per_unit__gte=0), name="price_not_negative"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.usd_per_unit.normalize():f} / {self.unit}"


class Finding(models.Model):
    """What a provider's list of models says otherwise than the catalogue, until an admin decides on it.

    `upstream_id` is the provider's name of the model, `model` its slug here, or the one that it would have.
    `detail` by kind: the `tasks`, modalities and `prices` of a new model; `old` and `new` prices, lines of
    [kind, unit, USD per unit, condition]; the `day` of a shutdown and the `replacement`.
    """

    class Kind(models.TextChoices):
        SHUTDOWN = "shutdown", _("shutting down")
        GONE = "gone", _("no longer listed")
        PRICE = "price", _("price changed")
        NEW = "new", _("new")

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="findings")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    upstream_id = models.CharField(_("upstream id"), max_length=200)
    model = models.CharField(_("model"), max_length=160)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="findings", null=True)
    detail = models.JSONField(_("detail"), default=dict)
    dismissed = models.BooleanField(_("dismissed"), default=False)
    found_at = models.DateTimeField(_("found"), auto_now_add=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        default_permissions = ("view", "change")
        ordering = ("kind", "model", "id")
        constraints = (
            models.UniqueConstraint(fields=("provider", "kind", "upstream_id", "model"), name="finding_once"),
        )

    def __str__(self) -> str:
        return f"{self.model} @ {self.provider}: {self.get_kind_display()}"
