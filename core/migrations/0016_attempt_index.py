"""Attempts are found by the time they began, for the statistics of endpoints."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0015_unknown_models")]

    operations = [
        migrations.AddIndex(
            model_name="attempt", index=models.Index(fields=["started_at"], name="attempt_started")
        ),
    ]
