"""The engine as a Django application."""

from pathlib import Path

from django.apps import AppConfig
from django.conf import settings


class CoreConfig(AppConfig):
    name = "core"
    label = "core"
    verbose_name = "Polyphony"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # models can be imported once the registry is ready; importing the checks registers them
        from core import checks, models  # noqa: F401, PLC0415
        from core.media import weights  # noqa: PLC0415
        from core.models.version import Version, connect  # noqa: PLC0415

        weights.root.folder = Path(settings.MODELS_ROOT)
        connect(
            Version.CATALOGUE,
            [
                models.Provider,
                models.ProviderKey,
                models.AIModel,
                models.Endpoint,
                models.Voice,
                models.VoiceAlias,
                models.Price,
                models.RoutingPolicy,
                models.FallbackModel,
                models.BalancedModel,
            ],
        )
        connect(Version.ACCESS, [models.User, models.Team, models.ApiKey, models.Budget])
