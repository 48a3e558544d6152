"""好差评 in the demonstration: a bad review that was looked into and answered, and waits for the supervisor's check of
the answer.
"""

from __future__ import annotations

from datetime import timedelta

from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.reviews import actions
from yinuo.rooms.reviews.models import Finding
from yinuo.stories.demo.world import Scene, World

# Well within the days after its end in which a matter may be reviewed.
RECENT_DAYS = 50


def waiting(world: World) -> Scene:
    """咨询电话没有人接的差评：已转部门核实，答复等监督员核查。"""
    at = yield world.ago(5, "11:20")
    units = {world.cast.unit(key).pk: key for key in world.cast.bindings}
    ended = MapItem.objects.filter(
        state="granted", application__ended_at__gt=at - timedelta(days=RECENT_DAYS), project__unit__in=units
    )
    item = (
        ended.filter(application__review__isnull=True)
        .select_related("project", "department")
        .order_by("-application__ended_at", "pk")
        .first()
    )
    if item is None:
        return
    company, supervisor = world.cast.company(units[item.project.unit_id]), world.cast.holder("supervisor")
    text = "咨询电话连着两个下午没有人接。"
    made = actions.give_review(actor=company, item_id=item.pk, level=2, indicators=["服务态度"], text=text, at=at)
    at = yield world.ago(4, "09:20")
    actions.assign_bad_review(actor=supervisor, review_id=made.pk, instruction="请核实电话值守，写明整改措施。", at=at)
    at = yield world.ago(1, "15:30")
    actions.answer_bad_review(
        actor=world.cast.approver_of(item.department.key),
        review_id=made.pk,
        finding=Finding.TRUE,
        measures="电话改为两人轮值，下班前查看未接来电并回拨。",
        answer="那两天值守人员外出勘查，没有安排替班。现已改为两人轮值，未接来电当天回拨。",
        at=at,
    )


SCENES = (waiting,)
