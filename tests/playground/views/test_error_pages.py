"""Pages of what is not there, not allowed or broken wear our look and say what to do."""

import pytest
from django.template.loader import render_to_string
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_missing_page_offers_the_models(client, alice):
    client.force_login(alice)
    page = client.get("/nowhere")
    text = page.content.decode()
    assert page.status_code == 404
    assert "Nothing here" in text
    assert 'href="/"' in text


def test_a_form_without_its_token_says_to_reload(alice):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    page = strict.post("/keys", {"name": "x"})
    assert page.status_code == 403
    assert "reload it" in page.content.decode()


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_the_last_resorts_need_nothing(name):
    assert "<h1>" in render_to_string(name)
