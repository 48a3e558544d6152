"""The halls' pages and the reports on the reform as people meet them, on a desk and on a phone: each page passes axe,
on either.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from tests.apps.test_commitments import approve, promised
from tests.browser.live import DESKTOP, PHONE, Live, at, closing_time, live
from yinuo.engine.base import Actor
from yinuo.engine.people.models import Hall, Region
from yinuo.rooms.commitments.models import Commitment
from yinuo.rooms.halls.actions import give_points, publish_bulletin, report_events
from yinuo.rooms.halls.models import Bulletin, ManualPoint
from yinuo.rooms.reform import actions as reform
from yinuo.rooms.reform.models import Publication

__all__ = ["closing_time", "live"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

TOLD, READ = at("2027-01-01 01:00"), "2027-01-13 10:00"
POINTS = {"basis": "专项督查通报", "evidence": "督查通报第 12 期", "reason": "服务优质"}


def told(live: Live) -> None:
    """A quarter of two halls, its bulletin with honours, and the county's notice."""
    county = live.county
    supervisor = county.actor("supervisor")
    other = Hall.objects.create(region=Region.objects.get(pk=county.hall.region_id), name="临夏县政务大厅")
    row = {
        "reference": "r1",
        "on": "2026-12-02",
        "type": "review",
        "matter": "m1",
        "level": 5,
        "what": "施工许可",
        "evidence": "月报",
    }
    row |= {"handler": "马小龙"}
    moment = at("2026-12-06 10:00")
    report_events(actor=supervisor, hall_id=county.hall.pk, rows=[row], at=moment)
    given = {"actor": supervisor, "hall_id": county.hall.pk, "on": date(2026, 12, 5), "at": moment}
    give_points(points=Decimal("0.5"), **POINTS, **given)
    region = county.hall.region_id
    publish_bulletin(actor=Actor.system(), region_id=region, month=date(2026, 12, 1), at=TOLD)
    made = reform.draft_report(
        actor=Actor.system(), region_id=region, kind="quarter", begins=date(2026, 10, 1), at=TOLD
    )
    words = {"report_id": made.pk, "at": at("2027-01-12 10:00")}
    writer = county.actor("comprehensive")
    reform.edit_report(actor=writer, opening="总体平稳。", problems="限期整改。", **words)
    reform.submit_report(actor=writer, **words)
    reform.publish_report(actor=county.actor("principal"), **words)
    assert other.pk != county.hall.pk


def running(live: Live) -> Commitment:
    """A promise that runs and may be reviewed; signed in a thread of its own,
    for the browser's loop runs in this one.
    """
    company = live.company("积石山绿源有机肥有限公司")

    def sign() -> Commitment:
        try:
            commitment = promised(live.county, company)
            approve(live.county, commitment)
            return commitment
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as aside:
        return aside.submit(sign).result()


def test_the_halls_pages_read_well_on_a_desk_and_on_a_phone(live: Live) -> None:
    told(live)
    commitment = running(live)
    live.let_in()
    hall, bulletin, notice = live.county.hall, Bulletin.objects.get(), Publication.objects.get()
    for size in (DESKTOP, PHONE):
        citizen = live.anybody(READ, "halls", size)
        citizen.go("/halls/")
        citizen.reads(hall.name, "临夏县政务大厅", "改革推进情况")
        citizen.go(f"/halls/{hall.pk}/?month=2026-12")
        citizen.reads("施工许可", "附件7·第二十条", "100.6")
        citizen.go("/halls/bulletins/")
        citizen.go(f"/halls/bulletins/{bulletin.pk}/")
        citizen.reads(hall.name, "第四季度", "优秀服务人员")
        citizen.go("/halls/honours/")
        citizen.reads("马小龙")
        citizen.go("/benefits/")
        citizen.go("/reform/")
        citizen.go(f"/reform/{notice.pk}/")
        citizen.reads("总体平稳", "下载盖章的 PDF")
        live.everybody_leaves()
        supervisor = live.official("supervisor", READ, "halls-points", size=size)
        supervisor.go("/staff/scores/")
        supervisor.fill("发生日期", "2027-01-12")
        supervisor.fill("分值", "-0.3")
        for label, words in (("评分依据", "窗口纪律检查"), ("证据", "检查记录 11 号"), ("理由", "无人值守")):
            supervisor.fill(label, words)
        supervisor.press("记入评分")
        supervisor.reads("已记 −0.3 分", "窗口纪律检查")
        supervisor.go(f"/staff/scores/points/{ManualPoint.objects.latest('id').pk}/")
        supervisor.fill("为什么更正", "记错了大厅")
        supervisor.press("更正这一条")
        supervisor.reads("已更正")
        supervisor.go(f"/staff/reform/{notice.report_id}/")
        supervisor.reads("这些数字怎样算")
        live.everybody_leaves()
        reviewed(live, commitment, size)


def reviewed(live: Live, commitment: Commitment, size: tuple[int, int]) -> None:
    """The department looks at each requirement of the promise; the second time one is at risk."""
    desk = live.official("approver", READ, "promise-review", "natural_resources", size=size)
    desk.go(f"/staff/commitments/{commitment.pk}/review/")
    for number in range(len(commitment.requirements)):
        desk.choose("履行得怎样", "按承诺履行", desk.page.locator("article").nth(number))
    if size == PHONE:
        desk.choose("履行得怎样", "有风险", desk.page.locator("article").nth(0))
        desk.press("记录复核", 422)
        desk.reads("写明情况和要怎样改")
        desk.fill("情况", "退界线旁堆土，请清理", desk.page.locator("article").nth(0))
    desk.press("记录复核")
    desk.reads("已复核")
    desk.go("/staff/commitments/reviews/?view=done")
    desk.reads("按承诺履行")
    live.everybody_leaves()
