"""容缺受理 played by its roles: published, applied for at the window, agreed on, signed, filled online, decided – and
once given up.
"""

from __future__ import annotations

import pytest

from tests.apps.county import Company
from tests.apps.gaps import clerk, item_of, signed
from tests.apps.test_onemap import guided
from tests.browser.live import PHONE, Live, at, closing_time, live
from tests.browser.walking import material
from yinuo.engine.work.actions import tick
from yinuo.rooms.deficient.models import DeficientAcceptance
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.window.actions import open_visit

__all__ = ["closing_time", "live"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
SOIL = "soil_conservation"


def test_a_gap_from_the_published_list_to_the_decision(live: Live) -> None:
    company = live.company("积石山绿源有机肥有限公司", "79")
    item = item_of(guided(live.county, company))
    published(live, item)
    at_the_window(live, company, item)
    row = DeficientAcceptance.objects.get(item=item)
    desk = live.official("approver", "2026-11-06 10:00", "deficient-opinion", SOIL)
    desk.take("容缺审核", item.name)
    desk.reads("最长 10 个工作日", "弃土弃渣综合利用或者存放协议", "待部门审核")
    desk.fill("几个工作日内补齐", "5")
    desk.press("同意并出具通知书")
    desk.reads("通知书已出具", "2026年11月13日")
    live.everybody_leaves()
    counter = live.sits(
        live.county.people["window", "government_services"].person, "2026-11-06 11:00", "deficient-sign"
    )
    counter.go("/staff/deficient/")
    counter.follow(item.name)
    counter.fill("承诺人（签字的人）", "马晓云")
    counter.page.get_by_label("签署后的通知书扫描件").set_input_files(material("容缺受理通知书"))
    counter.press("受理")
    counter.reads("已受理，容缺期限开始", "容缺办理，待补齐")
    live.everybody_leaves()
    worked_meanwhile_and_filled(live, company, item, row)


def published(live: Live, item: MapItem) -> None:
    desk = live.official("approver", "2026-11-05 16:00", "deficient-publish", SOIL)
    desk.go("/staff/deficient/")
    desk.follow("公布容缺材料和时限")
    desk.follow(item.name)
    desk.tick("弃土弃渣综合利用或者存放协议")
    desk.fill("最长几个工作日", "10")
    desk.fill("依据", "局务会议纪要〔2026〕3号")
    desk.press("公布")
    desk.reads("已公布", "10 个工作日")
    citizen = live.anybody("2026-11-05 17:00", "deficient-guide", PHONE)
    citizen.go(f"/guides/{item.matter_id}/")
    citizen.reads("容缺受理", "最长 10 个工作日", "弃土弃渣综合利用或者存放协议")
    live.everybody_leaves()


def at_the_window(live: Live, company: Company, item: MapItem) -> None:
    owner = live.sits(company.person, "2026-11-06 08:40", "deficient-told", PHONE)
    owner.go(f"/items/{item.pk}/")
    owner.follow("次要材料不齐？看能不能容缺受理")
    owner.reads("容缺受理只在综合窗口办理", "弃土弃渣综合利用或者存放协议")
    visit = open_visit(
        actor=clerk(live.county),
        unit_id=company.unit.pk,
        visitor="马晓云",
        identity_kind="resident",
        identity_number="622927199001011236",
        authority="legal",
        purpose="容缺受理",
        at=at("2026-11-06 09:00"),
    )
    live.let_in()
    counter = live.sits(
        live.county.people["window", "government_services"].person, "2026-11-06 09:10", "deficient-apply"
    )
    counter.go(f"/act-as/?hat={visit.via}")
    counter.press("继续")
    counter.go(f"/items/{item.pk}/deficient/")
    for number, row in enumerate(item.materials):
        if row["id"] != "spoil_agreement":
            group = counter.page.get_by_role("group", name=row["name"])
            group.get_by_label("上传新文件").set_input_files(material(f"容缺{number}"))
    counter.fill("项目基本概况及进展情况", "报告书已编制完成，弃土场协议正在签订。")
    counter.fill("联系电话", "13900000001")
    counter.press("提交容缺受理申请", 422)
    counter.reads("请确认所交材料不涉及国家秘密")
    counter.tick("所交材料不涉及国家秘密")
    for number, row in enumerate(item.materials):
        if row["id"] != "spoil_agreement":
            group = counter.page.get_by_role("group", name=row["name"])
            if not group.get_by_role("checkbox", checked=True).count():
                group.get_by_label("上传新文件").set_input_files(material(f"容缺{number}"))
    counter.press("提交容缺受理申请")
    counter.reads("容缺受理申请已提交", "待部门审核")
    live.everybody_leaves()


def worked_meanwhile_and_filled(live: Live, company: Company, item: MapItem, row: DeficientAcceptance) -> None:
    desk = live.official("approver", "2026-11-09 10:00", "deficient-only-gap", SOIL)
    desk.go(f"/staff/deficient/{row.pk}/")
    desk.fill("审查情况", "审查已毕，只差协议。")
    desk.press("暂停我的计时")
    desk.reads("计时已暂停")
    owner = live.sits(company.person, "2026-11-11 20:00", "deficient-fill", PHONE)
    owner.go(f"/items/{item.pk}/")
    owner.reads("容缺", "补齐的期限", "2026年11月13日")
    owner.follow("补齐材料", exact=True)
    owner.page.get_by_label("上传新文件").set_input_files(material("弃土协议"))
    owner.press("提交补齐的材料")
    owner.reads("容缺材料已补齐")
    desk.travel("2026-11-12 10:00")
    desk.take(item.name)
    desk.choose("决定", "准予许可")
    desk.fill("决定书文号", "积水保许〔2026〕7号")
    desk.press("作出决定")
    desk.reads("已准予许可")
    assert MapItem.objects.get(pk=item.pk).present.deficient
    live.everybody_leaves()


def test_what_is_not_filled_in_time_is_given_back_by_the_clock(live: Live) -> None:
    company = live.company("甘肃保安腰刀文旅有限公司", "77")
    item = item_of(guided(live.county, company))
    signed(live.county, company, item)
    live.let_in()
    owner = live.sits(company.person, "2026-11-16 09:00", "deficient-late", PHONE)
    owner.go(f"/items/{item.pk}/deficient/supply/")
    owner.page.get_by_label("上传新文件").set_input_files(material("迟到的协议"))
    owner.press("提交补齐的材料", 422)
    owner.reads("视为放弃申请，作退件处理", "可以补齐材料后重新申报")
    tick(at("2026-11-16 09:05"))
    owner.go(f"/items/{item.pk}/")
    owner.reads("可以", "逾期未补，视为放弃")
    live.everybody_leaves()
