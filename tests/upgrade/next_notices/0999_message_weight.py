"""A forward migration as a later release may bring it: a column, its values from what is there, an index."""

from pkgutil import iter_modules

from django.db import migrations, models

from yinuo.engine.notices import migrations as shipped

LAST = max(module.name for module in iter_modules(shipped.__path__))


def weigh(apps, schema_editor):
    message = apps.get_model("notices", "Message")
    message.objects.using(schema_editor.connection.alias).filter(project_code="").update(weight=2)


class Migration(migrations.Migration):
    note = "notices_message 加一列（有数据库默认值，不重写表）和一个索引；一百万行约 2 秒，期间不能写消息"
    dependencies = [("notices", LAST)]
    operations = [
        migrations.AddField("Message", "weight", models.PositiveSmallIntegerField(default=1, db_default=1)),
        migrations.RunPython(weigh, migrations.RunPython.noop),
        migrations.AddIndex("Message", models.Index(fields=["weight", "-id"], name="messages_by_weight")),
    ]
