"""Final rows can neither be replaced on SQLite nor removed by TRUNCATE on PostgreSQL."""

from django.db import migrations

from core.models import final_rows


def guard(apps, schema_editor):
    for name in ("UsageRecord", "Attempt", "AuditEvent"):
        final_rows.guard(schema_editor.connection, apps.get_model("core", name))


class Migration(migrations.Migration):
    dependencies = [("core", "0007_idempotency")]

    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
