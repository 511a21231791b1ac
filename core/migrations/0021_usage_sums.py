"""Sums of usage by hour and day; failed attempts are found by their provider."""

import core.models.money
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0020_routing_policies")]

    operations = [
        migrations.CreateModel(
            name="UsageMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("record_id", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="UsageSum",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hours", models.PositiveSmallIntegerField()),
                ("begin", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="core.team",
                    ),
                ),
                (
                    "api_key",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="core.apikey",
                    ),
                ),
                ("source", models.CharField(max_length=12)),
                ("task", models.CharField(max_length=16)),
                ("model", models.CharField(max_length=160)),
                ("provider", models.CharField(blank=True, max_length=60)),
                ("outcome", models.CharField(blank=True, max_length=12)),
                ("basis", models.CharField(blank=True, max_length=10)),
                ("requests", models.BigIntegerField()),
                ("unpriced", models.BigIntegerField()),
                ("unbilled", models.BigIntegerField()),
                ("cost", core.models.money.MoneyField()),
                ("units", models.JSONField(default=dict)),
            ],
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(
                condition=models.Q(("outcome", "failed")),
                fields=["provider", "-started_at"],
                name="attempt_failed",
            ),
        ),
        migrations.AddIndex(
            model_name="usagesum",
            index=models.Index(
                fields=["hours", "begin", "requests", "unpriced", "cost"], name="usage_sum_begin"
            ),
        ),
    ]
