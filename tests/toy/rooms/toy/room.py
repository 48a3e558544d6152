"""A toy track: somebody of the department looks at a matter once more."""

from __future__ import annotations

from django.db.models import TextChoices

from yinuo.engine.register import Effect, Register, Text, Words


class ToyWork(TextChoices):
    LOOK = "toy_look", "再看一眼"


ROOM = Register(
    work=ToyWork,
    handles=True,
    verbs={"toy.ask": Words("请再看一眼", story="请再看一眼：{matter}")},
    notices={"toy_asked": Text("请再看一眼", "【一诺】“{matter}”请再看一眼。")},
    effects=(Effect("onemap.withdraw_application", "effects.application_ended"),),
)
