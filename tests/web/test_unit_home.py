"""The company's home as a task list: what only the company can do stands first, most urgent on top."""

from __future__ import annotations

import re

import pytest

from tests.apps.county import at
from tests.apps.points import take
from tests.apps.test_onemap import guided, hand_in, ready
from tests.beginnings import begins_with
from tests.web.unit_desk import Desk, new_desk
from yinuo.rooms.onemap.actions import accept, send_back
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project

pytestmark = begins_with(guided)

POINTS = [{"code": "incorrect.content_wrong", "subject": "红线图", "request": "按批准的坐标重出"}]


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return new_desk(monkeypatch)


def duties(page: str) -> list[str]:
    """The names of what waits, in their order."""
    part = page.split('id="waits"')[1].split('id="all"')[0]
    return re.findall(r'<h3><a href="[^"]*">([^<]*)</a>', part)


def accepted(desk: Desk) -> MapItem:
    item = ready(guided(desk.county, desk.company))
    hand_in(desk.company, item, at("2026-11-06 09:00"))
    accept(actor=desk.county.actor("approver", item.department.key), item_id=item.pk, at=at("2026-11-06 10:00"))
    return MapItem.objects.select_related("department", "project").get(pk=item.pk)


def code_of(kind: str) -> str:
    from yinuo.engine.rules import pack

    return next(name for name in pack().reasons if name.startswith(f"{kind}."))


def test_nothing_waiting_is_said_and_what_may_begin_stands_at_its_project(desk: Desk) -> None:
    guided(desk.county, desk.company)
    page = desk.get("/projects/")
    assert "现在没有必须由您办的事" in page
    assert "现在可以办" in page
    assert "可以承诺" in page


def test_a_matter_sent_back_waits_for_the_company_with_its_last_day(desk: Desk) -> None:
    item = accepted(desk)
    handler = desk.county.actor("approver", item.department.key)
    points = [{**POINTS[0], "code": code_of("incorrect")}]
    send_back(
        actor=handler, item_id=item.pk, kind="incorrect", points=points, reason="坐标不符", at=at("2026-11-06 11:00")
    )
    desk.moment("2026-11-06 14:30")
    page = desk.get("/projects/")
    assert duties(page) == [f"补正：{item.name}"]
    assert f"/items/{item.pk}/submit/" in page
    assert re.search(r"剩 \d+ 个工作日", page)
    assert re.search(r"\d+月\d+日 \d\d:\d\d 前", page)


def test_what_a_department_owes_too_long_is_called_overdue(desk: Desk) -> None:
    hand_in(desk.company, ready(guided(desk.county, desk.company)), at("2026-11-06 08:45"))
    assert "已超期" not in desk.get("/projects/")
    desk.moment("2027-03-01 09:00")
    assert re.search(r"已超期，应于 \d+月\d+日 \d\d:\d\d 前", desk.get("/projects/"))


def test_what_is_dated_stands_before_what_is_not(desk: Desk) -> None:
    item = accepted(desk)
    Project.objects.filter(pk=item.project_id).update(landed_at=at("2026-11-06 12:00"))
    take(desk.county, desk.company, at=at("2026-11-06 12:00"))
    desk.moment("2026-11-09 09:00")
    page = desk.get("/projects/")
    assert duties(page) == ["整改后申请修复 2 分", "报送开工建设信息"]
    assert "/relief/" in page
    assert "report/?kind=start" in page


def test_completion_is_to_be_reported_once_the_planned_day_has_come(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    Project.objects.filter(pk=project.pk).update(landed_at=at("2026-11-06 12:00"), started_on="2027-03-01")
    assert duties(desk.get("/projects/")) == []
    desk.moment("2028-07-03 09:00")
    assert duties(desk.get("/projects/")) == ["建成了就报送竣工信息"]


def test_messages_and_the_way_to_the_next_grade_stand_beside(desk: Desk) -> None:
    guided(desk.county, desk.company)
    page = desk.get("/projects/")
    assert "“一张图”已生成" in page
    assert "超过 90 分升为 A，还差 4 分以上" in page


@begins_with(None)
def test_a_new_company_is_led_to_its_first_filing(desk: Desk) -> None:
    page = desk.get("/projects/")
    assert "从这里开始" in page
    assert 'href="/filing/"' in page
    assert "等您办的" not in page


def test_what_was_told_to_the_person_and_to_the_company_is_shown_once(desk: Desk) -> None:
    guided(desk.county, desk.company)
    for page in (desk.get("/projects/").split('id="news"')[1], desk.get("/messages/").split("<main")[1]):
        assert page.count("<b>“一张图”已生成</b>") == 1


def test_a_reason_that_ends_with_a_full_stop_does_not_end_with_two(desk: Desk) -> None:
    item = accepted(desk)
    handler = desk.county.actor("approver", item.department.key)
    points = [{**POINTS[0], "code": code_of("incorrect")}]
    send_back(
        actor=handler, item_id=item.pk, kind="incorrect", points=points, reason="坐标不符。", at=at("2026-11-06 11:00")
    )
    page = desk.get("/messages/")
    assert "坐标不符。请按" in page
    assert "。。" not in page
