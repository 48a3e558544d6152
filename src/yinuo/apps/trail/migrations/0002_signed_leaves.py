from django.db import migrations, models

import yinuo.apps.base


class Migration(migrations.Migration):
    dependencies = [("trail", "0001_initial")]

    operations = [
        migrations.DeleteModel(name="ChainRow"),
        migrations.CreateModel(
            name="ChainRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("outbox_id", models.UUIDField(default=yinuo.apps.base.new_id, editable=False, unique=True)),
                ("type", models.CharField(max_length=40)),
                ("label", models.CharField(max_length=80)),
                ("entry", models.BinaryField()),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
