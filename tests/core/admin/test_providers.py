"""Provider keys are written, tested and replaced, and never shown."""

from __future__ import annotations

import html
import io
import json
import logging

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.urls import reverse

from core.models import AuditEvent, Endpoint, Price, Provider, ProviderKey
from tests.core.admin.conftest import CANARY
from tests.core.contract.text.test_provider_key import ACCOUNT, BODY
from tests.fakes import scenarios

SECOND = "sk-second-canary-9876543210"
WORDS = "The provider's own words: Bad Bearer [hidden] key=[hidden] at https://x.test/v1"


def form(row: Provider | None = None, *keys: dict[str, object], **changes: object) -> dict[str, object]:
    """What the browser sends: the provider's fields, then its rows of keys."""
    data: dict[str, object] = {
        "name": "Acme",
        "slug": "acme",
        "wire": "openai",
        "base_url": "https://acme.example/v1",
        "enabled": "on",
        "needs_key": "on",
        "headers": "{}",
        "options": "{}",
        "website": "",
        "key_help": "",
        **changes,
    }
    stored = [{"id": key.pk, "label": key.label, "active": "on"} for key in row.keys.all()] if row else []
    rows = [{**first, **data} for first, data in zip(stored, keys, strict=False)]
    rows += stored[len(keys) :] + list(keys[len(stored) :])
    data |= {"keys-TOTAL_FORMS": len(rows), "keys-INITIAL_FORMS": len(stored)}
    for number, fields in enumerate(rows):
        data |= {f"keys-{number}-{name}": value for name, value in fields.items()}
        if row:
            data[f"keys-{number}-provider"] = row.pk
    return data


def change(browser, row: Provider, *keys: dict[str, object], **changes: object):
    address = reverse("admin:core_provider_change", args=[row.pk])
    return browser.post(address, form(row, *keys, **changes))


def everything_kept() -> str:
    """All that the tables and sessions hold, ciphertext included."""
    out = io.StringIO()
    call_command("dumpdata", stdout=out)
    return out.getvalue()


def test_a_new_key_is_stored_encrypted(browser):
    address = reverse("admin:core_provider_add")
    page = browser.post(address, form(None, {"label": "main", "new_secret": CANARY, "active": "on"}))
    assert page.status_code == 302
    key = ProviderKey.objects.get()
    assert (key.reveal(), key.hint, key.label) == (CANARY, "cdef", "main")
    assert CANARY not in everything_kept()
    assert key.secret.text.startswith("v1:")
    actions = set(AuditEvent.objects.values_list("action", "subject"))
    assert actions == {("provider.added", "Acme"), ("providerkey.set", "Acme …cdef")}


def test_an_empty_field_keeps_the_stored_key(browser, acme):
    before = acme.keys.get().secret.text
    assert change(browser, acme, {"label": "renamed", "new_secret": ""}).status_code == 302
    key = acme.keys.get()
    assert (key.label, key.secret.text, key.reveal()) == ("renamed", before, CANARY)


def test_a_key_is_replaced_in_its_row(browser, acme):
    assert change(browser, acme, {"new_secret": SECOND}).status_code == 302
    assert acme.keys.get().reveal() == SECOND
    assert AuditEvent.objects.get(action="providerkey.set").subject == "Acme …3210"


def test_a_new_row_needs_a_secret(browser, acme):
    page = change(browser, acme, {}, {"label": "second", "new_secret": "", "active": "on"})
    assert page.status_code == 200
    assert "A new key needs its secret." in page.content.decode()


@pytest.mark.parametrize("bad", [f"{CANARY} with spaces", f"{CANARY}\u00e9", "x" * 4097, "abc"])
def test_a_refused_key_is_not_repeated(browser, acme, bad, caplog):
    with caplog.at_level(logging.DEBUG):
        page = change(browser, acme, {"new_secret": bad})
    assert page.status_code == 200
    text = page.content.decode()
    assert "A key has" in text
    assert bad not in text
    assert CANARY not in text + caplog.text + str(browser.session.items())


def test_no_page_contains_the_key(browser, acme):
    change(browser, acme, {"new_secret": CANARY, "label": "again"})
    pages = [
        browser.get(reverse(f"admin:core_provider_{page}", args=args))
        for page, args in (
            ("changelist", ()),
            ("change", (acme.pk,)),
            ("history", (acme.pk,)),
            ("delete", (acme.pk,)),
        )
    ] + [browser.get("/admin/"), browser.get(reverse("admin:core_auditevent_changelist"))]
    text = "".join(page.content.decode() for page in pages)
    assert CANARY not in text
    assert acme.keys.get().secret.text not in text
    notes = [*LogEntry.objects.values_list("change_message", "object_repr"), *browser.session.items()]
    assert CANARY not in str(notes) + everything_kept()


def test_a_new_address_removes_the_stored_keys(browser, acme):
    ProviderKey.objects.create(provider=acme, label="second", secret=SECOND)
    Provider.objects.filter(pk=acme.pk).update(check_result="fine")
    page = change(browser, acme, base_url="https://thief.example/v1")
    assert page.status_code == 302
    acme.refresh_from_db()
    assert (acme.base_url, acme.check_result) == ("https://thief.example/v1", "")
    assert not ProviderKey.objects.exists()
    assert AuditEvent.objects.filter(action="providerkey.removed").count() == 2
    assert "enter them again" in browser.get("/admin/").content.decode()


def test_a_key_entered_with_the_new_address_stays(browser, acme):
    ProviderKey.objects.create(provider=acme, label="second", secret=SECOND)
    newest_first = list(acme.keys.all())
    assert newest_first[0].label == "second"
    change(browser, acme, {"new_secret": "sk-third-for-the-new-host"}, base_url="https://new.example/v1")
    assert [key.reveal() for key in acme.keys.all()] == ["sk-third-for-the-new-host"]


def test_a_new_row_entered_with_the_new_address_stays(browser, acme):
    fresh = {"label": "new", "new_secret": SECOND, "active": "on"}
    change(browser, acme, {}, fresh, base_url="https://new.example/v1")
    assert [key.reveal() for key in acme.keys.all()] == [SECOND]


def test_a_row_marked_for_removal_is_removed(browser, acme):
    change(browser, acme, {"new_secret": SECOND, "DELETE": "on"})
    assert not ProviderKey.objects.exists()
    assert not AuditEvent.objects.filter(action="providerkey.set").exists()


def test_a_new_address_drops_the_key_of_the_environment(browser, acme):
    Provider.objects.filter(pk=acme.pk).update(environment="OPENAI")
    change(browser, acme, base_url="https://thief.example/v1")
    acme.refresh_from_db()
    assert acme.environment == ""
    change(browser, acme, base_url="https://thief.example/v1", environment="OPENAI")
    acme.refresh_from_db()
    assert acme.environment == ""


@pytest.mark.parametrize(
    ("address", "fine"),
    [
        ("http://speaches:8000/v1", True),
        ("http://[::1]:8000/v1", True),
        ("", True),
        ("https://key@acme.example/v1", False),
        ("https://acme.example/v1?key=x", False),
        ("file:///etc/passwd", False),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("https://acme.example:99999/", False),
        ("acme.example", False),
    ],
)
def test_an_address_has_scheme_host_port_and_path_only(browser, acme, address, fine):
    page = change(browser, acme, base_url=address, internal="on")
    assert page.status_code == (302 if fine else 200)


def test_a_list_says_where_the_key_comes_from(browser, acme, settings):
    Provider.objects.create(slug="a", name="Alpha", environment="ALPHA")
    Provider.objects.create(slug="b", name="Beta")
    Provider.objects.create(slug="c", name="Gamma", needs_key=False)
    settings.PROVIDER_ENVIRONMENT = {"ALPHA": {"api_key": CANARY, "base_url": ""}}

    def states() -> list[str]:
        rows = browser.get(reverse("admin:core_provider_changelist")).context["cl"]
        return [rows.model_admin.key(row) for row in rows.result_list]

    assert states() == ["stored …cdef", "environment", "missing", "not needed"]
    settings.POLYPHONY_SECRET_KEYS = []
    assert states()[0] == "locked"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("scenario", "message", "words"),
    [
        (None, "It answers and lists 2 models.", []),
        (scenarios.echo(401), "It does not accept the key, or the account has no credit.", [WORDS]),
        (scenarios.echo(400), "It answers, but has no list of models at this address.", [WORDS]),
        (scenarios.body(b"<html>"), "It answers with something else than a list of models.", []),
    ],
)
def test_the_test_button_reports_the_class_of_error_and_the_provider_s_words(
    browser, acme, provider, scenario, message, words, caplog
):
    if scenario:
        provider.script("models", scenario)
    acme.base_url, acme.internal = provider.url, True
    acme.save()
    with caplog.at_level(logging.DEBUG):
        page = browser.post(reverse("admin:core_provider_test", args=[acme.pk]), follow=True)
    assert provider.requests[0].headers["authorization"] == f"Bearer {CANARY}"
    text = page.content.decode()
    assert [str(note) for note in page.context["messages"]] == [message, *words]
    assert CANARY not in text + caplog.text + everything_kept()
    acme.refresh_from_db()
    assert acme.check_result == message
    event = AuditEvent.objects.get(action="provider.tested")
    assert event.detail == {"changes": [{"answered": scenario is None}]}


def test_an_endpoint_with_prices_cannot_be_deleted(browser, acme, catalogue):
    endpoint = Endpoint.objects.first()
    address = reverse("admin:core_endpoint_delete", args=[endpoint.pk])
    assert browser.post(address, {"post": "yes"}).status_code == 403
    assert Price.objects.filter(endpoint=endpoint).exists()


def test_a_wire_is_chosen_from_the_known_ones(browser, acme):
    page = browser.get(reverse("admin:core_provider_change", args=[acme.pk])).content.decode()
    assert '<option value="openai" selected>' in page
    assert '<option value="local">' in page
    Provider.objects.filter(pk=acme.pk).update(wire="later")
    page = browser.get(reverse("admin:core_provider_change", args=[acme.pk])).content.decode()
    assert '<option value="later" selected>' in page


def test_an_exception_while_saving_does_not_log_the_key(browser, acme, monkeypatch, caplog):
    def crash(*args: object) -> None:
        raise RuntimeError("The disk is full.")

    monkeypatch.setattr("core.models.secrets.Sealed.seal", crash)
    browser.raise_request_exception = False
    page = change(browser, acme, {"new_secret": SECOND})
    assert page.status_code == 500
    assert SECOND not in page.content.decode() + caplog.text
    assert "The disk is full." in caplog.text
    assert acme.keys.get().reveal() == CANARY


def texts(page) -> list[str]:
    return [str(message) for message in page.wsgi_request._messages]


def test_white_space_around_a_key_and_an_address_is_left_out_and_told(browser, acme):
    pasted = {"new_secret": f"  {SECOND}\r\n"}
    page = change(browser, acme, pasted, base_url="\ufeff https://acme.example/v1 \n")

    acme.refresh_from_db()
    assert (acme.base_url, acme.keys.get().reveal()) == ("https://acme.example/v1", SECOND)
    assert "The key was stored without the white space around it." in texts(page)
    assert "The address was stored without the white space around it." in texts(page)


@pytest.mark.parametrize("secret", ["sk-one\nsk-two", "sk-\x00null", '{"type": "service_account"}'])
def test_a_key_that_cannot_be_used_is_refused_unrepeated(browser, acme, secret):
    page = change(browser, acme, {"new_secret": secret})

    assert page.status_code == 200
    assert secret not in page.content.decode()
    assert acme.keys.get().reveal() == CANARY


def test_a_service_account_is_pasted_as_it_was_downloaded(browser, acme, caplog):
    pasted = json.dumps(ACCOUNT, indent=2).replace("\n", "\r\n")
    assert change(browser, acme, {"new_secret": pasted}).status_code == 302

    key = acme.keys.get()
    assert json.loads(key.reveal()) == ACCOUNT
    assert key.hint == "0123"
    page = browser.get(reverse("admin:core_provider_change", args=[acme.pk])).content.decode()
    for part in ("BEGIN PRIVATE KEY", BODY[:64], ACCOUNT["client_email"]):
        assert part not in page + everything_kept() + caplog.text


SECRET_HEADERS = {"X-Access-Token": CANARY, "X-Title": "Lab"}
MASKED = '{"X-Access-Token": "••••••••", "X-Title": "Lab"}'


@pytest.fixture
def with_headers(acme):
    Provider.objects.filter(pk=acme.pk).update(headers=SECRET_HEADERS)
    acme.keys.all().delete()
    return acme


def test_secret_headers_are_masked_and_kept(browser, with_headers):
    page = browser.get(reverse("admin:core_provider_change", args=[with_headers.pk])).content.decode()
    assert (CANARY in page, MASKED in html.unescape(page)) == (False, True)
    assert change(browser, with_headers, headers=MASKED, name="Renamed").status_code == 302
    with_headers.refresh_from_db()
    assert (with_headers.name, with_headers.headers) == ("Renamed", SECRET_HEADERS)
    assert CANARY not in everything_kept()


def test_a_new_address_removes_secret_headers(browser, with_headers):
    change(browser, with_headers, headers=MASKED, base_url="https://thief.example/v1")
    with_headers.refresh_from_db()
    assert (with_headers.base_url, with_headers.headers) == ("https://thief.example/v1", {"X-Title": "Lab"})


def test_a_mask_is_no_header(browser, with_headers):
    page = change(browser, with_headers, headers=MASKED.replace("Access", "Other"))
    assert "The header X-Other-Token cannot be sent." in page.content.decode()


def test_who_only_looks_sees_no_secret_header(client, with_headers, django_user_model):
    guest = django_user_model.objects.create_user("guest", is_staff=True)
    guest.user_permissions.add(Permission.objects.get(codename="view_provider"))
    client.force_login(guest)
    page = client.get(reverse("admin:core_provider_change", args=[with_headers.pk]))
    assert page.status_code == 200
    text = html.unescape(page.content.decode())
    assert (CANARY in text, MASKED in text) == (False, True)


def test_an_admin_opens_a_provider_for_unknown_models(browser, acme):
    page = browser.get(reverse("admin:core_provider_change", args=[acme.pk])).content.decode()
    assert "Requests for slug/id that the catalogue lacks are passed on too" in page
    for box, opened in (({"unknown_models": "on"}, True), ({}, False)):
        assert change(browser, acme, **box).status_code == 302
        assert Provider.objects.get(pk=acme.pk).unknown_models is opened
