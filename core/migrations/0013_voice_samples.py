"""Voices say where their vendor has a recording of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0012_aliases")]

    operations = [
        migrations.AddField(
            model_name="voice",
            name="sample_url",
            field=models.URLField(
                blank=True,
                help_text="Where a recording of the voice is. Empty: a sentence is spoken, and paid, once.",
                max_length=500,
                verbose_name="sample",
            ),
        ),
    ]
