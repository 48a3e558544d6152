"""What is refused and how it is told, and one day of each role in the hall: their home, their pages, and one that is
not theirs.

All of it with scripts, and all of it without.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.apps.county import Company
from tests.apps.points import propose
from tests.apps.test_onemap import filed, guided, hand_in
from tests.browser.live import DESKTOP, PATIENCE, PHONE, AtTheBrowser, Live, at, closing_time, live
from tests.browser.walking import begin_filing, fill_filing
from yinuo.engine.people.models import AuthorisedPerson
from yinuo.rooms.credit.models import PointProposal
from yinuo.rooms.onemap.actions import accept
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Draft, Project

__all__ = ["closing_time", "live"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

EIA = "建设项目环境影响报告表审批（州县级）"
SOIL = "生产建设项目水土保持方案审批"
NOW, LATE = "2026-11-12 10:00", "2026-12-21 10:00"


@dataclass
class Town:
    """A project under way: one matter accepted, points proposed, somebody waiting to be confirmed."""

    live: Live
    company: Company
    project: Project
    item: MapItem
    proposal: PointProposal

    def official(
        self, role: str, moment: str = NOW, department: str = "development_reform", stage: str = ""
    ) -> AtTheBrowser:
        return self.live.official(role, moment, f"desk-{role}", department, stage=stage)


@pytest.fixture(scope="module", params=[True, False], ids=["script", "plain"], autouse=True)
def script(live: Live, request: pytest.FixtureRequest) -> bool:
    live.script = request.param
    return live.script


@pytest.fixture(scope="module")
def town(live: Live, script: bool) -> Town:
    county, company = live.county, live.company("甘肃保安腰刀文旅有限公司", "82")
    project = guided(county, company, name="大河家镇乡村旅游接待中心" if script else "大河家镇民宿改造")
    item = MapItem.objects.select_related("department").get(project=project, name=SOIL)
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=county.actor("approver", item.department.key), item_id=item.pk, at=at("2026-11-06 15:00"))
    proposal = propose(
        county, company, project_code=project.code or "", project_id=project.pk, at=at("2026-11-10 12:00")
    )
    return Town(live, company, project, item, proposal)


# -- refused


def test_a_secret_project_is_turned_away_before_anything_is_kept(live: Live) -> None:
    company = live.company("积石山国防工程有限公司")
    desk = live.sits(company.person, NOW, "refused-secret")
    desk.go("/filing/")
    desk.press("继续")
    desk.reads("先选择是否涉及国家秘密")
    desk.choose("涉及国家秘密", "涉及，或者拿不准")
    desk.press("继续")
    desk.reads("涉密项目不能在这里办理", "当面办理", "附件7·第二条")
    assert not Draft.objects.filter(unit=company.unit).exists()


def test_a_company_in_the_red_is_told_by_which_rule_its_filing_is_held(live: Live) -> None:
    company = live.company("积石山红崖建材有限公司", "45")
    desk = live.sits(company.person, NOW, "refused-red")
    begin_filing(desk)
    fill_filing(desk, project={"项目名称": "红崖机制砂石项目"})
    desk.reads("这个项目不能秒批，提交后转人工办理", "D", "附件2")
    desk.tick("本单位作出上述备案信用承诺")
    desk.press("提交备案")
    desk.reads("已收到，转人工办理", "没有即时备案，是因为", "附件2")
    assert Project.objects.get(unit=company.unit).state == "manual"


def test_nobody_sees_what_is_anothers(town: Town) -> None:
    live = town.live
    stranger = live.sits(live.company("临夏另一家有限公司").person, NOW, "refused-stranger")
    for path in (f"/projects/{town.project.pk}/", f"/projects/{town.project.pk}/map/", f"/items/{town.item.pk}/"):
        stranger.go(path, expect=403)
        stranger.reads("只能查看本单位的项目")
        stranger.not_said(town.project.name)
    stranger.go("/staff/", expect=403)
    stranger.reads("供审批和管理人员使用")
    official = town.official("approver")
    official.go("/projects/", expect=403)
    official.reads("供项目单位使用")
    official.go("/staff/projects/999999/", expect=404)


def test_of_two_windows_the_second_is_told_and_loses_nothing_typed(town: Town) -> None:
    reviewed = filed(town.live.county, town.company, name="大河家镇游客服务站")
    desk = town.official("approver")
    first, second = desk.page, desk.window()
    desk.go(f"/staff/projects/{reviewed.pk}/review/")
    desk.page = second
    desk.go(f"/staff/projects/{reviewed.pk}/review/")
    desk.fill("存在的具体问题", "建设地点与图纸不符，请核实后重新申报。")
    desk.fill("撤回的情形", "信息")
    desk.page = first
    desk.press("复核确认")
    desk.reads("已复核确认")
    desk.page = second
    desk.press("撤回备案", expect=422)
    desk.reads("改动")
    assert desk.page.get_by_label("存在的具体问题").input_value() == "建设地点与图纸不符，请核实后重新申报。"
    reviewed.refresh_from_db()
    assert reviewed.state == "confirmed"


def test_what_was_typed_for_a_matter_decided_meanwhile_can_still_be_read(town: Town) -> None:
    project = guided(town.live.county, town.company, name="大河家镇停车场")
    item = MapItem.objects.select_related("department").get(project=project, name=SOIL)
    hand_in(town.company, item, at("2026-11-06 09:00"))
    accept(actor=town.live.county.actor("approver", item.department.key), item_id=item.pk, at=at("2026-11-06 15:00"))
    desk = town.official("approver", department=item.department.key)
    first, second = desk.page, desk.window()
    theirs, own = (f"积水保〔2026〕{project.pk}{place}号" for place in (1, 2))
    for window, number in ((second, own), (first, theirs)):
        desk.page = window
        desk.go(f"/staff/items/{item.pk}/")
        desk.choose("决定", "准予许可")
        desk.fill("决定书文号", number)
        desk.fill("决定的内容或者理由", f"按{number}执行，注意弃渣。")
    desk.press("作出决定")
    desk.reads("已准予许可")
    desk.page = second
    desk.press("作出决定", expect=422)
    desk.reads("现在不能这样办理", "您刚才填写的内容", f"按{own}执行，注意弃渣。")
    item.refresh_from_db()
    assert item.present.document_number == theirs


def test_a_double_click_files_once(live: Live) -> None:
    company = live.company("积石山双击农业有限公司")
    desk = live.sits(company.person, NOW, "refused-twice")
    begin_filing(desk)
    fill_filing(desk, project={"项目名称": "设施农业加工项目"})
    desk.tick("本单位作出上述备案信用承诺")
    desk.page.get_by_role("button", name="提交备案").dblclick()
    # The second click breaks off the first one's way; where it ends is what counts.
    expect(desk.page).to_have_url(re.compile("/done/$"), timeout=PATIENCE)
    desk.look()
    desk.reads("备案成功")
    assert Project.objects.filter(unit=company.unit).count() == 1


# -- a day of each role


def test_the_supervisor_sees_the_hall_and_writes_down_what_is_wrong(town: Town) -> None:
    desk = town.official("supervisor")
    desk.go("/staff/")
    desk.follow("大厅一览")
    desk.reads("各部门的灯")
    desk.go(f"/staff/items/{town.item.pk}/")
    desk.not_said("作出决定")
    desk.unfold("记录发现的问题")
    desk.fill("发现的问题", "现场没有公示总平面图。")
    desk.press("记录问题")
    desk.reads("已记录发现的问题", "现场没有公示总平面图。")
    desk.go("/staff/people/", expect=403)
    desk.reads("您当前的角色不能使用这个页面")


def test_the_stage_convener_sees_the_stage(town: Town) -> None:
    desk = town.official("stage_convener", department="housing", stage="construction_permit")
    desk.go("/staff/")
    desk.follow("大厅一览")
    desk.go("/staff/projects/")
    desk.follow(town.project.name)
    desk.follow("一张图")
    desk.reads(SOIL)
    desk.go("/staff/people/", expect=403)


def test_the_general_convener_calls_together_over_a_red_light(town: Town) -> None:
    desk = town.official("general_convener", LATE)
    desk.go("/staff/")
    desk.follow("大厅一览")
    desk.reads("超期，需要协调")
    desk.pick("超期 14", SOIL, town.project.name)
    desk.press("启动协调", expect=422)
    desk.reads("选择催办的人员")
    desk.page.get_by_role("group", name="催办的人员").get_by_role("checkbox").first.check()
    desk.fill("协调的意见", "本周内组织现场踏勘并作出决定。")
    desk.press("启动协调")
    desk.reads("已启动协调", "红灯协调")
    desk.go("/staff/people/")
    desk.reads("人员与分工", "指定事项办理人")
    desk.go("/staff/credit/propose/", expect=403)


def test_the_principal_consents_to_points_or_says_why_not(town: Town) -> None:
    desk = town.official("principal")
    desk.go("/staff/")
    desk.go("/staff/credit/")
    desk.follow(town.company.unit.name)
    desk.reads("82 分", "执行后")
    desk.press("不同意", expect=422)
    desk.reads("写明不同意的理由")
    desk.fill("不同意的理由", "证据不足，请补充执法文书。")
    desk.press("不同意")
    desk.reads("已记录不同意，分值不变")
    desk.go("/staff/hall/", expect=403)


def test_a_department_moves_the_end_of_its_promise_forward(live: Live, script: bool) -> None:
    desk = live.official("principal", NOW, "desk-offers", "ecology", size=DESKTOP if script else PHONE)
    desk.go("/staff/offers/")
    desk.reads("承诺事项", "已开办")
    desk.follow(EIA)
    desk.press("公布", expect=422)
    desk.reads("选择开办或者停办", "写明依据")
    for day in ("2027-01-01", "2026-12-01"):
        desk.choose("从生效日期起", "停办承诺")
        desk.fill("生效日期", day)
        desk.fill("依据", "县生态环境局公告" if script else "县生态环境局公告〔2026〕2号")
        desk.press("公布")
    desk.reads("已公布：2026年12月1日起停办承诺", "已安排", "已被代替")
    desk.go("/staff/offers/")
    desk.reads("2026年12月1日起停办承诺")
    desk.go("/staff/deficient/tolerances/")


def test_comprehensive_management_reads_and_decides_nothing(town: Town) -> None:
    desk = town.official("comprehensive")
    desk.go("/staff/")
    desk.follow("大厅一览")
    desk.go(f"/staff/projects/{town.project.pk}/")
    desk.reads("规则怎样判断")
    desk.go(f"/staff/units/{town.company.unit.pk}/credit/")
    desk.reads(town.company.unit.name)
    desk.go("/staff/people/", expect=403)


def test_the_administrator_gives_roles_and_confirms_whom_companies_send(town: Town) -> None:
    company = town.live.company("积石山待确认有限公司")
    AuthorisedPerson.objects.filter(pk=company.binding.pk).update(confirmed_at=None, may_sign=False)
    desk = town.official("administrator")
    desk.go("/staff/")
    desk.follow("人员与分工")
    desk.reads("等待确认的经办人", company.person.name)
    desk.press("确认绑定", within=desk.forms("确认绑定").first)
    desk.not_said("等待确认的经办人")
    desk.press("授予", expect=422)
    desk.reads("选择角色")
    desk.go("/staff/delegation/")
    desk.go("/staff/credit/propose/", expect=403)


def test_somebody_with_two_hats_chooses_one_and_may_change(town: Town) -> None:
    live = town.live
    company = live.company("积石山两顶帽子有限公司")
    hat = live.county.add("supervisor", "housing")
    live.let_in()
    AuthorisedPerson.objects.filter(pk=company.binding.pk).update(person=hat.person)
    desk = live.sits(hat.person, NOW, "hats")
    desk.go("/accounts/login/")
    desk.reads("您要以哪个身份办事？")
    desk.choose("身份", company.unit.name)
    desk.press("继续")
    desk.reads("我的项目", company.unit.name)
    desk.page.locator(".me summary").click()
    desk.follow(f"切换：{hat.department.short_name}")
    desk.press("继续")
    desk.reads("待办")
