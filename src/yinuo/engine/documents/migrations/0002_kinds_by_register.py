from django.db import migrations, models


class Migration(migrations.Migration):
    note = "不锁表，不改数据：文书的种类改由各部分登记（room.py），数据库不再列举。"

    dependencies = [
        ("documents", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="document",
            name="kind",
            field=models.CharField(max_length=24),
        ),
    ]
