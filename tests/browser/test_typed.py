"""What was typed is not lost: not when the session ends over it, not on the way back from a page with errors."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from tests.apps.county import Company, new_company
from tests.apps.test_onemap import guided
from tests.browser.live import DESKTOP, PASSWORD, PHONE, AtTheBrowser, Live, closing_time, live
from tests.browser.walking import CHOSEN, TYPED, begin_filing, material
from yinuo.engine.people.models import Person

__all__ = ["closing_time", "live"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOON, LATER = "2026-11-06 12:00", "2026-11-06 12:40"
NAME, SCALE = "项目名称", "建设规模及内容"


@contextmanager
def at_a_clock(live: Live, company: Company, size: tuple[int, int] = DESKTOP) -> Iterator[AtTheBrowser]:
    """At the wizard's first page, in a browser whose clock the test turns; nobody gets it afterwards."""
    desk = live.sits(company.person, NOON, "typed", size)
    try:
        desk.page.clock.install()
        begin_filing(desk)
        yield desk
    finally:
        live.taken.remove(desk.browser)
        desk.context.close()


def last_seen(person: Person, ago: int | None = None) -> int:
    """When the person's session was last in use; with `ago` it is put back by so many seconds."""
    for row in Session.objects.order_by("-expire_date"):
        told = row.get_decoded()
        if told.get("_auth_user_id") == str(person.pk):
            if ago is not None:
                told["seen_at"] = int(time.time()) - ago
                Session.objects.filter(pk=row.pk).update(session_data=Session.get_session_store_class()().encode(told))
            return int(told["seen_at"])
    raise AssertionError("no session")


def end_session(person: Person) -> None:
    for row in Session.objects.all():
        if row.get_decoded().get("_auth_user_id") == str(person.pk):
            row.delete()


def sign_in_aside(desk: AtTheBrowser, link: str, person: Person) -> None:
    """Follows a link that opens a tab, signs in there, and closes it."""
    with desk.context.expect_page() as opened:
        desk.page.get_by_role("link", name=link).click()
    tab: Page = opened.value
    tab.get_by_label("手机号或者登录名").fill(person.username)
    tab.get_by_label("密码").fill(PASSWORD)
    tab.get_by_role("button", name="登录", exact=True).click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("已登录，请回到刚才的标签页")
    tab.close()


def type_project(desk: AtTheBrowser) -> None:
    for question, answer in CHOSEN["project"].items():
        desk.choose(question, answer)
    for label, value in TYPED["project"].items():
        desk.fill(label, value)


def step(desk: AtTheBrowser) -> str:
    return desk.path.split("?")[0].rstrip("/").rsplit("/", 1)[-1]


@pytest.mark.parametrize("script", [True, False])
def test_a_form_that_came_too_late_is_handed_in_after_signing_in_aside_and_going_back(live: Live, script: bool) -> None:
    company = live.company("积石山迟到农业有限公司")
    desk = live.sits(company.person, NOON, "typed-late", script=script)
    begin_filing(desk)
    type_project(desk)
    desk.travel(LATER)
    desk.press("继续", 403)
    desk.reads("登录已过期，没有提交")
    sign_in_aside(desk, "在新标签页重新登录", company.person)
    desk.page.go_back()
    assert desk.page.get_by_label(NAME).input_value() == TYPED["project"][NAME]
    assert desk.page.get_by_label(SCALE).input_value() == TYPED["project"][SCALE]
    desk.press("继续")
    assert step(desk) == "industry"


@pytest.mark.parametrize("script", [True, False])
def test_the_chosen_files_come_back_with_it(live: Live, script: bool) -> None:
    company = new_company("积石山附件农业有限公司")
    live.let_in()
    project = guided(live.county, company, name=f"附件项目{script}")
    item = project.items.get(name="生产建设项目水土保持方案审批")
    desk = live.sits(company.person, NOON, "typed-files", script=script)
    desk.go(f"/items/{item.pk}/submit/")
    places = desk.page.get_by_label("上传新文件")
    for number, place in enumerate(places.all(), start=1):
        place.set_input_files(material(f"迟到{script}{number}"))
    desk.travel(LATER)
    desk.press("提交申报", 403)
    sign_in_aside(desk, "在新标签页重新登录", company.person)
    desk.page.go_back()
    assert [place.evaluate("input => input.files.length") for place in desk.page.get_by_label("上传新文件").all()] == [
        1
    ] * places.count()
    desk.press("提交申报")
    item.refresh_from_db()
    assert item.state == "received"


def test_typing_keeps_the_session_and_merely_looking_does_not(live: Live) -> None:
    company = live.company("积石山打字农业有限公司")
    with at_a_clock(live, company) as desk:
        put = last_seen(company.person, ago=600)
        desk.page.clock.run_for(6 * 60_000)
        assert last_seen(company.person) == put
        desk.fill(NAME, "有机肥")
        with desk.page.expect_response(
            lambda answer: answer.url.endswith("/session/") and answer.request.method == "POST"
        ):
            desk.page.clock.run_for(60_000)
        assert last_seen(company.person) > put


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_before_the_end_it_is_said_and_one_press_stays(live: Live, size: tuple[int, int]) -> None:
    company = live.company("积石山提醒农业有限公司")
    with at_a_clock(live, company, size) as desk:
        notice = desk.page.get_by_role("alert")
        desk.page.clock.run_for(20 * 60_000)
        expect(notice).to_have_count(0)
        put = last_seen(company.person, ago=1800 - 170)
        desk.page.clock.run_for(8 * 60_000)
        expect(notice).to_contain_text("再过 3 分钟就要退出登录")
        desk.look()
        desk.page.get_by_role("button", name="继续办理").click()
        expect(notice).to_have_count(0)
        assert last_seen(company.person) > put


def test_the_notice_goes_when_one_closes_it_or_types_on(live: Live) -> None:
    company = live.company("积石山关闭农业有限公司")
    with at_a_clock(live, company) as desk:
        notice = desk.page.get_by_role("alert")
        put = last_seen(company.person, ago=1800 - 170)
        desk.page.clock.run_for(28 * 60_000)
        desk.page.get_by_role("button", name="关闭提示").click()
        expect(notice).to_have_count(0)
        assert last_seen(company.person) == put
        with desk.page.expect_response("**/session/"):
            desk.fill(NAME, "有机肥")
        assert last_seen(company.person) > put


def test_nothing_is_sent_into_a_session_that_has_ended_and_all_of_it_after_signing_in_aside(live: Live) -> None:
    company = live.company("积石山过期农业有限公司")
    with at_a_clock(live, company) as desk:
        type_project(desk)
        end_session(company.person)
        desk.page.clock.run_for(31 * 60_000)
        notice = desk.page.get_by_role("alert")
        expect(notice).to_contain_text("登录已过期，这一页还没有提交")
        desk.look()
        desk.page.get_by_role("button", name="关闭提示").click()
        desk.page.get_by_role("button", name="继续", exact=True).click()
        expect(desk.page.get_by_role("link", name="在新标签页登录")).to_be_focused()
        assert step(desk) == "project"
        sign_in_aside(desk, "在新标签页登录", company.person)
        desk.press("继续")
        assert step(desk) == "industry"


def test_who_signs_in_next_on_this_machine_does_not_see_what_another_typed(live: Live) -> None:
    company, next_one = live.company("积石山先来农业有限公司"), live.company("积石山后到农业有限公司")
    with at_a_clock(live, company) as desk:
        type_project(desk)
        end_session(company.person)
        desk.page.clock.run_for(31 * 60_000)
        sign_in_aside(desk, "在新标签页登录", next_one.person)
        with desk.page.expect_navigation():
            desk.page.get_by_role("button", name="继续", exact=True).click()
        desk.not_said(NAME)
        assert TYPED["project"][NAME] not in desk.page.content()


def test_back_to_a_page_with_errors_shows_the_form_as_it_was_typed_last(live: Live) -> None:
    company = live.company("积石山后退农业有限公司")
    desk = live.sits(company.person, NOON, "typed-back")
    begin_filing(desk)
    desk.fill(NAME, "有机")
    desk.press("继续")
    assert desk.page.title().startswith("有错误")
    type_project(desk)
    desk.press("继续")
    assert step(desk) == "industry"
    desk.page.go_back()
    assert step(desk) == "project"
    assert desk.page.get_by_label(NAME).input_value() == TYPED["project"][NAME]
