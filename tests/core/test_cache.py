"""The cache over a real Redis that breaks or goes silent: nobody gets an error, and sign-in goes on."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest
from django.core.cache import caches

from core import cache
from tests.fakes.services import REDIS

OPERATIONS = (
    ("add", "a", 1),
    ("get", "a"),
    ("set", "a", 2),
    ("incr", "a"),
    ("touch", "a"),
    ("has_key", "a"),
    ("set_many", {"b": 1}),
    ("get_many", ["a", "b"]),
    ("delete", "a"),
    ("delete_many", ["b"]),
)
ANSWERS = [True, 1, None, 3, True, True, [], {"a": 3, "b": 1}, True, None]


@pytest.fixture
def shared(settings, monkeypatch, redis_through_proxy, tmp_path):
    """The cache of a deployment with Redis, behind the proxy."""
    monkeypatch.setattr(cache.RedisRest, "until", 0.0)
    monkeypatch.setattr(cache, "ANSWER_SECONDS", 0.2)
    settings.CACHES = {
        "default": {
            "BACKEND": "core.cache.SharedCache",
            "LOCATION": redis_through_proxy,
            "KEY_PREFIX": str(tmp_path),
        }
    }
    made = caches["default"]
    yield made
    made.memory.clear()


def answers(made):
    return [getattr(made, name)(*arguments) for name, *arguments in OPERATIONS]


def test_redis_is_used_while_it_answers(shared):
    shared.set("a", 1)
    assert (shared.redis.get("a"), shared.memory.get("a")) == (1, None)


@pytest.mark.parametrize("fault", ["silence", "refuse"])
def test_the_memory_takes_over_and_answers_the_same(shared, redis_proxy, fault):
    assert answers(shared) == ANSWERS
    getattr(redis_proxy, fault)()
    began = time.monotonic()
    assert answers(shared) == ANSWERS
    assert time.monotonic() - began < 2


def test_redis_is_used_again_when_it_is_back(shared, redis_proxy, monkeypatch):
    monkeypatch.setattr(cache, "RETRY_SECONDS", 0.0)
    redis_proxy.refuse()
    shared.set("a", 1)
    redis_proxy.speak()
    shared.set("a", 2)
    assert shared.redis.get("a") == 2


def test_only_what_is_cached_is_emptied(shared):
    redis = pytest.importorskip("redis")
    with redis.Redis.from_url(REDIS) as store:
        log = f"polyphony:run:{uuid4()}:log"
        store.set(log, b"kept", ex=60)
        shared.set("a", 1)
        shared.set("b", 1)
        shared.clear()
        assert (shared.get_many(["a", "b"]), store.getdel(log)) == ({}, b"kept")


@pytest.mark.django_db
@pytest.mark.parametrize("fault", ["silence", "refuse"])
def test_people_sign_in_without_redis(client, alice, shared, redis_proxy, fault):
    getattr(redis_proxy, fault)()
    began = time.monotonic()
    page = client.post("/accounts/login/", {"login": "alice", "password": "a long pass phrase"})
    assert (page.status_code, page.headers["location"]) == (302, "/")
    assert time.monotonic() - began < 3
