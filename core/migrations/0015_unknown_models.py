"""Providers that are asked for models which the catalogue lacks."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0014_findings'),
    ]

    operations = [
        migrations.AddField(
            model_name='provider',
            name='unknown_models',
            field=models.BooleanField(default=False, help_text='Requests for slug/id that the catalogue lacks are passed on too, without a price.', verbose_name='unknown models'),
        ),
    ]
