import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    note = "commitments_commitment 加一列和它的唯一索引，去掉一个唯一约束：锁住这张表，一百万行约两秒；另建一张新表"

    dependencies = [
        ('commitments', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='commitment',
            name='carried_from',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='carried_to', to='commitments.commitment'),
        ),
        migrations.AlterField(
            model_name='commitment',
            name='paper',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='commitments', related_query_name='commitment', to='commitments.papersigning'),
        ),
        migrations.AlterField(
            model_name='commitment',
            name='state',
            field=models.CharField(choices=[('notice', '公示中'), ('objected', '有异议待处理'), ('decidable', '公示期满'), ('decided', '已按承诺决定'), ('regular', '转常规办理'), ('cancelled', '随项目终止'), ('carried', '转入新代码')], default='notice', max_length=10),
        ),
        migrations.CreateModel(
            name='Closing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(choices=[('kept', '已履行'), ('broken', '未履行'), ('released', '没有需要继续履行的内容')], max_length=8)),
                ('text', models.TextField()),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('commitment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='closing', to='commitments.commitment')),
            ],
            options={
                'abstract': False,
            },
        ),
    ]
