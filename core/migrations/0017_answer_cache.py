"""Answers from the cache: whose they are, and which request made them."""

from django.db import migrations, models

from core.models import final_rows


def guard(apps, schema_editor):
    final_rows.guard(schema_editor.connection, apps.get_model("core", "UsageRecord"))


class Migration(migrations.Migration):
    dependencies = [("core", "0016_attempt_index")]

    operations = [
        migrations.AddField(
            model_name="usagerecord",
            name="cached_from",
            field=models.CharField(max_length=40, null=True, verbose_name="cached from"),
        ),
        migrations.AddField(
            model_name="team",
            name="shared_cache",
            field=models.BooleanField(
                default=False,
                help_text="Members who ask for cached answers get those of the whole team.",
                verbose_name="shared cache",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="own_cache",
            field=models.BooleanField(
                default=False,
                help_text="Cached answers are those of this key alone, not of its user or team.",
                verbose_name="cache of its own",
            ),
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
