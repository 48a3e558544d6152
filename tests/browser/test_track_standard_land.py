"""“标准地” and 用地清单制 through the pages, by everybody whose business it is, from the bare ground to the measured
promise.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tests.apps.county import Company
from tests.apps.test_commitments import item_of
from tests.apps.test_land import ASSESSED, keeper
from tests.apps.test_onemap import guided
from tests.browser.live import PHONE, AtTheBrowser, Live, at, closing_time, live
from yinuo.rooms.commitments.actions import close_notices
from yinuo.rooms.commitments.models import Commitment
from yinuo.rooms.land import actions as land
from yinuo.rooms.land.models import LandChecklist, ListInput, Parcel
from yinuo.rooms.projects.models import Project

__all__ = ["closing_time", "live"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
NUMBER = "JSS-2026-03"


def office(live: Live, moment: str, department: str = "natural_resources", role: str = "approver") -> AtTheBrowser:
    return live.official(role, moment, f"land-{moment[2:10]}-{department}-{role}", department)


def test_a_parcel_becomes_standard_land_and_its_project_is_decided_at_once(live: Live) -> None:
    company = live.company("积石山绿源有机肥有限公司", "96")
    parcel = prepared(live)
    listed(live, parcel)
    bought(live, company, parcel)
    project = settled(live, company)
    decided(live, company, project)


def prepared(live: Live) -> Parcel:
    """Entered and furnished piece by piece; the rules say what is still missing, and then that nothing is."""
    desk = office(live, "2026-11-02 09:00")
    desk.go("/staff/parcels/")
    desk.reads("还没有登记地块")
    for label, value in (
        ("地块编号", NUMBER),
        ("地块名称", "唐集3号地块"),
        ("位置和四至", "东至园区二路"),
        ("面积", "26680"),
    ):
        desk.fill(label, value)
    desk.press("登记")
    desk.reads("已登记地块", "还缺 10 项")
    desk.press("认定“标准地”", expect=422)
    desk.reads("还不符合“标准地”的条件")
    parcel = Parcel.objects.get(number=NUMBER)
    said = {
        "actor": keeper(live.county),
        "parcel_id": parcel.pk,
        "on": at("2026-11-01 00:00").date(),
        "at": at("2026-11-02 09:30"),
    }
    land.record_title(evidence="土地储备证书", **said)  # type: ignore[arg-type]
    for kind in ("water", "power", "road", "levelling"):
        land.record_basic(kind=kind, evidence="竣工验收单", **said)  # type: ignore[arg-type]
    for matter in ASSESSED:
        land.record_assessment(matter_id=matter, evidence="区域评估报告及批复", **said)  # type: ignore[arg-type]
    desk.go(f"/staff/parcels/{parcel.pk}/")
    desk.unfold("设定控制性指标")
    desk.fill("固定资产投资强度不低于", "180")
    desk.fill("亩均税收不低于", "12")
    desk.press("保存指标")
    desk.reads("条件已齐备，可以认定")
    desk.press("认定“标准地”")
    desk.reads("已认定为“标准地”")
    live.everybody_leaves()
    return parcel


def listed(live: Live, parcel: Parcel) -> None:
    """Indicators, then design points by a department and a utility, put together by natural resources."""
    desk = office(live, "2026-11-03 09:00")
    desk.go(f"/staff/parcels/{parcel.pk}/")
    desk.unfold("发起用地清单")
    desk.fill("普查日期", "2026-11-01")
    desk.fill("土地现状", "平整的国有建设用地，无地上附着物。")
    desk.press("征求各部门意见")
    desk.reads("已向有关部门征集关键指标要素", "征集中")
    water = office(live, "2026-11-04 09:00", "water")
    water.take("评估关键指标要素", NUMBER)
    row = water.page.get_by_role("group", name="第 1 条")
    row.get_by_label("事项").fill("防洪")
    row.get_by_label("要求").fill("退让排洪渠管理范围线 12 米")
    water.press("提出")
    water.reads("已提出，谢谢", "退让排洪渠管理范围线 12 米")
    _rest(live, "indicators", "2026-11-04 10:00")
    power = office(live, "2026-11-05 09:00", "power_supply")
    power.take("技术设计要点", NUMBER)
    power.reads("退让排洪渠管理范围线 12 米")
    power.page.get_by_label("没有要求").check()
    power.press("提出")
    power.reads("没有要求。")
    _rest(live, "design", "2026-11-05 10:00")
    desk = office(live, "2026-11-05 15:00")
    desk.take("汇总用地清单", NUMBER)
    desk.press("汇总形成清单")
    desk.reads("用地清单已形成")
    live.everybody_leaves()


def _rest(live: Live, part: str, moment: str) -> None:
    for row in ListInput.objects.filter(part=part, answered_at=None).select_related("department").order_by("id"):
        actor = live.county.actor("approver", row.department.key)
        land.answer_input(actor=actor, input_id=row.pk, points=[{"subject": "要求", "text": "按标准"}], at=at(moment))


def bought(live: Live, company: Company, parcel: Parcel) -> None:
    """Offered to everybody; who is interested is ranked; the list goes with the contract."""
    desk = office(live, "2026-11-06 09:00")
    desk.go(f"/staff/parcels/{parcel.pk}/")
    desk.unfold("公开出让")
    desk.press("公开出让")
    desk.reads("已公开出让")
    buyer = live.sits(company.person, "2026-11-06 10:00", "land-26-11-06-unit", PHONE)
    buyer.go("/projects/")
    buyer.go("/parcels/")
    buyer.follow("唐集3号地块")
    buyer.reads("标准地", "固定资产投资强度不低于 180 万元/亩", "用这个地块自查")
    buyer.fill("用地意向", "有机肥加工")
    buyer.press("登记意向")
    buyer.reads("贵单位已登记")
    desk.travel("2026-11-09 09:00")
    desk.go(f"/staff/parcels/{parcel.pk}/")
    desk.reads("同等条件优先", company.unit.name)
    desk.page.get_by_label("受让单位").select_option(label=company.unit.name)
    desk.fill("出让合同编号", "积自然资让〔2026〕3号")
    desk.fill("签订日期", "2026-11-06")
    desk.press("登记合同")
    desk.reads("已登记出让合同", "打开清单")
    buyer.travel("2026-11-09 10:00")
    buyer.go("/land/")
    buyer.follow("唐集3号地块")
    buyer.reads("用地清单已发放，可以开展设计", "积自然资让〔2026〕3号")
    paper = LandChecklist.objects.get(parcel=parcel).document_id
    assert buyer.download(f"/documents/{paper}/").startswith(b"%PDF")
    live.everybody_leaves()


def settled(live: Live, company: Company) -> Project:
    project = guided(live.county, company)
    buyer = live.sits(company.person, "2026-11-10 09:00", "land-26-11-10-unit", PHONE)
    buyer.go(f"/projects/{project.pk}/")
    buyer.follow("用地")
    buyer.reads("的控制性指标", "亩均税收不低于 12 万元/亩·年")
    buyer.press("签署并确认用地", expect=422)
    buyer.reads("承诺以后才能确认用地")
    buyer.tick("代表本单位承诺全部达到")
    buyer.press("签署并确认用地")
    buyer.reads("已确认用地", "公示期满没有异议即作出决定")
    buyer.go(f"/projects/{project.pk}/map/?view=list")
    buyer.reads("国有建设用地供应")
    live.everybody_leaves()
    return project


def turn(given: Commitment) -> int:
    """What the clock does when the notice ends."""
    try:
        return close_notices(given.notice_until)
    finally:
        connection.close()


def decided(live: Live, company: Company, project: Project) -> None:
    """Nobody decides: the notice ends, and the decision is there, with its number and the department told."""
    buyer = live.sits(company.person, "2026-11-10 10:00", "land-26-11-10-promise")
    buyer.go(f"/items/{item_of(project).pk}/commit/")
    buyer.tick("已经读过承诺书")
    buyer.press("签署并公示")
    buyer.reads("承诺书已签署，正在公示")
    given = Commitment.objects.get(item=item_of(project))
    # The letter is checked with an event loop of its own, and the browser's lives in this thread.
    with ThreadPoolExecutor(1) as clock:
        assert clock.submit(turn, given).result() == 1
    buyer = live.sits(company.person, "2026-11-18 09:00", "land-26-11-18-unit")
    buyer.go(f"/items/{given.item_id}/")
    buyer.reads("已办结", "承决")
    told = office(live, "2026-11-18 09:30")
    told.go("/messages/")
    told.reads("“标准地”项目已按承诺决定")
    live.everybody_leaves()
