"""代办服务 through the pages: the body and its agent, asked for, agreed, served, acted in the unit's name, confirmed,
given back, reviewed.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests.apps.county import Company
from tests.apps.test_onemap import guided
from tests.browser.live import PHONE, AtTheBrowser, Live, at, closing_time, live
from tests.browser.walking import material
from yinuo.engine.people.models import Membership
from yinuo.engine.trail.models import Entry
from yinuo.rooms.agency.models import AgencyRequest, Agreement, Package, ServiceEntry
from yinuo.rooms.onemap.models import Submission
from yinuo.rooms.projects.models import Project

__all__ = ["closing_time", "live"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
DAY, BODY = "2026-11-06", "积石山县代办服务中心"


def head(live: Live, clock: str) -> AtTheBrowser:
    return live.official("general_convener", f"{DAY} {clock}", f"agency-{clock[:2]}-head")


def agent(live: Live, clock: str, **options: object) -> AtTheBrowser:
    return live.official("agent", f"{DAY} {clock}", f"agency-{clock[:2]}-agent", "government_services", **options)


def owner(live: Live, company: Company, clock: str, size: tuple[int, int] = PHONE) -> AtTheBrowser:
    return live.sits(company.person, f"{DAY} {clock}", f"agency-{clock[:2]}-unit", size)


def test_a_company_is_served_from_its_application_to_its_review(live: Live) -> None:
    company = live.company("积石山绿源有机肥有限公司", "86")
    project = guided(live.county, company)
    staffed(live)
    asked(live, company, project)
    answered(live, project)
    signed(live, company, project)
    served(live, project)
    acted(live, company, project)
    finished(live, company, project)


def staffed(live: Live) -> None:
    """A body, and the agent whose telephone everybody can read."""
    person = live.county.person("agent", "government_services")
    desk = head(live, "08:40")
    desk.go("/staff/agency/bodies/")
    desk.reads("还没有代办服务机构")
    form = desk.form("设立")
    for label, value in (
        ("层级", "县级"),
        ("名称", BODY),
        ("窗口地址", "政务服务大厅一楼 12 号窗口"),
        ("联系电话", "0930-7721212"),
    ):
        desk.fill(label, value, form)
    desk.press("设立", within=form)
    form = desk.form("登记")
    for label, value in (("机构", BODY), ("人员", person.name), ("服务电话", "0930-7721213")):
        desk.fill(label, value, form)
    desk.press("登记", within=form)
    desk.reads("已登记代办员", person.name)
    citizen = live.anybody(f"{DAY} 08:50", "agency-08-anybody", PHONE)
    citizen.go("/agency/")
    citizen.reads("一律实行免费代办服务", BODY, "0930-7721213", "不予提供代办服务")
    live.everybody_leaves()


def asked(live: Live, company: Company, project: Project) -> None:
    desk = owner(live, company, "09:10")
    desk.go(f"/projects/{project.pk}/agency/")
    desk.reads("还没有申请代办服务")
    desk.follow("申请代办服务")
    desk.press("提交申请")
    desk.reads("选择需要的服务")
    for name in ("咨询", "指导", "协调", "代办"):
        desk.page.get_by_label(f"{name}：").check()
    for label, value in (
        ("项目负责人", "马晓云"),
        ("项目负责人电话", "13900000001"),
        ("经办人", "张丽"),
        ("经办人电话", "13900000002"),
    ):
        desk.fill(label, value)
    desk.press("提交申请")
    desk.reads("等代办服务机构答复", BODY)
    live.everybody_leaves()


def answered(live: Live, project: Project) -> None:
    desk = head(live, "09:30")
    desk.take("代办申请", project.name)
    desk.reads("是企业投资建设项目", "没有被省社会信用信息平台列为差等", "这家企业的信用等级不减少代办服务")
    form = desk.form("代表机构签署")
    desk.fill("代办员", live.county.person("agent", "government_services").name, form)
    desk.press("代表机构签署", within=form)
    desk.reads("已签署协议并送企业签署")
    live.everybody_leaves()


def signed(live: Live, company: Company, project: Project) -> None:
    desk = owner(live, company, "10:00")
    desk.go(f"/projects/{project.pk}/agency/")
    desk.reads("请签署委托代办协议", "免费", "全程")
    desk.press("代表单位签署")
    desk.reads("协议已签署，代办员开始服务")
    link = str(desk.page.get_by_role("link", name="看协议（PDF）").get_attribute("href"))
    assert desk.download(link).startswith(b"%PDF")
    live.everybody_leaves()


def served(live: Live, project: Project) -> None:
    """Plan, log, green channel: what the agent does in their own name."""
    desk = agent(live, "10:30")
    desk.go("/staff/agency/")
    desk.follow(project.name)
    desk.press("按“一张图”制定计划")
    desk.reads("已制定申报进度计划")
    desk.unfold("记一笔")
    form = desk.form("记录")
    desk.fill("做了哪种服务", "咨询", form)
    desk.fill("做了什么", "到厂里讲解申报路径", form)
    desk.press("记录", within=form)
    desk.reads("已记录，企业看得到", "到厂里讲解申报路径")
    desk.unfold("申请绿色通道")
    form = desk.form("请部门优先办理")
    form.get_by_role("checkbox").first.check()
    desk.fill("理由", "投资 8600 万元，计划 3 月开工", form)
    desk.press("请部门优先办理", within=form)
    desk.reads("已请办理部门优先办理")
    live.everybody_leaves()


def acted(live: Live, company: Company, project: Project) -> None:
    """A package, and a matter in the unit's name under the strip that says so; the unit's own affairs stay shut."""
    desk = agent(live, "11:00")
    agreement = Agreement.objects.get(project=project)
    desk.go(f"/staff/agency/{agreement.pk}/package/")
    for number, panel in enumerate(desk.page.locator("form section.panel").all()[:2], start=1):
        panel.get_by_role("checkbox").check()
        panel.locator("summary").click()
        for file, place in enumerate(panel.locator("input[type=file]").all(), start=1):
            place.set_input_files(material(f"套餐{number}-{file}"))
    desk.press("一并申报")
    desk.reads("已代为申报 2 个事项", "代为申报")
    assert len(Package.objects.get().submissions) == 2
    desk.press("以企业名义代办")
    desk.reads("代办", company.unit.name)
    desk.go(f"/projects/{project.pk}/")
    desk.reads(project.name)
    desk.go("/library/", 403)
    desk.go("/credit/", 403)
    desk.press("回到本人身份")
    desk.go("/projects/", 403)
    via = f"agency.agreement:{agreement.pk}"
    assert set(Entry.objects.filter(verb="onemap.submit_materials").values_list("via", "entrance")) == {(via, "agent")}
    assert ServiceEntry.objects.filter(kind="act").count() == Submission.objects.count() == 2
    live.everybody_leaves()


def finished(live: Live, company: Company, project: Project) -> None:
    desk = agent(live, "15:00", size=PHONE)
    agreement = Agreement.objects.get(project=project)
    desk.go(f"/staff/agency/{agreement.pk}/")
    form = desk.form("请企业确认办结")
    desk.fill("完成的情况", "委托的事项都已申报", form)
    desk.press("请企业确认办结", within=form)
    unit = owner(live, company, "15:30")
    unit.go(f"/projects/{project.pk}/agency/")
    unit.reads("请确认办结", "委托的事项都已申报", "到厂里讲解申报路径")
    unit.press("确认办结")
    unit.reads("已确认办结")
    desk.go(f"/staff/agency/{agreement.pk}/")
    form = desk.form("归档并交还")
    desk.fill("交还的材料", "授权委托书原件 1 份", form)
    desk.press("归档并交还", within=form)
    desk.reads("已归档", "授权委托书原件")
    unit.go(f"/projects/{project.pk}/agency/")
    unit.press("确认收到")
    unit.follow("评价", exact=True)
    unit.choose("您对这次办理满意吗", "非常满意")
    unit.press("提交评价")
    unit.reads("评价已经收到", "非常满意")
    desk.go(f"/staff/agency/{agreement.pk}/")
    desk.reads("非常满意")
    desk.not_said(company.person.name)
    watching = head(live, "16:00")
    watching.go("/staff/agency/?over=1")
    watching.reads(project.name, "已办结", "平均分")
    agreement.refresh_from_db()
    assert (agreement.state, agreement.end_kind, agreement.received_at is not None) == ("done", "confirmed", True)
    assert AgencyRequest.objects.get().applied_at == at(f"{DAY} 09:10")
    assert Membership.objects.filter(role="agent").count() == 1
    assert agreement.from_on == date(2026, 11, 6)
