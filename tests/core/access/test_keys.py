import re

import pytest

from core.access import keys
from core.models import ApiKey, AuditEvent

FORM = re.compile(r"ak_[0-9A-Za-z]{8}_[0-9A-Za-z]{38}")


def test_a_key_has_its_public_form(alice):
    text, key = keys.issue(alice, name="laptop")
    assert FORM.fullmatch(text)
    assert keys.public_id(text) == key.public_id
    assert str(key) == f"ak_{key.public_id}_…{text[-4:]}"


def test_only_a_digest_is_stored(alice):
    text, _ = keys.issue(alice)
    row = ApiKey.objects.values().get()
    assert all(text[12:-6] not in str(value) for value in row.values())
    assert row["digest"] == keys.digest(text, row["pepper_id"])


@pytest.mark.parametrize("position", [3, 12, 30, -1])
def test_one_changed_character_fails_the_checksum(alice, position):
    text, _ = keys.issue(alice)
    other = "A" if text[position] != "A" else "B"
    garbled = list(text)
    garbled[position] = other
    assert keys.public_id("".join(garbled)) is None


@pytest.mark.parametrize("text", ["", "ak_", "sk-abc", "ak_ÀÀÀÀÀÀÀÀ_" + "0" * 38, "a" * 1_000_000])
def test_a_malformed_key_has_no_public_id(text):
    assert keys.public_id(text) is None


def test_revoking_twice_leaves_one_audit_event(alice):
    _, key = keys.issue(alice)
    keys.revoke(key, actor=alice)
    keys.revoke(key, actor=alice)
    assert not ApiKey.objects.get().usable
    assert list(AuditEvent.objects.values_list("action", flat=True)) == ["api_key.revoked", "api_key.issued"]
