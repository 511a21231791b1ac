"""Usage records say which audio was converted."""

from django.db import migrations, models

from core.models import final_rows


def guard(apps, schema_editor):
    final_rows.guard(schema_editor.connection, apps.get_model("core", "UsageRecord"))


class Migration(migrations.Migration):
    dependencies = [("core", "0010_sealed_headers")]

    operations = [
        migrations.AddField(
            model_name="usagerecord",
            name="conversions",
            field=models.JSONField(null=True, verbose_name="audio converted"),
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
