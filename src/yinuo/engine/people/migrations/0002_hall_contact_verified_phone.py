from django.db import migrations, models


class Migration(migrations.Migration):
    note = "锁 people_hall、people_person：加列不重写；建一个部分唯一索引和一个检查约束，一百万行约 2 秒。"

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="hall",
            name="address",
            field=models.CharField(blank=True, db_default="", default="", max_length=120, verbose_name="地址"),
        ),
        migrations.AddField(
            model_name="hall",
            name="hours",
            field=models.CharField(blank=True, db_default="", default="", max_length=120, verbose_name="办公时间"),
        ),
        migrations.AddField(
            model_name="hall",
            name="phone",
            field=models.CharField(blank=True, db_default="", default="", max_length=40, verbose_name="电话"),
        ),
        migrations.AddField(
            model_name="person",
            name="phone_verified_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="sign_outs",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_active", True), ("phone_verified_at__isnull", False)),
                fields=("phone",),
                name="person_verified_phone_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(("phone_verified_at__isnull", True), models.Q(("phone", ""), _negated=True), _connector="OR"),
                name="person_verified_phone_there",
            ),
        ),
    ]
