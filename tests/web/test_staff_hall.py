"""What conveners and supervisors see before a meeting: lights, due moments, coordination, people and what is about to
turn.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.apps.county import Company, County, at, new_company
from tests.apps.test_onemap import filed, guided, hand_in, ready
from tests.beginnings import begins_with
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from tests.web.test_staff_exports import sheet
from yinuo.engine.notices.models import Message
from yinuo.engine.people.actions import delegate, end_role
from yinuo.engine.people.models import Membership
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import Reminder, WorkItem
from yinuo.rooms.onemap.actions import accept, close_escalation, open_escalation
from yinuo.rooms.onemap.models import MapItem

__all__ = ["company", "county", "set_clock"]
PAGES = ("hall", "hall/early", "hall/load")


def accepted(county: County, company: Company) -> MapItem:
    item = ready(guided(county, company))
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=county.actor("approver", item.department.key), item_id=item.pk, at=at("2026-11-06 10:00"))
    return item


@pytest.mark.parametrize("page", PAGES)
def test_the_halls_pages_are_for_who_convenes_and_supervises(county: County, company: Company, page: str) -> None:
    assert Client().get(f"/staff/{page}/").status_code == 302
    assert signed_in(company.person).get(f"/staff/{page}/").status_code == 403
    for role in ("approver", "principal"):
        assert desk(county, role).get(f"/staff/{page}/").status_code == 403
        assert desk(county, role).get(f"/staff/export/{page.rsplit('/', 1)[-1]}/").status_code == 403
    for role in ("general_convener", "supervisor", "comprehensive", "administrator"):
        assert desk(county, role).get(f"/staff/{page}/").status_code == 200
    assert desk(county, "stage_convener", stage="land_planning").get(f"/staff/{page}/").status_code == 200


@begins_with(guided)
def test_a_red_light_says_that_nothing_has_been_set_going_and_then_who_was_urged(
    county: County, company: Company, set_clock: SetClock
) -> None:
    item = accepted(county, company)
    handler = county.person("approver", item.department.key)
    now = set_clock("2027-06-01 09:00")
    tick(now)
    convener = desk(county, "general_convener")
    page = text_of(convener.get("/staff/hall/"))
    assert "还没有启动协调" in page
    assert f'href="/staff/items/{item.pk}/#act-escalate"' in page
    assert "act-escalate" not in text_of(desk(county, "supervisor").get("/staff/hall/"))
    open_escalation(
        actor=county.actor("general_convener"),
        item_id=item.pk,
        urged=[handler.pk],
        agreed="三天内补齐图纸",
        agreed_until=at("2027-06-04 09:00").date(),
        at=now,
    )
    page = text_of(convener.get("/staff/hall/"))
    assert f"启动协调，催办{handler.name}" in page
    assert "商定 2027年6月4日前办结" in page
    assert "三天内补齐图纸" in page
    assert "协调中" in page
    close_escalation(actor=county.actor("general_convener"), item_id=item.pk, outcome="已补齐", at=now)
    assert "协调办结" in text_of(convener.get("/staff/hall/"))


def test_each_item_stands_once_by_the_day_it_falls_due(county: County, company: Company, set_clock: SetClock) -> None:
    for name, due in (
        ("今天的", "2026-11-05 17:00"),
        ("明天的", "2026-11-06 12:00"),
        ("午夜的", "2026-11-06 00:00"),
        ("红的", "2026-11-05 09:00"),
    ):
        filed(county, company, name=name)
        WorkItem.objects.filter(subtitle__startswith=name).update(
            due_at=at(due), red_from=at(due), yellow_from=at("2026-11-05 08:30")
        )
    filed(county, company, name="后天黄的")
    later = at("2026-11-10 12:00")
    WorkItem.objects.filter(subtitle__startswith="后天黄的").update(
        due_at=later, red_from=later, yellow_from=at("2026-11-05 08:30")
    )
    set_clock("2026-11-05 10:00")
    page = text_of(desk(county, "general_convener").get("/staff/hall/"))
    parts = {
        "red": page.split("超期，需要协调")[1].split("今天到期")[0],
        "today": page.split("今天到期")[1].split("下一个工作日到期")[0],
        "tomorrow": page.split("下一个工作日到期")[1].split("其他预警的")[0],
        "yellow": page.split("其他预警的")[1].split("各部门的灯")[0],
    }
    found = {
        name: [part for part, text in parts.items() if name in text]
        for name in ("今天的", "明天的", "午夜的", "红的", "后天黄的")
    }
    assert found == {
        "今天的": ["today"],
        "明天的": ["tomorrow"],
        "午夜的": ["today"],
        "红的": ["red"],
        "后天黄的": ["yellow"],
    }


@begins_with(guided)
def test_one_department_is_looked_at_by_its_name_and_a_stage_by_its_convener(
    county: County, company: Company, set_clock: SetClock
) -> None:
    item = accepted(county, company)
    filed(county, company, name="发改的项目")
    set_clock("2026-11-06 11:00")
    convener = desk(county, "general_convener")
    page = text_of(convener.get(f"/staff/hall/?department={item.department_id}"))
    assert "看全部部门" in page
    assert "发改的项目" not in page.split("各部门的灯")[0]
    assert convener.get("/staff/hall/?department=nonsense").status_code == 200
    head, *rows = sheet(convener.get(f"/staff/export/hall/?department={item.department_id}"))
    assert {row[head.index("承办部门")] for row in rows} == {item.department.short_name}
    own = text_of(desk(county, "stage_convener", item.department.key, item.stage).get("/staff/hall/"))
    assert "阶段一览" in own
    assert "发改的项目" not in own
    head, *rows = sheet(convener.get("/staff/export/lights/"))
    assert head == ("部门", "超期", "预警", "正常", "暂停", "等企业")
    assert item.department.short_name in {row[0] for row in rows}


def test_what_turns_within_the_window_is_listed_with_when_and_who_was_told(
    county: County, company: Company, set_clock: SetClock
) -> None:
    filed(county, company)
    work = WorkItem.objects.get(kind="review")
    assert work.yellow_from == at("2026-11-04 16:36")
    now = set_clock("2026-11-04 15:30")
    supervisor = desk(county, "supervisor")
    assert "11月4日 16:36 转黄灯" in text_of(supervisor.get("/staff/hall/early/?hours=2"))
    assert (
        "到期"
        not in text_of(supervisor.get("/staff/hall/early/?hours=2"))
        .split("<ol>")[1]
        .split("转黄灯")[1]
        .split("办理人")[0]
    )
    assert "过后转红灯" in text_of(supervisor.get("/staff/hall/early/?hours=24"))
    assert "还没有提醒过" in text_of(supervisor.get("/staff/hall/early/"))
    set_clock("2026-11-04 09:00")
    assert "这段时间里没有要变灯的" in text_of(desk(county, "supervisor").get("/staff/hall/early/?hours=2"))
    tick(at("2026-11-04 17:00"))
    set_clock("2026-11-04 17:00")
    assert "系统提醒：亮黄灯" in text_of(desk(county, "supervisor").get("/staff/hall/early/"))
    head, row = sheet(desk(county, "supervisor").get("/staff/export/early/?hours=8"))
    assert "亮黄灯" in dict(zip(head, row, strict=True))["提醒和催办"]
    assert now < at("2026-11-04 17:00")


def test_ticked_items_are_urged_once_and_their_handler_hears_of_it(
    county: County, company: Company, set_clock: SetClock
) -> None:
    filed(county, company)
    work = WorkItem.objects.get(kind="review")
    set_clock("2026-11-04 15:30")
    client = desk(county, "supervisor")
    assert "先勾选要催办的事项" in text_of(client.post("/staff/hall/early/", {"note": "请今天办结"}))
    empty = client.post("/staff/hall/early/", {"item": work.pk, "note": ""})
    assert empty.status_code == 422
    assert "写一句催办的话" in text_of(empty)
    assert f'id="urge-{work.pk}" checked' in text_of(empty)
    for _ in range(2):
        answer = client.post("/staff/hall/early/?hours=2", {"item": [work.pk, "999999"], "note": "请今天办结"})
        assert answer.headers["Location"] == "/staff/hall/early/?hours=2"
    assert Reminder.objects.filter(item=work, by_id__isnull=False).count() == 1
    assert "刚刚催办过" in text_of(client.get("/staff/hall/early/?hours=2"))
    assert "催办：请今天办结" in text_of(client.get("/staff/hall/early/?hours=2"))
    told = Message.objects.filter(template="urged")
    assert {row.person for row in told} == {county.person("approver")}
    assert "请今天办结" in told[0].body
    for role in ("comprehensive", "administrator"):
        assert desk(county, role).post("/staff/hall/early/", {"item": work.pk, "note": "快"}).status_code == 403


def test_peoples_desks_are_counted_and_who_is_away_is_told(
    county: County, company: Company, set_clock: SetClock
) -> None:
    filed(county, company)
    filed(county, company, name="第二个项目")
    person, colleague = county.person("approver"), county.add("approver", "development_reform").person
    set_clock("2026-11-05 10:00")
    convener = desk(county, "general_convener")
    line = text_of(convener.get("/staff/hall/load/")).split(person.name)[1].split("</tr>")[0]
    assert f"person={person.pk}" in text_of(convener.get("/staff/hall/load/"))
    assert line.count(">2<") == 2
    assert "在岗" in line
    delegate(
        actor=county.actor("approver"),
        person=person,
        substitute=colleague,
        from_on=at("2026-11-05 09:00").date(),
        to_on=at("2026-11-08 09:00").date(),
        reason="培训",
        at=at("2026-11-05 09:00"),
    )
    page = text_of(convener.get("/staff/hall/load/"))
    assert f"{person.name}：培训，到 11月7日，{colleague.name}代班" in page
    assert page.split("不在岗人员手上的事项")[1].count('class="row ') == 2
    head, *rows = sheet(convener.get("/staff/export/absent/"))
    assert [row[head.index("办理人情况")] for row in rows] == [f"培训，到 11月7日，{colleague.name}代班"] * 2
    assert len(text_of(convener.get(f"/staff/?box=department&person={person.pk}")).split('class="row ')) == 3


def test_what_lies_with_somebody_who_has_left_is_found_and_passed_on(
    county: County, company: Company, set_clock: SetClock
) -> None:
    project = filed(county, company)
    membership = county.people[("approver", "development_reform")]
    other = county.add("approver", "development_reform").person
    stranger = county.person("approver", "ecology")
    end_role(actor=county.actor("general_convener"), membership=membership, at=at("2026-11-03 10:00"), why="调离")
    set_clock("2026-11-04 10:00")
    convener = desk(county, "general_convener")
    page = text_of(convener.get("/staff/hall/load/"))
    assert f"{membership.person.name}：已不在岗，没有人代班" in page
    assert f"/staff/reassign/?person={membership.person_id}" in page
    form = {"person": membership.person_id, "to": stranger.pk, "why": "调离"}
    stuck = text_of(convener.post("/staff/reassign/", form))
    assert "转不过去，留在原处 1" in stuck
    assert 'name="sure"' not in stuck
    convener.post("/staff/reassign/", {**form, "to": other.pk, "sure": "1"})
    assert WorkItem.objects.get(project_id=project.pk).assignee == other
    assert "已不在岗" not in text_of(convener.get("/staff/hall/load/"))


def test_passing_on_is_for_the_convener_and_the_department_itself(
    county: County, company: Company, set_clock: SetClock
) -> None:
    filed(county, company)
    assert signed_in(company.person).get("/staff/reassign/").status_code == 403
    assert desk(county, "supervisor").get("/staff/reassign/").status_code == 403
    own = text_of(desk(county, "principal").get("/staff/reassign/"))
    other = text_of(desk(county, "principal", "ecology").get("/staff/reassign/"))
    assert county.person("approver").name in own
    assert county.person("approver").name not in other
    page = desk(county, "principal", "ecology").post(
        "/staff/reassign/",
        {"person": county.person("approver").pk, "to": county.person("approver").pk, "why": "x", "sure": "1"},
    )
    assert page.status_code == 422


@pytest.mark.parametrize(("page", "most"), [("hall", 14), ("hall/early", 12), ("hall/load", 12)])
def test_the_halls_pages_cost_the_same_however_much_lies_there(
    county: County, set_clock: SetClock, django_assert_max_num_queries: Any, page: str, most: int
) -> None:
    for number in range(4):
        filed(county, new_company(f"公司{number}"), name=f"项目{number}")
    set_clock("2026-11-05 10:00")
    client = desk(county, "general_convener")
    client.get(f"/staff/{page}/")
    with django_assert_max_num_queries(most):
        client.get(f"/staff/{page}/?hours=72")


def test_a_departments_head_passes_on_only_what_is_the_departments(
    county: County, company: Company, set_clock: SetClock
) -> None:
    filed(county, company)
    work = WorkItem.objects.get(kind="review")
    person = county.person("approver", "development_reform")
    both = county.add("approver", "development_reform")
    county.actor("approver", "ecology")
    office = county.people[("approver", "ecology")].department
    Membership.objects.create(person=both.person, department=office, role="approver", from_on=both.from_on)
    values = WorkItem.objects.filter(pk=work.pk).values().get()
    other = WorkItem.objects.create(**{**values, "id": None, "subject_id": 999_999, "department_id": office.pk})
    set_clock("2026-11-04 10:00")
    client = desk(county, "principal")
    form = {"person": person.pk, "to": both.person_id, "why": "轮岗"}
    preview = text_of(client.post("/staff/reassign/", form))
    assert "会转交 1" in preview
    assert "转不过去，留在原处 1" in preview
    client.post("/staff/reassign/", {**form, "sure": "1"})
    work.refresh_from_db()
    other.refresh_from_db()
    assert (work.assignee_id, other.assignee_id) == (both.person_id, person.pk)
