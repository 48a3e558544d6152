"""好差评 in the demonstration: units say how their matters went; one bad review is put right and closed, one waits for its check."""

from __future__ import annotations

from datetime import datetime, timedelta

from yinuo.apps.base import Actor
from yinuo.apps.onemap.models import MapItem
from yinuo.apps.reviews import actions
from yinuo.apps.reviews.models import CallBack, Finding, ServiceReview
from yinuo.config.demo.world import Scene, World

# Every so many working days; soon after the end, and at the latest within the days in which a matter may be reviewed.
ROUNDS = range(180, 0, -9)
RECENT_DAYS, WINDOW_DAYS = 14, 50
# By turns: most are content, some say nothing.
LEVELS = (5, 5, 4, 0, 5, 4, 3, 5, 0, 4)
WORDS = {5: "办得快，讲得清楚。", 4: "", 3: "材料说明可以再详细一些。"}


def _concluded(world: World, at: datetime, days: int) -> list[tuple[Actor, MapItem]]:
    """Matters that ended in the last so many days and were not reviewed, each with the unit's own person."""
    keys = {world.cast.unit(key).pk: key for key in world.cast.bindings}
    found = MapItem.objects.filter(state="granted", concluded_at__gt=at - timedelta(days=days), project__unit__in=keys)
    rows = found.exclude(reviews__isnull=False).select_related("project").order_by("pk")
    return [(world.cast.company(keys[row.project.unit_id]), row) for row in rows]


def spoken(world: World) -> Scene:
    """各单位办结以后陆续评价，有的不评。"""
    for days in ROUNDS:
        at = yield world.ago(days, "17:20")
        for actor, item in _concluded(world, at, RECENT_DAYS):
            if level := LEVELS[item.pk % len(LEVELS)]:
                actions.give_review(actor=actor, item_id=item.pk, level=level, text=WORDS[level], at=at)


def _bad(world: World, at: datetime, indicators: list[str], text: str) -> ServiceReview | None:
    """The first matter at hand is reviewed badly; None where none has just ended."""
    for actor, item in _concluded(world, at, WINDOW_DAYS)[:1]:
        return actions.give_review(actor=actor, item_id=item.pk, level=2, indicators=indicators, text=text, at=at)
    return None


def put_right(world: World) -> Scene:
    """窗口没有一次说清，企业给了差评；部门核实整改，监督员核查答复、回访后办结。"""
    at = yield world.ago(64, "10:10")
    made = _bad(world, at, ["一次性告知清楚"], "同一件事跑了两趟，第一次没有说要带公章。")
    if made is None:
        return
    supervisor = world.cast.holder("supervisor")
    at = yield world.ago(63, "09:30")
    actions.assign_bad_review(actor=supervisor, review_id=made.pk, instruction="请核实是否履行一次性告知。", at=at)
    at = yield world.ago(61, "16:00")
    answer = "情况属实。窗口没有把印章要求写进告知单，已经补上并向您致歉。"
    actions.answer_bad_review(
        actor=_office(world, made),
        review_id=made.pk,
        finding=Finding.TRUE,
        measures="修改告知单，窗口人员重新培训。",
        answer=answer,
        at=at,
    )
    at = yield world.ago(60, "10:00")
    actions.check_answer(actor=supervisor, review_id=made.pk, approved=True, at=at)
    at = yield world.ago(58, "11:00")
    actions.close_bad_review(actor=supervisor, review_id=made.pk, call_back=CallBack.SATISFIED, note="企业对整改满意。", at=at)


def waiting(world: World) -> Scene:
    """等了很久没有人接电话的差评，已转部门核实，答复等监督员核查。"""
    at = yield world.ago(5, "11:20")
    made = _bad(world, at, ["服务态度"], "咨询电话连着两个下午没有人接。")
    if made is None:
        return
    at = yield world.ago(4, "09:20")
    actions.assign_bad_review(actor=world.cast.holder("supervisor"), review_id=made.pk, instruction="请核实电话值守，写明整改措施。", at=at)
    at = yield world.ago(1, "15:30")
    actions.answer_bad_review(
        actor=_office(world, made),
        review_id=made.pk,
        finding=Finding.TRUE,
        measures="电话改为两人轮值，下班前查看未接来电并回拨。",
        answer="那两天值守人员外出勘查，没有安排替班。现已改为两人轮值，未接来电当天回拨。",
        at=at,
    )


def _office(world: World, made: ServiceReview) -> Actor:
    return world.cast.approver_of(made.department.key) if made.department else world.cast.holder("general_convener")


SCENES = (spoken, put_right, waiting)
