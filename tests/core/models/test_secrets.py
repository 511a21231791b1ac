import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ValidationError
from django.db import connection

from core.models import Provider, ProviderKey
from core.models.secrets import SecretLocked, key_id

CANARY = "sk-canary-0123456789abcdef"


@pytest.fixture
def key(db):
    provider = Provider.objects.create(slug="acme", name="Acme")
    return ProviderKey.objects.create(provider=provider, secret=f"  {CANARY}\n")


def stored(key):
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM core_providerkey")
        return cursor.fetchone()[0]


def test_a_secret_is_stripped_sealed_and_read_back(key):
    assert CANARY not in stored(key)
    fresh = ProviderKey.objects.get()
    assert fresh.reveal() == CANARY
    assert fresh.hint == "cdef"


def test_a_secret_is_not_in_a_repr(key):
    assert CANARY not in repr(ProviderKey.objects.get().secret)
    assert str(ProviderKey.objects.get()) == "Acme …cdef"


def test_saving_again_keeps_the_ciphertext(key):
    before = stored(key)
    fresh = ProviderKey.objects.get()
    fresh.label = "renamed"
    fresh.save()
    assert stored(key) == before


def test_a_ciphertext_copied_to_another_row_cannot_be_decrypted(key):
    other = ProviderKey.objects.create(provider=key.provider, secret="sk-another-0123456789")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_providerkey SET secret = %s", [stored(key)])
    with pytest.raises(SecretLocked, match="another row"):
        ProviderKey.objects.get(pk=other.pk).reveal()


def test_a_lost_ring_key_raises(key, settings):
    settings.POLYPHONY_SECRET_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(SecretLocked) as caught:
        ProviderKey.objects.get().reveal()
    assert CANARY not in str(caught.value)


def test_secrets_of_an_older_ring_key_can_be_decrypted(key, settings):
    settings.POLYPHONY_SECRET_KEYS = [Fernet.generate_key().decode(), *settings.POLYPHONY_SECRET_KEYS]
    assert ProviderKey.objects.get().reveal() == CANARY


def test_a_changed_secret_is_sealed_with_the_first_ring_key(key, settings):
    new = Fernet.generate_key().decode()
    settings.POLYPHONY_SECRET_KEYS = [new, *settings.POLYPHONY_SECRET_KEYS]
    fresh = ProviderKey.objects.get()
    fresh.secret = "sk-changed-0123456789"
    fresh.save()
    assert ProviderKey.objects.get().secret.key_id == key_id(new)
    assert ProviderKey.objects.get().reveal() == "sk-changed-0123456789"


@pytest.mark.parametrize("bad", ["", "abc", "sk-with space", "sk-line\nbreak", "sk-ключ", "x" * 5000])
def test_a_key_no_header_could_carry_is_refused_without_repeating_it(db, bad):
    provider = Provider.objects.create(slug="acme", name="Acme")
    with pytest.raises(ValidationError) as caught:
        ProviderKey.objects.create(provider=provider, secret=bad)
    assert not bad or bad not in str(caught.value)
