import pytest

from tests.fakes.redis_database import for_worker


@pytest.mark.parametrize(
    ("url", "worker", "expected"),
    [
        ("redis://127.0.0.1:6379/9", "gw0", "redis://127.0.0.1:6379/9"),
        ("redis://127.0.0.1:6379/9", "gw2", "redis://127.0.0.1:6379/11"),
        ("redis://127.0.0.1:6379/9", "", "redis://127.0.0.1:6379/9"),
        ("redis://:pass@store:6379", "gw1", "redis://:pass@store:6379/1"),
        ("rediss://store/15?ssl_cert_reqs=none", "gw1", "rediss://store/0?ssl_cert_reqs=none"),
    ],
)
def test_each_worker_has_a_database_of_its_own(url, worker, expected):
    assert for_worker(url, worker) == expected
