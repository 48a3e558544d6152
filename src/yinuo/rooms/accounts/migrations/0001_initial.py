import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    note = "新表，不锁别的。"

    initial = True

    dependencies = [
        ("documents", "0001_initial"),
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PhoneCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("phone", models.CharField(max_length=20)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("join", "注册账号"),
                            ("window", "窗口开通账号"),
                            ("invited", "接受邀请"),
                            ("reset", "找回密码"),
                            ("phone", "更换手机号"),
                        ],
                        max_length=8,
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("asked_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("proved_at", models.DateTimeField(null=True)),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["phone", "-asked_at"], name="phone_codes"),
                    models.Index(fields=["expires_at"], name="phone_code_ends"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("expires_at__gt", models.F("asked_at"))), name="phone_code_span")
                ],
            },
        ),
        migrations.CreateModel(
            name="Admission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1)),
                ("credit_code", models.CharField(max_length=18, verbose_name="统一社会信用代码")),
                ("unit_name", models.CharField(max_length=120, verbose_name="单位名称")),
                (
                    "unit_type",
                    models.CharField(
                        choices=[("enterprise", "企业"), ("agency", "机关"), ("institution", "事业单位")],
                        max_length=12,
                        verbose_name="单位类型",
                    ),
                ),
                ("legal_representative", models.CharField(max_length=60, verbose_name="法定代表人")),
                ("address", models.CharField(default="", max_length=200, verbose_name="住所")),
                ("own", models.BooleanField(verbose_name="本人就是法定代表人")),
                ("may_sign", models.BooleanField(verbose_name="可代表单位签署承诺")),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "待核对"), ("admitted", "已通过"), ("declined", "未通过"), ("withdrawn", "已撤回")],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("why", models.CharField(default="", max_length=300)),
                (
                    "binding",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.authorisedperson"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "hall",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.hall"),
                ),
                (
                    "letter",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.storedfile"),
                ),
                ("licence", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.storedfile")),
                (
                    "person",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="admissions", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["hall", "state", "-id"], name="admissions_of_hall")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")), fields=("person", "credit_code"), name="admission_asked_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("own", True), ("letter__isnull", False), _connector="OR"), name="admission_letter"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "asked"), ("ended_at__isnull", False), _connector="XOR"), name="admission_ended"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("state", "admitted"), _negated=True), ("binding__isnull", False), _connector="OR"),
                        name="admission_binds",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="姓名")),
                ("phone", models.CharField(max_length=20, verbose_name="手机")),
                ("may_sign", models.BooleanField(verbose_name="可代表单位签署承诺")),
                ("from_on", models.DateField(verbose_name="自")),
                ("to_on", models.DateField(null=True, verbose_name="至（不含）")),
                ("basis", models.CharField(max_length=200, verbose_name="授权依据")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("taken_back_at", models.DateTimeField(null=True)),
                (
                    "binding",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.authorisedperson"
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("letter", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.storedfile")),
                (
                    "unit",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="invitations", to="people.projectunit"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["unit", "-id"], name="invitations_of_unit")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("expires_at__gt", models.F("made_at"))), name="invitation_span"),
                    models.CheckConstraint(
                        condition=models.Q(("taken_back_at__isnull", True), ("binding__isnull", True), _connector="OR"),
                        name="invitation_ended_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SignIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("outcome", models.CharField(choices=[("in", "登录成功"), ("wrong", "密码不对"), ("locked", "已锁定")], max_length=6)),
                ("address", models.CharField(default="", max_length=45)),
                ("agent", models.CharField(default="", max_length=200)),
                (
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="sign_ins", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "-id"], name="sign_ins_of_person")],
            },
        ),
    ]
