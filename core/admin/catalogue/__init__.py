"""The catalogue: models with their endpoints, price sheets, voices and routing."""

from core.admin.catalogue import endpoints, models, voices

__all__ = ["endpoints", "models", "voices"]
