"""A project that waits for manual handling or for its code may be given up before it has one."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    note = "换 projects_project 的一个约束：锁住这张表，一百万行约 1 秒（逐行核对新的约束）"
    dependencies = [("projects", "0001_initial")]

    operations = [
        migrations.RemoveConstraint("project", "project_has_code"),
        migrations.AddConstraint(
            "project",
            models.CheckConstraint(
                condition=Q(state__in=["manual", "assigning", "refused", "terminated"]) | Q(code__isnull=False), name="project_has_code"
            ),
        ),
    ]
