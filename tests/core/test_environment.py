import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from core.environment import generated_secrets, read_provider_key, secret

ROOT = Path(__file__).resolve().parents[2]


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


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read: No such file"),
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\xff\xfe", "is not UTF-8"),
    ],
)
def test_a_file_that_has_no_secret_is_named_with_its_variable(tmp_path, monkeypatch, content, reason):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY_FILE", str(tmp_path / "mounted"))
    if content is not None:
        (tmp_path / "mounted").write_bytes(content)

    with pytest.raises(SystemExit, match=f"^OPENAI_API_KEY_FILE names .*mounted, which {reason}"):
        read_provider_key("OPENAI_API_KEY")


def test_a_key_that_no_header_can_carry_ends_the_start(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-one\nsk-two")

    with pytest.raises(SystemExit, match=r"^OPENAI_API_KEY cannot be used: ") as ended:
        read_provider_key("OPENAI_API_KEY")
    assert "sk-one" not in str(ended.value)


STARTED = """
import json
from core import settings
print(json.dumps({
    "keys": settings.PROVIDER_ENVIRONMENT, "password": settings.POLYPHONY_ADMIN_PASSWORD,
    "redis": settings.REDIS_URL, "database": settings.DATABASE["NAME"], "trimmed": settings.TRIMMED_VARIABLES,
}))
"""


def start(tmp_path, **variables: str) -> dict:
    """The settings of a program that starts with these variables, and no others."""
    found = {"PATH": os.environ["PATH"], "POLYPHONY_VAR": str(tmp_path / "var"), **variables}
    ran = subprocess.run(
        [sys.executable, "-c", STARTED], env=found, capture_output=True, check=True, cwd=ROOT
    )
    return json.loads(ran.stdout)


def test_every_secret_may_be_in_a_file(tmp_path):
    secrets = {
        "OPENAI_API_KEY": "sk-mounted",
        "AZURE_OPENAI_API_KEY": "azure-mounted",
        "POLYPHONY_ADMIN_PASSWORD": "a long pass phrase",
        "DATABASE_URL": f"sqlite:///{tmp_path}/mounted.sqlite3",
        "REDIS_URL": "redis://:pass@127.0.0.1/3",
    }
    for name, value in secrets.items():
        (tmp_path / name).write_text(f"{value}\n")

    found = start(tmp_path, **{f"{name}_FILE": str(tmp_path / name) for name in secrets})

    assert found["keys"]["OPENAI"] == {"api_key": "sk-mounted", "base_url": ""}
    assert found["keys"]["AZURE_OPENAI"]["api_key"] == "azure-mounted"
    assert (found["password"], found["redis"]) == ("a long pass phrase", "redis://:pass@127.0.0.1/3")
    assert found["database"] == f"{tmp_path}/mounted.sqlite3"
    assert found["trimmed"] == []


def test_white_space_around_keys_and_addresses_is_left_out_and_told(tmp_path):
    found = start(
        tmp_path, OPENAI_API_KEY="sk-key\n", GROQ_BASE_URL=" https://groq.test/v1\r\n", GROQ_API_KEY="gsk-key"
    )

    assert found["keys"]["OPENAI"]["api_key"] == "sk-key"
    assert found["keys"]["GROQ"] == {"api_key": "gsk-key", "base_url": "https://groq.test/v1"}
    assert found["trimmed"] == ["OPENAI_API_KEY", "GROQ_BASE_URL"]


def test_azure_has_an_endpoint_where_its_own_programs_read_it(tmp_path):
    endpoint = "https://r.openai.azure.com/"
    found = start(tmp_path, AZURE_OPENAI_API_KEY="azure-key", AZURE_OPENAI_ENDPOINT=endpoint)
    assert found["keys"]["AZURE_OPENAI"] == {"api_key": "azure-key", "base_url": endpoint}
    other = start(tmp_path, AZURE_OPENAI_BASE_URL="https://proxy.test", AZURE_OPENAI_ENDPOINT=endpoint)
    assert other["keys"]["AZURE_OPENAI"]["base_url"] == "https://proxy.test"


def test_azure_has_an_application_where_its_own_programs_read_it(tmp_path):
    (tmp_path / "secret").write_text("s~1\n")
    application = {
        "AZURE_TENANT_ID": "t-1",
        "AZURE_CLIENT_ID": "c-1",
        "AZURE_CLIENT_SECRET_FILE": str(tmp_path / "secret"),
    }
    found = start(tmp_path, **application)
    assert json.loads(found["keys"]["AZURE_OPENAI"]["api_key"]) == {
        "tenant_id": "t-1",
        "client_id": "c-1",
        "client_secret": "s~1",
    }
    assert start(tmp_path, **application, AZURE_OPENAI_API_KEY="k")["keys"]["AZURE_OPENAI"]["api_key"] == "k"
    partly = start(tmp_path, AZURE_TENANT_ID="t-1", AZURE_CLIENT_ID="c-1")
    assert partly["keys"]["AZURE_OPENAI"]["api_key"] == ""
