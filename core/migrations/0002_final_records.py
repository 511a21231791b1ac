"""A settled record stays as it is: the database itself refuses to change its money or its state."""

from django.db import migrations

TABLES = {
    "core_usagerecord": ("public_id", "state", "units", "estimate", "cost", "computed_cost", "reported_cost"),
    "core_attempt": ("record", "number", "state", "units", "cost", "computed_cost", "reported_cost"),
}


def guard(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    if postgresql:
        schema_editor.execute(
            "CREATE OR REPLACE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'a final record cannot be changed'; END $$"
        )
    for table, columns in TABLES.items():
        names = ", ".join(columns)
        if postgresql:
            changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)
            does = f"FOR EACH ROW WHEN (OLD.state <> 'open' AND ({changed})) EXECUTE FUNCTION core_refuse_change()"
        else:
            changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in columns)
            does = (
                f"FOR EACH ROW WHEN OLD.state <> 'open' AND ({changed}) "
                "BEGIN SELECT RAISE(ABORT, 'a final record cannot be changed'); END"
            )
        schema_editor.execute(f"CREATE TRIGGER {table}_final BEFORE UPDATE OF {names} ON {table} {does}")


def release(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for table in TABLES:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_final" + (f" ON {table}" if postgresql else ""))
    if postgresql:
        schema_editor.execute("DROP FUNCTION IF EXISTS core_refuse_change()")


class Migration(migrations.Migration):
    """Migration 0005 replaces these triggers, see `core.models.final_rows`."""

    dependencies = [("core", "0001_initial")]

    operations = [migrations.RunPython(guard, release)]
