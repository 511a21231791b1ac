"""A person's finished and running runs, newest first, searched and paged."""

from __future__ import annotations

from django.core.paginator import Page, Paginator

from core.models import User
from playground.models import Run

PAGE_SIZE = 20


def page(
    user: User, *, words: str = "", task: str = "", number: int | str = 1, size: int = PAGE_SIZE
) -> Page[Run]:
    """Page `number` of the user's own runs; a number out of range gives the nearest page. Blocking."""
    runs = Run.objects.for_user(user).matching(words).defer("frames", "words", "sent")
    if task:
        runs = runs.filter(task=task)
    return Paginator(runs, size).get_page(number)
