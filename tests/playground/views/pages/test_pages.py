"""The pages over Django's own client: who sees what, in every state a model can have."""

from __future__ import annotations

import pytest
from django.test import Client

from playground.models import Run
from tests.playground.views.pages.page_text import page_text

ESPEAK = "/models/local/espeak-ng"
PAGES = ["/", ESPEAK, "/history", "/usage", "/usage.csv", "/keys"]


# The catalogue


# A model's page


# History and receipts


# Strangers


@pytest.mark.parametrize("path", PAGES)
def test_visitors_are_sent_to_the_sign_in_page(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={path}")


def test_other_users_do_not_see_a_users_runs(client, bob, charlie, run, models):
    for stranger in (bob, charlie):
        client.force_login(stranger)
        assert client.get(f"/runs/{run.id}").status_code == 404
        assert client.get(f"/runs/{run.id}/sound").status_code == 404
        pages = ["/history", "/usage", "/usage.csv", ESPEAK, f"{ESPEAK}?tab=usage"]
        for page in pages:
            answer = client.get(page)
            seen = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert b"secret" not in seen
            assert b"gen-1-alice" not in seen
            assert b"0.0042" not in seen


# Manners


@pytest.mark.parametrize("path", [*PAGES, f"{ESPEAK}?tab=code"])
def test_head_answers_like_get_without_a_body(alice_client, path):
    answer = alice_client.head(path)
    assert answer.status_code == 200
    assert b"".join(answer) == b""


@pytest.mark.parametrize("path", ["/", ESPEAK, "/history", "/usage"])
def test_pages_take_no_posts(alice_client, path):
    assert alice_client.post(path).status_code == 405


def test_posts_need_their_token(alice, run, models):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    for path in ("/keys", "/keys/abcdefgh/revoke", "/code", f"/runs/{run.id}/delete"):
        assert strict.post(path).status_code == 403
    assert Run.objects.count() == 1


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/", 6),
        ("/models", 4),
        (ESPEAK, 5),
        (f"{ESPEAK}?tab=code", 2),
        (f"{ESPEAK}?tab=usage", 8),
        ("/history", 4),
        ("/keys", 3),
    ],
)
def test_a_page_makes_few_queries(alice_client, run, path, most, django_assert_max_num_queries):
    for number in range(10):
        Run.objects.create(
            user=run.user, task="speech", model=run.model, title=f"Run {number}", state="completed"
        )
    with django_assert_max_num_queries(most):
        assert alice_client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/", "/models", ESPEAK, "/history", "/keys"])
@pytest.mark.parametrize("language", ["ru", "zh-hans"])
def test_a_page_speaks_the_readers_language(alice_client, path, language):
    page = page_text(alice_client.get(path, headers={"accept-language": language}))
    assert f'<html lang="{language}"' in page


def test_the_theme_is_in_the_first_response(alice_client):
    alice_client.cookies["theme"] = "dark"
    assert '<html lang="en" data-theme="dark">' in page_text(alice_client.get("/"))
    alice_client.cookies["theme"] = '"><script>'
    assert '<html lang="en">' in page_text(alice_client.get("/"))
