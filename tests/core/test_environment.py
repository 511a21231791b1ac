import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.fernet import Fernet

from core.environment import generated_secrets, secret


def test_secrets_are_generated_once_and_private(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    first = secret("SECRET_KEY", tmp_path / "var")
    assert secret("SECRET_KEY", tmp_path / "var") == first
    assert stat.S_IMODE(os.stat(tmp_path / "var" / "secrets.json").st_mode) == 0o600
    assert os.listdir(tmp_path / "var") == ["secrets.json"]


def test_concurrent_starts_agree(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        secrets = list(pool.map(lambda _: generated_secrets(tmp_path / "var")["SECRET_KEY"], range(16)))
    assert len(set(secrets)) == 1


def test_the_environment_and_a_file_it_names_come_first(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    (tmp_path / "mounted").write_text("from a file\n")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "mounted"))
    assert secret("SECRET_KEY", tmp_path / "var") == "from a file"
    monkeypatch.setenv("SECRET_KEY", "from the environment")
    assert secret("SECRET_KEY", tmp_path / "var") == "from the environment"
    assert not (tmp_path / "var").exists()


def test_a_generated_ring_key_is_a_fernet_key(tmp_path):
    Fernet(generated_secrets(tmp_path)["POLYPHONY_SECRET_KEYS"])


def test_an_unusable_folder_is_named(tmp_path):
    (tmp_path / "var").write_text("a file, not a folder")
    with pytest.raises(SystemExit, match="keeps its data in"):
        generated_secrets(tmp_path / "var")
