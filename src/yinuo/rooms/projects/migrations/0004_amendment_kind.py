
from django.db import migrations, models


class Migration(migrations.Migration):
    note = "projects_amendment、projects_changerequest 各加一列，常数默认值：只锁一瞬间，与行数无关"

    dependencies = [
        ('projects', '0003_change_request'),
    ]

    operations = [
        migrations.AddField(
            model_name='amendment',
            name='kind',
            field=models.CharField(choices=[('correction', '补充更正'), ('notified', '告知变更'), ('major', '重大变更')], default='notified', max_length=10, verbose_name='变更类型'),
        ),
        migrations.AddField(
            model_name='changerequest',
            name='kind',
            field=models.CharField(choices=[('correction', '补充更正'), ('notified', '告知变更'), ('major', '重大变更')], default='notified', max_length=10, verbose_name='变更类型'),
        ),
    ]
