"""Voices that stand in for others, models that are asked for others, and the voice of a record."""

import django.db.models.deletion
from django.db import migrations, models

from core.models import final_rows


def guard(apps, schema_editor):
    final_rows.guard(schema_editor.connection, apps.get_model('core', 'UsageRecord'))


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0011_audio_conversions'),
    ]

    operations = [
        migrations.AddField(
            model_name='aimodel',
            name='use_replacement',
            field=models.BooleanField(default=False, help_text='Requests for it are answered by its replacement, at the replacement\'s price.', verbose_name='ask the replacement'),
        ),
        migrations.AddField(
            model_name='usagerecord',
            name='voice',
            field=models.CharField(max_length=120, null=True, verbose_name='voice'),
        ),
        migrations.RunPython(guard, guard),
        migrations.CreateModel(
            name='VoiceAlias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seed_digest', models.CharField(blank=True, editable=False, max_length=64)),
                ('name', models.CharField(help_text='As clients send it, such as alloy; * is any other name.', max_length=120, verbose_name='name')),
                ('voice', models.CharField(blank=True, help_text='The id or name of a voice of the model. Empty: one of the gender, else the first.', max_length=120, verbose_name='voice')),
                ('gender', models.CharField(blank=True, max_length=20, verbose_name='gender')),
                ('enabled', models.BooleanField(default=True, verbose_name='enabled')),
                ('model', models.ForeignKey(blank=True, help_text='Empty: every model.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='voice_aliases', to='core.aimodel', verbose_name='model')),
                ('provider', models.ForeignKey(blank=True, help_text='Empty: every provider.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='voice_aliases', to='core.provider', verbose_name='provider')),
            ],
            options={
                'verbose_name': 'voice alias',
                'verbose_name_plural': 'voice aliases',
                'ordering': ('name', 'id'),
                'constraints': [models.UniqueConstraint(fields=('name', 'model'), name='alias_once_a_model'), models.UniqueConstraint(fields=('name', 'provider'), name='alias_once_a_provider'), models.UniqueConstraint(condition=models.Q(('model__isnull', True), ('provider__isnull', True)), fields=('name',), name='alias_once'), models.CheckConstraint(condition=models.Q(('model__isnull', True), ('provider__isnull', True), _connector='OR'), name='alias_of_one', violation_error_message='An alias is of a model or of a provider, not of both.')],
            },
        ),
    ]
