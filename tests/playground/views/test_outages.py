"""Pages and JSON views while the database is away: on SQLite its file is gone, on PostgreSQL its tables are
held until a statement is given up."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection, connections
from django.test import Client

pytestmark = pytest.mark.django_db(transaction=True)

HELD = "LOCK TABLE core_user, django_session IN ACCESS EXCLUSIVE MODE"


@contextmanager
def moved():
    path = Path(connection.settings_dict["NAME"])
    away = path.rename(f"{path}.away")
    try:
        yield
    finally:
        away.rename(path)


@contextmanager
def held():
    other = connections.create_connection("default")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 200")
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(HELD)
        yield
    finally:
        other.rollback()
        other.close()
        with connection.cursor() as cursor:
            cursor.execute("RESET statement_timeout")


OUTAGES = {"sqlite": moved, "postgresql": held}


@pytest.fixture
def outage():
    return OUTAGES[connection.vendor]


@pytest.fixture
def visitor(alice):
    """Alice's browser, which sees the page of an error rather than the error itself."""
    browser = Client(raise_request_exception=False)
    browser.force_login(alice)
    return browser


@pytest.mark.parametrize(
    "path", ["/", "/history", "/keys", "/usage", "/admin/", "/accounts/password/change/"]
)
def test_a_page_says_that_the_database_is_away(visitor, outage, path, caplog):
    with outage():
        page = visitor.get(path)
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert page["Cache-Control"] == "private, no-store"
    assert "The database does not answer at the moment" in page.content.decode()
    (record,) = (record for record in caplog.records if record.levelno >= logging.ERROR)
    assert record.getMessage() == f"{path}: the database does not answer: OperationalError"
    assert visitor.get("/history").status_code == 200


@pytest.mark.parametrize(
    ("language", "title"),
    [("ru", "База данных сейчас не отвечает"), ("zh-hans", "数据库目前没有响应")],
)
def test_the_page_speaks_the_language_of_its_reader(visitor, outage, language, title):
    with outage():
        page = visitor.get("/history", headers={"Accept-Language": language})
    assert page.status_code == 503
    assert f"<h1>{title}</h1>" in page.content.decode()


def test_nobody_is_signed_in_meanwhile(visitor, outage):
    stranger = Client(raise_request_exception=False)
    form = {"login": "alice", "password": "a long pass phrase"}
    with outage():
        page = stranger.post("/accounts/login/", form)
    assert (page.status_code, "sessionid" in stranger.cookies) == (503, False)
    assert stranger.post("/accounts/login/", form).status_code == 302


@pytest.mark.parametrize("path", ["/conversations/", "/presets/"])
def test_a_json_view_answers_with_the_envelope_of_errors(visitor, outage, path):
    with outage():
        answer = visitor.get(path)
    error = answer.json()["error"]
    assert (answer.status_code, error["metadata"]["provider_code"]) == (503, "database_unavailable")


def test_other_exceptions_are_errors_of_ours(visitor, monkeypatch):
    monkeypatch.setattr("playground.context.THEMES", None)
    page = visitor.get("/history")
    assert page.status_code == 500
    assert "Something went wrong here" in page.content.decode()
