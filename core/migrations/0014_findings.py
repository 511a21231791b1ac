"""What providers' lists say otherwise than the catalogue, until an admin decides."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0013_voice_samples'),
    ]

    operations = [
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('shutdown', 'shutting down'), ('gone', 'no longer listed'), ('price', 'price changed'), ('new', 'new')], max_length=10, verbose_name='kind')),
                ('upstream_id', models.CharField(max_length=200, verbose_name='upstream id')),
                ('model', models.CharField(max_length=160, verbose_name='model')),
                ('detail', models.JSONField(default=dict, verbose_name='detail')),
                ('dismissed', models.BooleanField(default=False, verbose_name='dismissed')),
                ('found_at', models.DateTimeField(auto_now_add=True, verbose_name='found')),
                ('endpoint', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='core.endpoint')),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='core.provider')),
            ],
            options={
                'verbose_name': 'finding',
                'verbose_name_plural': 'findings',
                'ordering': ('kind', 'model', 'id'),
                'default_permissions': ('view', 'change'),
                'constraints': [models.UniqueConstraint(fields=('provider', 'kind', 'upstream_id', 'model'), name='finding_once')],
            },
        ),
    ]
