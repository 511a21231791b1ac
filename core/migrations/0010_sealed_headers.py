"""Headers of providers, sealed: they may be as secret as keys."""

from django.db import migrations

from core.models.secrets.headers import opened, sealed
from core.models.secrets.sealed import Sealed


def seal(apps, schema_editor):
    providers = apps.get_model("core", "Provider").objects
    for pk, headers in providers.values_list("pk", "headers"):
        if headers and not isinstance(headers, str):
            providers.filter(pk=pk).update(headers=sealed(headers))


def open_again(apps, schema_editor):
    providers = apps.get_model("core", "Provider").objects
    for pk, headers in providers.values_list("pk", "headers"):
        if isinstance(headers, str):
            providers.filter(pk=pk).update(headers=dict(opened(Sealed(headers))))


class Migration(migrations.Migration):
    dependencies = [("core", "0009_model_licences")]
    operations = [migrations.RunPython(seal, open_again)]
