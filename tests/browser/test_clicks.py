"""How many clicks the commonest work of each role takes, from home: on a desk, with a thumb, and without a script.

A click turns a page or opens a part of one; answers (typed, ticked, chosen) are not counted. Every page passed is
looked at by axe.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from django.db import connections

from tests.apps.county import Company, new_company
from tests.apps.points import propose
from tests.apps.test_onemap import filed, guided
from tests.apps.test_onemap import hand_in as handed_in
from tests.browser.live import DESKTOP, PHONE, AtTheBrowser, Live, at, closing_time, live
from tests.browser.walking import begin_filing, fill_filing, hand_in
from yinuo.core.codes import make_credit_code
from yinuo.engine.base import Actor
from yinuo.engine.rules import pack
from yinuo.rooms.commitments.actions import commit, raise_objection
from yinuo.rooms.commitments.models import Commitment
from yinuo.rooms.credit.actions import consent
from yinuo.rooms.onemap.actions import accept, confirm_review, pause_item
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project

__all__ = ["closing_time", "live"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

SOIL, PERMIT = "生产建设项目水土保持方案审批", "建设工程规划许可证核发"
NOON, LATE = "2026-11-06 12:00", "2026-12-21 10:00"
SIZES = {"desk": DESKTOP, "phone": PHONE, "plain": DESKTOP}


@dataclass
class Street:
    """One company with a project whose map stands, made anew for each test; windows of one size, those called plain
    without a script.
    """

    live: Live
    company: Company
    project: Project
    size: str

    def item(self, name: str = SOIL) -> MapItem:
        return MapItem.objects.select_related("department").get(project=self.project, name=name)

    def owner(self, moment: str = NOON) -> AtTheBrowser:
        desk = self.live.sits(self.company.person, moment, f"clicks-{self.size}-unit", SIZES[self.size])
        desk.begin("/projects/")
        return desk

    def official(self, role: str, moment: str = NOON, department: str = "", stage: str = "") -> AtTheBrowser:
        office = department or "development_reform"
        desk = self.live.official(
            role, moment, f"clicks-{self.size}-{role}", office, stage=stage, size=SIZES[self.size]
        )
        desk.begin("/staff/")
        return desk

    def citizen(self, moment: str = NOON) -> AtTheBrowser:
        desk = self.live.anybody(moment, f"clicks-{self.size}-citizen", SIZES[self.size])
        desk.begin("/")
        return desk

    # -- what has happened before

    def received(self) -> MapItem:
        handed_in(self.company, self.item(), at("2026-11-06 09:00"))
        return self.item()

    def accepted(self) -> MapItem:
        item = self.received()
        accept(
            actor=self.live.county.actor("approver", item.department.key), item_id=item.pk, at=at("2026-11-06 10:00")
        )
        return self.item()

    def promised(self) -> Commitment:
        item = self.item(PERMIT)
        standard = pack().matters[item.matter_id].standard_at(at(NOON).date())
        assert standard is not None

        def sign() -> Commitment:
            try:
                return commit(
                    actor=self.company.actor,
                    item_id=item.pk,
                    standard_version=standard.version,
                    at=at("2026-11-06 10:00"),
                )
            finally:
                connections.close_all()

        # Signing runs an event loop of its own, and this thread has the browser's.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(sign).result()


@pytest.fixture(params=sorted(SIZES))
def street(live: Live, request: pytest.FixtureRequest) -> Street:
    live.script = request.param != "plain"
    count = Project.objects.count()
    company = new_company(f"积石山第{count}农业有限公司", code=make_credit_code("622927", f"{count:08d}"))
    live.let_in()
    return Street(live, company, guided(live.county, company, name=f"第{count}号加工项目"), request.param)


# -- the company


def test_a_project_is_filed_with_fourteen_clicks(street: Street) -> None:
    desk = street.owner()
    begin_filing(desk)
    fill_filing(desk, project={"项目名称": f"{street.project.name}二期"})
    desk.tick("本单位作出上述备案信用承诺")
    desk.press("提交备案")
    desk.reads("备案成功")
    assert desk.clicks <= 14


def test_materials_are_handed_in_with_four_clicks(street: Street) -> None:
    desk = street.owner()
    desk.follow("看一张图")
    desk.follow(SOIL, exact=True)
    desk.follow("去申报")
    hand_in(desk)
    desk.reads("已收到材料，回执编号")
    assert desk.clicks <= 4


def test_a_matter_is_promised_with_four_clicks(street: Street) -> None:
    desk = street.owner()
    desk.follow("看一张图")
    desk.follow(PERMIT, exact=True)
    desk.follow("去承诺")
    desk.tick("已经读过承诺书")
    desk.press("签署并公示")
    desk.reads("正在公示")
    assert desk.clicks <= 4


def test_what_is_due_next_stands_on_the_companys_home(street: Street) -> None:
    street.accepted()
    desk = street.owner()
    desk.reads("部门最近的期限", SOIL)
    assert desk.clicks == 0


def test_the_start_of_building_is_reported_with_four_clicks(street: Street) -> None:
    desk = street.owner("2026-11-24 17:00")
    desk.follow(street.project.name)
    desk.follow("报送建设信息")
    desk.follow("开工建设", exact=True)
    desk.press("报送")
    desk.reads("已报送开工建设信息")
    assert desk.clicks <= 4


# -- the approver


def test_an_application_is_accepted_with_two_clicks(street: Street) -> None:
    item = street.received()
    desk = street.official("approver", department=item.department.key)
    desk.pick(SOIL, street.project.name)
    desk.press("受理")
    desk.reads("已受理")
    assert desk.clicks <= 2


def test_what_is_missing_is_asked_for_with_three_clicks(street: Street) -> None:
    item = street.received()
    desk = street.official("approver", department=item.department.key)
    desk.pick(SOIL, street.project.name)
    desk.unfold("退回（一次性告知）")
    desk.page.get_by_label("情形").first.select_option(index=1)
    desk.page.get_by_label("哪份材料", exact=True).first.select_option(index=1)
    desk.page.get_by_label("应当怎样补正").first.fill("补交盖章的红线图")
    desk.page.get_by_label("退回的理由").first.fill("缺少红线图")
    desk.press("退回并一次性告知", within=desk.forms("退回并一次性告知").first)
    assert street.item().state == "incomplete"
    assert desk.clicks <= 3


def test_a_decision_takes_two_clicks(street: Street) -> None:
    item = street.accepted()
    desk = street.official("approver", department=item.department.key)
    desk.pick(SOIL, street.project.name)
    desk.choose("决定", "准予许可")
    desk.fill("决定书文号", f"积水保〔2026〕{item.pk}号")
    desk.press("作出决定")
    desk.reads("已准予许可")
    assert desk.clicks <= 2


def test_guidance_is_answered_with_two_clicks(street: Street) -> None:
    project = filed(street.live.county, street.company, name=f"{street.project.name}三期")
    confirm_review(actor=street.live.county.actor("approver"), project_id=project.pk, at=at("2026-11-06 09:00"))
    desk = street.official("approver", department="natural_resources")
    desk.pick(project.name, "辅导")
    for question in desk.page.get_by_role("group", name="是否需要办理").all():
        if not question.get_by_role("radio", checked=True).count():
            question.get_by_label("不需要", exact=True).check()
    desk.press("反馈")
    desk.reads("意见已反馈")
    assert desk.clicks <= 2


def test_a_clock_is_paused_with_three_clicks(street: Street) -> None:
    item = street.accepted()
    desk = street.official("approver", department=item.department.key)
    desk.pick(SOIL, street.project.name)
    desk.unfold("暂停计时")
    desk.fill("暂停的事由", "专家评审")
    desk.fill("具体情况", "组织专家评审水土保持方案", desk.form("暂停计时"))
    desk.press("暂停计时")
    desk.reads("已暂停计时")
    assert desk.clicks <= 3


def test_a_clock_runs_again_with_two_clicks(street: Street) -> None:
    item = street.accepted()
    handler = street.live.county.actor("approver", item.department.key)
    pause_item(actor=handler, item_id=item.pk, reason="expert_review", note="评审", at=at("2026-11-06 11:00"))
    desk = street.official("approver", department=item.department.key)
    desk.pick(SOIL, street.project.name)
    desk.press("恢复计时")
    desk.reads("已恢复计时")
    assert desk.clicks <= 2


# -- who watches, calls together, consents


def test_the_general_convener_sees_the_hall_with_one_click_and_a_red_light_with_two(street: Street) -> None:
    street.accepted()
    desk = street.official("general_convener", LATE)
    desk.follow("大厅一览")
    desk.reads("各部门的灯")
    assert desk.clicks == 1
    desk.pick("超期", SOIL, street.project.name)
    desk.reads("启动协调")
    assert desk.clicks == 2


def test_the_general_convener_carries_out_points_with_three_clicks(street: Street) -> None:
    made = propose(
        street.live.county,
        street.company,
        project_code=street.project.code or "",
        project_id=street.project.pk,
        at=at(NOON),
    )
    consent(actor=street.live.county.actor("principal"), proposal_id=made.pk, note="同意", at=at(NOON))
    desk = street.official("general_convener", "2026-11-06 14:40")
    desk.follow("信用", exact=True)
    desk.follow(street.company.unit.name)
    desk.press("执行")
    desk.reads("已执行")
    assert desk.clicks <= 3


def test_the_stage_convener_sees_the_stage_with_one_click_and_a_projects_map_with_four(street: Street) -> None:
    desk = street.official("stage_convener", department="housing", stage="construction_permit")
    desk.follow("大厅一览")
    assert desk.clicks == 1
    desk.follow("项目", exact=True)
    desk.follow(street.project.name)
    desk.follow("一张图")
    desk.reads(SOIL)
    assert desk.clicks <= 4


def test_the_supervisor_sees_every_departments_lights_with_one_click(street: Street) -> None:
    desk = street.official("supervisor")
    desk.follow("大厅一览")
    desk.reads("各部门的灯")
    assert desk.clicks == 1


def test_the_principal_consents_with_three_clicks(street: Street) -> None:
    propose(
        street.live.county,
        street.company,
        project_code=street.project.code or "",
        project_id=street.project.pk,
        at=at(NOON),
    )
    desk = street.official("principal", "2026-11-06 14:40")
    desk.follow("信用", exact=True)
    desk.follow(street.company.unit.name)
    desk.press("同意")
    desk.reads("已同意，转总召集人执行")
    assert desk.clicks <= 3


# -- anybody


def test_a_certificate_is_verified_with_two_clicks(street: Street) -> None:
    desk = street.citizen()
    desk.follow("核验备案证")
    desk.page.get_by_role("textbox").first.fill(str(street.project.code))
    desk.press("核验")
    desk.reads("真实有效", street.project.name)
    assert desk.clicks <= 2


def test_a_guide_is_found_with_two_clicks(street: Street) -> None:
    desk = street.citizen()
    desk.follow("办事指南")
    desk.follow(SOIL)
    desk.reads("能不能承诺")
    assert desk.clicks <= 2


def test_an_objection_is_made_with_three_clicks(street: Street) -> None:
    street.promised()
    desk = street.citizen()
    desk.follow("查公示、提异议")
    notice = desk.page.locator("tr, li").filter(has_text=street.project.name).first
    desk.onward(lambda: notice.get_by_role("link").first.click())
    desk.fill("异议内容", "退界不足，影响我家采光。")
    desk.press("提交异议")
    desk.reads("请记下回执编号")
    assert desk.clicks <= 3


def test_a_receipt_is_looked_up_with_one_click(street: Street) -> None:
    objection = raise_objection(
        actor=Actor.public(), commitment_id=street.promised().pk, text="退界不足。", at=at(NOON)
    )
    desk = street.citizen()
    desk.page.get_by_label("名称、项目代码、信用代码或者回执编号").fill(objection.receipt_no)
    desk.press("查一查")
    desk.reads(objection.receipt_no)
    assert desk.clicks == 1


def test_what_a_project_needs_is_told_with_two_clicks(street: Street) -> None:
    desk = street.citizen()
    desk.fill("我的项目要办什么？", "有机肥加工 40 亩")
    desk.press("看一看")
    desk.press("直接看结果")
    desk.reads("要办")
    assert desk.clicks <= 2
