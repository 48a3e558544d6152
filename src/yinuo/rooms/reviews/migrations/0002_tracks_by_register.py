from django.db import migrations, models


class Migration(migrations.Migration):
    note = "不锁表，不改数据：可评价的专项服务改由各房间登记（room.py），数据库不再列举。"

    dependencies = [
        ("reviews", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="trackservice",
            name="track",
            field=models.CharField(max_length=14),
        ),
    ]
