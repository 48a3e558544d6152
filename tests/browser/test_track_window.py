"""一窗受理 through the pages: a visitor has a project filed and a matter handed in, gets the receipt, and later takes
the decision.
"""

from __future__ import annotations

import pytest

from tests.apps.county import Company
from tests.apps.test_onemap import guided_rest
from tests.apps.test_window import NUMBER
from tests.browser.live import DESKTOP, PHONE, AtTheBrowser, Live, at, closing_time, live
from tests.browser.walking import file, hand_in
from yinuo.rooms.onemap.actions import accept, confirm_review, decide
from yinuo.rooms.onemap.models import Submission
from yinuo.rooms.projects.models import Project
from yinuo.rooms.window.models import Visit

__all__ = ["closing_time", "live"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def clerk(live: Live, moment: str, size: tuple[int, int] = DESKTOP, *, script: bool = True) -> AtTheBrowser:
    return live.official("window", moment, f"window-{moment[5:10]}", "government_services", size=size, script=script)


def comes(desk: AtTheBrowser, company: Company, purpose: str) -> None:
    """From the desk's search to the open visit, with the keyboard where a clerk would use it."""
    desk.go("/staff/window/")
    desk.fill("企业名称、信用代码、项目代码或者回执编号", company.unit.credit_code or "")
    desk.onward(lambda: desk.page.keyboard.press("Enter"))
    desk.follow("登记来访")
    desk.fill("来访人姓名", "马建国")
    desk.fill("证件号码", NUMBER)
    desk.choose("凭什么代表这个单位", "持授权委托书")
    desk.fill("授权委托书的编号或者日期", "授〔2026〕3号")
    desk.fill("来办什么", purpose)
    desk.press("登记，开始办理")
    desk.reads("窗口代申报", f"{company.unit.name}（来访人 马建国）")
    desk.not_said(NUMBER)


def leaves(desk: AtTheBrowser) -> str:
    """The receipt's number."""
    desk.press("结束来访，出回执")
    visit = Visit.objects.latest("id")
    desk.reads("来访已结束", visit.receipt_no)
    desk.not_said("窗口代申报")
    assert desk.download(f"/staff/window/visits/{visit.pk}/receipt/").startswith(b"%PDF")
    return visit.receipt_no


def test_a_visitor_is_served_from_the_filing_to_the_document_in_hand(live: Live) -> None:
    company = live.company("积石山绿源有机肥有限公司", "79")
    filed_at_the_counter(live, company)
    project = Project.objects.get(unit=company.unit)
    confirm_review(actor=live.county.actor("approver"), project_id=project.pk, at=at("2026-11-04 09:00"))
    guided_rest(live.county, project)
    receipt = handed_in_at_the_counter(live, company)
    followed_up_by_anybody(live, receipt)
    taken_against_signature(live, company)


def filed_at_the_counter(live: Live, company: Company) -> None:
    # The filing form itself is walked through, and looked at, by its company (test_journeys).
    desk = clerk(live, "2026-11-03 09:12", script=False)
    comes(desk, company, "备案新项目")
    file(desk)
    desk.reads("备案成功", "窗口代申报")
    desk.follow("回到办理页")
    desk.reads("申报项目备案")
    receipt = leaves(desk)
    desk.go("/projects/", expect=403)
    owner = live.sits(company.person, "2026-11-03 10:00", "window-unit", PHONE)
    owner.go("/projects/")
    project = Project.objects.get(unit=company.unit)
    owner.reads(project.name, "窗口办理结果")
    owner.go(f"/projects/{project.pk}/")
    owner.reads("综合窗口代申报")
    owner.go(f"/receipts/{receipt}/")
    owner.reads("申报项目备案")
    live.everybody_leaves()


def handed_in_at_the_counter(live: Live, company: Company) -> str:
    """On the small screen of a tablet; the counter's second visit."""
    desk = clerk(live, "2026-11-06 09:30", PHONE)
    comes(desk, company, "交材料")
    desk.reads("持同一证件为这个单位来过 1 次")
    desk.follow("交材料")
    hand_in(desk)
    desk.follow("回到办理页")
    desk.reads("提交申报材料")
    number = Submission.objects.get().receipt_no
    leaves(desk)
    live.everybody_leaves()
    return number


def followed_up_by_anybody(live: Live, submission: str) -> None:
    visit = Visit.objects.latest("id")
    citizen = live.anybody("2026-11-06 12:00", "window-anybody", PHONE)
    citizen.go("/receipts/")
    citizen.fill("回执编号", visit.receipt_no)
    citizen.press("查一查")
    citizen.reads("提交申报材料", submission)
    citizen.not_said("马建国")
    live.everybody_leaves()


def taken_against_signature(live: Live, company: Company) -> None:
    item = Submission.objects.select_related("application__item__department").get().item
    approver = live.county.actor("approver", item.department.key)
    accept(actor=approver, item_id=item.pk, at=at("2026-11-06 14:40"))
    decide(
        actor=approver,
        item_id=item.pk,
        granted=True,
        document_number="甲〔2026〕1号",
        text="",
        at=at("2026-11-06 15:00"),
    )
    desk = clerk(live, "2026-11-09 09:30")
    comes(desk, company, "领证")
    desk.reads("有 1 份决定等着送达")
    desk.follow("发证、签收")
    desk.reads("甲〔2026〕1号", "待领取")
    desk.press("已经签收，发出")
    desk.reads("已发出 1 份文书", "领取文书")
    leaves(desk)
    item.refresh_from_db()
    assert item.present.delivered_at == at("2026-11-09 09:30")
    owner = live.sits(company.person, "2026-11-09 10:00", "window-unit")
    owner.go(f"/projects/{item.project_id}/")
    owner.reads("在综合窗口领取文书")
