"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from django.db.models import TextChoices

from yinuo.engine.register import Register, Words
from yinuo.rooms.halls import shapes


class HallsPaper(TextChoices):
    BULLETIN = "hall_bulletin", "政务大厅评分通报"


VERBS = {
    "halls.correct_points": Words("更正人工评分"),
    "halls.give_points": Words("人工评分"),
    "halls.publish_bulletin": Words("发布政务大厅评分通报"),
    "halls.report_events": Words("报送大厅评分事件"),
}


ROOM = Register(
    papers=HallsPaper,
    shapes={
        "hall_bulletin": {1: shapes.HallBulletinData},
    },
    verbs=VERBS,
)
