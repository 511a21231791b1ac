"""Providers at private addresses: those that are there stay, new ones need a superuser's tick."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.db import migrations, models

LOCAL = {"corp", "home", "internal", "intranet", "lan", "local", "localdomain", "localhost", "private", "arpa"}


def is_local(address):
    """By its spelling: what a name resolves to is looked up when it is connected to."""
    try:
        host = (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return False
    try:
        return not ip_address(host).is_global
    except ValueError:
        return bool(host) and ("." not in host or host.rpartition(".")[2] in LOCAL)


def mark(apps, schema_editor):
    providers = apps.get_model("core", "Provider").objects
    local = [pk for pk, address in providers.values_list("pk", "base_url") if is_local(address)]
    providers.filter(pk__in=local).update(internal=True)


class Migration(migrations.Migration):
    dependencies = [("core", "0005_corrections")]

    operations = [
        migrations.AddField(
            model_name="provider",
            name="internal",
            field=models.BooleanField(
                default=False,
                help_text="Its address may be this machine's or in a private network. Only a superuser decides.",
                verbose_name="internal",
            ),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
