"""The register of units says which are foreign-invested."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    note = "锁 people_projectunit：加一列，有默认值，不重写。"
    dependencies = [("people", "0002_hall_contact_verified_phone")]

    operations = [
        migrations.AddField(
            model_name="projectunit",
            name="foreign_invested",
            field=models.BooleanField(db_default=False, default=False, verbose_name="外商投资企业"),
        ),
    ]
