"""Usage records say which models were not asked, and why."""

from django.db import migrations, models

from core.models import final_rows


def guard(apps, schema_editor):
    final_rows.guard(schema_editor.connection, apps.get_model("core", "UsageRecord"))


class Migration(migrations.Migration):
    dependencies = [("core", "0018_limits")]

    operations = [
        migrations.AddField(
            model_name="usagerecord",
            name="skipped_models",
            field=models.JSONField(null=True, verbose_name="models not asked"),
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
