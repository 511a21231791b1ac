"""Final rows can neither be changed nor deleted; a correction is a row of its own, whose cost may be negative."""

from django.db import migrations, models

from core.models import final_rows

TABLES = ("UsageRecord", "Attempt", "AuditEvent")


def guard(apps, schema_editor):
    for name in TABLES:
        final_rows.guard(schema_editor.connection, apps.get_model("core", name))


def release(apps, schema_editor):
    for name in TABLES:
        final_rows.release(schema_editor.connection, apps.get_model("core", name))


class Migration(migrations.Migration):
    dependencies = [("core", "0004_stored_responses")]

    operations = [
        migrations.AddField(
            model_name="usagerecord",
            name="corrects",
            field=models.CharField(max_length=40, null=True, verbose_name="corrects"),
        ),
        migrations.RemoveConstraint(model_name="usagerecord", name="usage_cost_not_negative"),
        migrations.AddConstraint(
            model_name="usagerecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cost__isnull", True), ("cost__gte", 0), ("corrects__isnull", False), _connector="OR"
                ),
                name="usage_cost_not_negative",
            ),
        ),
        migrations.AddIndex(
            model_name="usagerecord",
            index=models.Index(
                condition=models.Q(("corrects__isnull", False)), fields=["corrects"], name="usage_corrects"
            ),
        ),
        migrations.RunPython(guard, release),
    ]
