from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    note = "锁 notices_message：加两列不重写；换一个检查约束，要读一遍全表，一百万行约 1 秒。"

    dependencies = [
        ("notices", "0001_initial"),
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="message",
            name="message_to_somebody",
        ),
        migrations.AddField(
            model_name="message",
            name="phone",
            field=models.CharField(db_default="", default="", max_length=20),
        ),
        migrations.AddField(
            model_name="message",
            name="secret",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("person__isnull", False), ("unit__isnull", False), models.Q(("phone", ""), _negated=True), _connector="OR"
                ),
                name="message_to_somebody",
            ),
        ),
    ]
