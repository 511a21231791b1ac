from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("playground", "0003_conversations"),
    ]

    operations = [
        migrations.AddField(
            model_name="upload",
            name="task",
            field=models.CharField(blank=True, max_length=16, verbose_name="task"),
        ),
    ]
