"""模拟审批 through the pages: told to come, registered, agreed, distributed, handed in over the counter, approved in
mock, converted.
"""

from __future__ import annotations

import pytest

from tests.apps.county import Company
from tests.apps.mocking import MATTERS, project_of
from tests.browser.live import PHONE, AtTheBrowser, Live, closing_time, live
from tests.browser.walking import material
from yinuo.rooms.mock.models import MockApplication
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project

__all__ = ["closing_time", "live"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
PERMIT, SCHEME = MATTERS
YES = ("符合国土空间规划", "在城市和村庄、集镇建设用地范围内", "承诺自行承担费用")


def window(live: Live, when: str, **options: object) -> AtTheBrowser:
    return live.official(
        "window", when, f"mock-{when[5:13].replace(' ', '-')}-window", "government_services", **options
    )


def test_a_project_is_approved_in_mock_and_its_documents_become_formal_ones(live: Live) -> None:
    company = live.company("积石山绿源有机肥有限公司", "86")
    project = project_of(live.county, company)
    told(live, company, project)
    registered(live, project)
    agreed(live)
    distributed(live)
    approved(live)
    warned(live, company, project)
    converted(live, company)


def told(live: Live, company: Company, project: Project) -> None:
    """On the unit's own page: why not here, where, with what; what is still to be known."""
    desk = live.sits(company.person, "2026-11-09 08:30", "mock-08-unit", PHONE)
    desk.go(f"/projects/{project.pk}/")
    desk.follow("模拟审批")
    desk.reads("只在线下操作", "综合窗口", "申请表（附件4-1）", "还要知道：社会稳定风险评估结果")


def registered(live: Live, project: Project) -> None:
    desk = window(live, "2026-11-09 09:00")
    desk.go("/staff/mock/")
    desk.fill("登记申请：项目代码或者名称", project.code or "")
    desk.press("查找项目")
    desk.follow(project.name)
    for name in ("建设用地规划许可证核发", "建设工程规划许可证核发"):
        desk.tick(name)
    for question in YES:
        desk.choose(question, "是")
    desk.choose("已办理用地手续", "否")
    for label, value in (("耕地占用地的比例", "0.2"), ("联系人一", "马晓云"), ("联系人一电话", "13900000001")):
        desk.fill(label, value)
    for label, value in (("联系人二", "韩志强"), ("联系人二电话", "13900000002")):
        desk.fill(label, value)
    for label, value in (
        ("项目基本概况及进展情况", "正在勘察设计"),
        ("项目用地基本情况", "已列入年度供地计划"),
        ("土地预计取得时间", "2027-02-01"),
    ):
        desk.fill(label, value)
    desk.press("登记", expect=422)
    desk.reads("请问清并填写：社会稳定风险评估结果")
    desk.fill("社会稳定风险评估结果", "低风险")
    desk.press("登记")
    desk.reads("已登记", "留存盖章的申请表和承诺书")
    for name in ("申请表（附件4-1）扫描件", "承诺书（附件4-2）扫描件"):
        desk.page.get_by_label(name).set_input_files(material(name))
    desk.press("留存并征求意见")
    desk.reads("等两个部门的意见")


def agreed(live: Live) -> None:
    application = MockApplication.objects.get()
    for department, clock in (("natural_resources", "10:00"), ("market_regulation", "11:00")):
        desk = live.official(
            "approver", f"2026-11-10 {clock}", f"mock-{clock[:2]}-{department}", department, size=PHONE
        )
        desk.go(f"/staff/mock/{application.pk}/")
        desk.choose("意见", "同意列入模拟审批")
        desk.fill("意见内容", "符合条件，同意")
        desk.press("提出意见")
        desk.reads("意见已提出")


def distributed(live: Live) -> None:
    desk = window(live, "2026-11-10 15:00")
    desk.go("/staff/mock/")
    desk.follow(MockApplication.objects.get().project.name)
    desk.press("分发")
    desk.reads("模拟审批〔2026〕1号", "工程不得开工建设")


def approved(live: Live) -> None:
    """Each matter over the counter, and its department's answer without force."""
    application = MockApplication.objects.get()
    for day, matter in ((11, PERMIT), (12, SCHEME)):
        item = MapItem.objects.select_related("department").get(project=application.project, matter_id=matter)
        desk = window(live, f"2026-11-{day} 09:00")
        desk.go(f"/staff/mock/{application.pk}/items/{item.pk}/")
        for n, _ in enumerate(item.materials):
            desk.page.locator(f"#id_scan{n}").set_input_files(material(f"{matter}{n}"))
        desk.press("收件")
        desk.reads("已收件，回执编号")
        desk = live.official("approver", f"2026-11-{day} 15:00", f"mock-{day}-approver", item.department.key)
        desk.go(f"/staff/items/{item.pk}/")
        desk.press("受理")
        desk.choose("决定", "准予许可")
        desk.fill("决定书文号", f"模{day}号")
        desk.press("出具模拟审批意见")
        desk.reads("已模拟通过")


def warned(live: Live, company: Company, project: Project) -> None:
    desk = live.sits(company.person, "2026-11-13 08:30", "mock-13-unit", PHONE)
    desk.go(f"/projects/{project.pk}/map/")
    desk.reads("工程不得开工建设", "模拟通过")
    desk.follow("看模拟审批")
    desk.reads("模拟审批〔2026〕1号", "有效期至")


def converted(live: Live, company: Company) -> None:
    application = MockApplication.objects.get()
    desk = window(live, "2027-02-01 09:00", size=PHONE)
    desk.go(f"/staff/mock/{application.pk}/")
    desk.page.get_by_text("登记土地手续，进入文件转换").first.click()
    desk.choose("土地手续", "土地出让合同")
    desk.fill("合同或者决定书编号", "出让〔2027〕3号")
    desk.fill("签订或者决定日期", "2027-02-01")
    desk.page.get_by_label("扫描件").set_input_files(material("合同"))
    for question in ("技术标准、建设规模", "规划方案是否调整", "技术标准、规范是否发生变更", "其他不符合法律"):
        desk.choose(question, "否")
    desk.press("登记", within=desk.page.locator("#act-land"))
    desk.reads("各部门正在作出正式批复")
    for clock, matter in (("10:00", PERMIT), ("11:00", SCHEME)):
        item = MapItem.objects.select_related("department").get(project=application.project, matter_id=matter)
        desk = live.official("approver", f"2027-02-01 {clock}", f"mock-{clock[:2]}-formal", item.department.key)
        desk.go(f"/staff/items/{item.pk}/")
        desk.choose("决定", "准予许可")
        desk.fill("决定书文号", f"正{clock[:2]}号")
        desk.press("作出正式批复")
    application.refresh_from_db()
    assert application.state == "converted"
    desk = live.sits(company.person, "2027-02-01 15:00", "mock-02-unit", PHONE)
    desk.go(f"/projects/{application.project_id}/mock/")
    desk.reads("已转为正式审批", "2027年2月1日")
