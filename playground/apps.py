"""The playground as a Django application."""

from django.apps import AppConfig


class PlaygroundConfig(AppConfig):
    name = "playground"
    label = "playground"
    default_auto_field = "django.db.models.BigAutoField"
