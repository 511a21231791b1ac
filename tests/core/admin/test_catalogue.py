"""Models are edited without surprises; prices are added and never rewritten."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django import forms
from django.contrib.auth.models import Permission
from django.urls import reverse

from core.catalogue.seed.tables import seed_catalogue, unedited
from core.models import AIModel, AuditEvent, Endpoint, Price, Provider, Voice, VoiceAlias
from core.routing import statistics
from core.routing.statistics import EndpointStatistics, Percentiles, Window


def form_data(page) -> dict[str, object]:
    """What the browser would send if nothing was touched."""
    bound = [page.context["adminform"].form]
    for formset in page.context["inline_admin_formsets"]:
        bound += [formset.formset.management_form, *formset.formset.forms]
    data: dict[str, object] = {}
    for form in bound:
        for box in form:
            value = box.value()
            if isinstance(box.field, forms.SplitDateTimeField):
                parts = box.field.widget.decompress(value)
                data |= {f"{box.html_name}_{number}": part or "" for number, part in enumerate(parts)}
            elif value is not None and value is not False:  # zero counts
                data[box.html_name] = "on" if value is True else value
    return data


@pytest.mark.parametrize("table", [AIModel, Endpoint, Provider], ids=lambda table: table.__name__)
def test_saving_unedited_seeded_rows_changes_nothing(browser, table):
    seed_catalogue()
    rows = list(table.objects.order_by("pk"))[::4]
    assert rows
    for row in rows:
        address = reverse(f"admin:core_{table._meta.model_name}_change", args=[row.pk])
        page = browser.post(address, form_data(browser.get(address)))
        assert page.status_code == 302, page.context["adminform"].form.errors
        again = table.objects.get(pk=row.pk)
        assert unedited(again), row


@pytest.fixture
def talker(catalogue) -> AIModel:
    return AIModel.objects.get(slug="acme/talker")


def change(browser, row, **data: object):
    address = reverse(f"admin:core_{row._meta.model_name}_change", args=[row.pk])
    return browser.post(address, {**form_data(browser.get(address)), **data})


def test_lists_are_entered_as_words(browser, talker):
    page = change(browser, talker, tasks="speech chat", formats="mp3, wav,\nmp3", languages="en, zh-Hant")
    assert page.status_code == 302
    talker.refresh_from_db()
    assert talker.tasks == ["speech", "chat"]
    assert talker.formats == ["mp3", "wav"]
    assert talker.languages == ["en", "zh-Hant"]


@pytest.mark.parametrize(
    ("box", "words"),
    [
        ("tasks", ""),
        ("tasks", "sing"),
        ("formats", "midi"),
        ("input_modalities", "smell"),
        ("replacement", "no/such"),
        ("slug", "a b"),
        ("limits", "{"),
    ],
)
def test_unknown_words_are_refused(browser, talker, box, words):
    page = change(browser, talker, **{box: words})
    assert page.status_code == 200
    assert list(page.context["adminform"].form.errors) == [box]


def test_an_endpoint_takes_formats_from_its_row(browser, talker):
    endpoint = talker.endpoints.get()
    assert change(browser, talker, **{"endpoints-0-formats": "mp3 pcm"}).status_code == 302
    endpoint.refresh_from_db()
    assert endpoint.formats == ["mp3", "pcm"]
    assert change(browser, talker, **{"endpoints-0-DELETE": "on"}).status_code == 302
    assert Endpoint.objects.filter(pk=endpoint.pk).exists()


def new_price(prefix: str, amount: str) -> dict[str, str]:
    data = {"kind": "text_in", "unit": "character", "usd_per_unit": amount, "condition": "{}"}
    data |= {"valid_from_0": "2026-11-01", "valid_from_1": "00:00:00"}
    return {f"{prefix}{name}": value for name, value in data.items()}


def test_a_price_is_added_beside_the_old_one(browser, talker):
    endpoint = talker.endpoints.get()
    page = browser.get(reverse("admin:core_endpoint_change", args=[endpoint.pk]))
    assert "$15 / 1M characters" in page.content.decode()
    assert "0.00001500000000" not in page.content.decode()
    prefix = page.context["inline_admin_formsets"][1].formset.prefix
    rows = {f"{prefix}-TOTAL_FORMS": "1", **new_price(f"{prefix}-0-", "0.00002")}
    assert change(browser, endpoint, **rows).status_code == 302
    amounts = [price.usd_per_unit for price in endpoint.prices.order_by("pk")]
    assert amounts == [Decimal("0.000015"), Decimal("0.00002")]


def test_a_price_cannot_be_changed(browser, talker):
    price = Price.objects.get(endpoint__model=talker)
    address = reverse("admin:core_price_change", args=[price.pk])
    assert "$15 / 1M characters" in browser.get(address).content.decode()
    assert browser.post(address, new_price("", "0")).status_code == 403
    assert browser.post(reverse("admin:core_price_delete", args=[price.pk])).status_code == 403
    inline = {"prices-0-id": price.pk, "prices-INITIAL_FORMS": 1, "prices-TOTAL_FORMS": 1}
    change(browser, price.endpoint, **inline, **new_price("prices-0-", "0"), **{"prices-0-DELETE": "on"})
    price.refresh_from_db()
    assert price.usd_per_unit == Decimal("0.000015")
    added = {"endpoint": price.endpoint.pk, **new_price("", "0.00003")}
    assert browser.post(reverse("admin:core_price_add"), added).status_code == 302
    assert Price.objects.filter(endpoint=price.endpoint).count() == 2


@pytest.mark.parametrize(
    "condition", ['{"min_prompt_tokens": "many"}', '{"colour": "red"}', '["flex"]', "flex"]
)
def test_a_price_with_a_bad_condition_is_refused(browser, talker, condition):
    added = {"endpoint": talker.endpoints.get().pk, **new_price("", "1"), "condition": condition}
    answer = browser.post(reverse("admin:core_price_add"), added)
    assert (answer.status_code, list(answer.context["adminform"].form.errors)) == (200, ["condition"])
    assert Price.objects.filter(endpoint__model=talker).count() == 1


def test_a_negative_price_is_refused(browser, talker):
    added = {"endpoint": talker.endpoints.get().pk, **new_price("", "-1")}
    assert browser.post(reverse("admin:core_price_add"), added).status_code == 200


def test_a_voice_alias_is_added_by_who_may_and_leaves_an_event(client, bob, talker):
    bob.is_staff = True
    bob.save()
    client.force_login(bob)
    address, data = (
        reverse("admin:core_voicealias_add"),
        {"name": " Alloy ", "model": talker.pk, "voice": "en"},
    )
    assert client.post(address, data).status_code == 403
    bob.user_permissions.add(Permission.objects.get(codename="add_voicealias"))
    assert client.post(address, data).status_code == 302
    row = VoiceAlias.objects.latest("pk")
    assert (row.name, row.model, row.provider, row.voice) == ("alloy", talker, None, "en")
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.actor, event.subject) == ("voicealias.added", bob, "alloy")


def test_an_alias_is_of_a_model_or_a_provider_and_once(browser, talker):
    address, local = reverse("admin:core_voicealias_add"), Provider.objects.get()
    both = browser.post(address, {"name": "onyx", "model": talker.pk, "provider": local.pk})
    assert both.context["adminform"].form.non_field_errors() == [
        "An alias is of a model or of a provider, not of both."
    ]
    for data in ({"name": "onyx"}, {"name": "onyx", "provider": local.pk}):
        assert browser.post(address, data).status_code == 302
        assert browser.post(address, data).status_code == 200
    assert VoiceAlias.objects.filter(name="onyx").count() == 2


def test_a_replacement_is_asked_only_where_there_is_one(browser, talker):
    page = change(browser, talker, use_replacement="on")
    assert page.context["adminform"].form.errors == {
        "use_replacement": ["Name another model as the replacement first."]
    }
    assert change(browser, talker, use_replacement="on", replacement="local/espeak-ng").status_code == 302
    talker.refresh_from_db()
    assert (talker.use_replacement, talker.replacement) == (True, "local/espeak-ng")


def test_an_endpoint_shows_its_last_day(browser, talker):
    endpoint = talker.endpoints.get()
    address = reverse("admin:core_endpoint_change", args=[endpoint.pk])
    assert "not used in the last day" in browser.get(address).content.decode()
    day = Window(12, 91.66, Percentiles(320, 900, 900, 1400, 1400))
    statistics.replace({endpoint.pk: EndpointStatistics(Window(), Window(), day)})
    text = "12 attempts, uptime 91.6%, first content after 320 ms (95th percentile 1,400 ms)"
    assert text in browser.get(address).content.decode()


def test_the_filter_of_voices_names_those_without_a_gender(admin_client, catalogue):
    Voice.objects.filter(gender="").delete()
    Voice.objects.create(model=AIModel.objects.first(), voice_id="plain", name="Plain")
    page = admin_client.get("/admin/core/voice/")
    (genders,) = (spec for spec in page.context["cl"].filter_specs if spec.title == "gender")
    names = {choice["query_string"]: choice["display"] for choice in genders.choices(page.context["cl"])}
    assert names["?gender="] == "-"
