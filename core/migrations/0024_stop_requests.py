"""Requests that an admin ends while they are answered."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0023_policy_balance")]

    operations = [
        migrations.CreateModel(
            name="StopRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("record", models.CharField(max_length=40, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
