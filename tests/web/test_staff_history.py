"""A project's trail in words by day, and the record of who was told what."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.apps.county import Company, County, at
from tests.apps.test_onemap import filed, guided, hand_in, ready
from tests.beginnings import begins_with
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from tests.web.test_staff_exports import sheet
from yinuo.engine.notices.models import Message
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.actions import reassign, remind, tick
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap.actions import accept, send_back
from yinuo.site.history import by_day, history, names_of

__all__ = ["company", "county", "set_clock"]


def words_of(project: Any) -> list[str]:
    days, _ = history(project)
    return [row.words for day in days for row in day.people]


@begins_with(guided)
def test_the_departments_answers_are_told_once_with_their_names(county: County, company: Company) -> None:
    project = guided(county, company)
    days, more = history(project)
    told = [row for day in days for row in day.people if row.verb == "onemap.answer_guidance"]
    assert len(told) == 1
    assert told[0].times == Entry.objects.filter(verb="onemap.answer_guidance", person_id__isnull=False).count() > 3
    assert told[0].who.count("、") == told[0].times - 1
    assert not more


@begins_with(guided)
def test_what_happened_to_a_matter_is_told_with_its_name_and_never_with_a_code(
    county: County, company: Company
) -> None:
    item = ready(guided(county, company))
    handler = county.actor("approver", item.department.key)
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=handler, item_id=item.pk, at=at("2026-11-06 10:00"))
    work = WorkItem.objects.get(kind="limit", subject_id=item.pk)
    colleague = county.add("approver", item.department.key).person
    reassign(actor=handler, item=work, person=colleague, at=at("2026-11-06 11:00"), why="轮岗")
    remind(actor=county.actor("supervisor"), item=work, note="请加快", at=at("2026-11-06 12:00"))
    days, _ = history(item.project)
    newest = [(row.words, row.text) for row in days[0].people]
    assert newest[0] == (f"催办：{item.name}", "请加快")
    assert newest[1] == (
        f"转交：{item.name}",
        f"{county.person('approver', item.department.key).name}转给{colleague.name}；轮岗",
    )
    assert f"受理：{item.name}" in words_of(item.project)
    assert days[0].title == "2026年11月6日 周五"
    for day in days:
        for row in [*day.people, *day.machine]:
            assert not re.search(r"[a-z]+[._][a-z]+", row.words + row.text), row


def test_what_the_machine_did_is_folded_away_from_what_people_did(
    county: County, company: Company, set_clock: SetClock
) -> None:
    project = filed(county, company)
    tick(at("2026-11-05 09:00"))
    days, _ = history(project)
    assert [row.words for row in days[0].machine] == ["亮红灯：备案复核", "亮黄灯：备案复核"]
    assert days[0].people == []
    page = text_of(desk(county, "approver").get(f"/staff/projects/{project.pk}/"))
    assert "系统自动办理 2 步" in page
    assert "<details" in page.split("系统自动办理")[0].rsplit("<section", 1)[1]


def test_a_verb_nobody_has_put_into_words_is_told_as_other_work(county: County, company: Company) -> None:
    project = filed(county, company)
    entry = Entry(
        at=at("2026-11-04 09:00"),
        verb="future.verb",
        role="approver",
        subject_kind="x.y",
        subject_id="1",
        person_id=1,
        data={},
    )
    days = by_day([entry], names_of(project, [entry]))
    assert days[0].people[0].words == "其他办理"


@begins_with(guided)
def test_a_long_history_ends_with_a_way_to_the_whole(
    county: County, company: Company, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = guided(county, company)
    monkeypatch.setattr("yinuo.site.history.SIZE", 2)
    client = desk(county, "approver")
    page = text_of(client.get(f"/staff/projects/{project.pk}/"))
    assert "?history=all" in page
    whole = text_of(client.get(f"/staff/projects/{project.pk}/?history=all"))
    assert "?history=all" not in whole
    assert "申报项目" in whole or "提交备案" in whole


@begins_with(guided)
def test_a_project_shows_its_people_papers_and_what_is_going_on(
    county: County, company: Company, set_clock: SetClock
) -> None:
    item = ready(guided(county, company))
    hand_in(company, item, at("2026-11-06 09:00"))
    send_back(
        actor=county.actor("approver", item.department.key),
        item_id=item.pk,
        kind="incomplete",
        points=[{"code": "incomplete.material_missing", "subject": "申请表", "request": "加盖公章"}],
        reason="材料不全",
        at=at("2026-11-06 10:00"),
    )
    set_clock("2026-11-06 11:00")
    page = text_of(desk(county, "general_convener").get(f"/staff/projects/{item.project_id}/"))
    now = page.split("正在办的")[1].split("办理经过")[0]
    assert item.name in now
    assert "等项目单位" in now
    assert company.person.name in page
    assert "一次性告知书" in page
    assert f"/staff/projects/{item.project_id}/told/" in page
    assert "/told/" not in text_of(desk(county, "approver").get(f"/staff/projects/{item.project_id}/"))


def test_the_record_says_who_was_told_what_when_and_how(
    county: County, company: Company, set_clock: SetClock, django_assert_max_num_queries: Any
) -> None:
    for role in ("supervisor", "general_convener"):
        county.actor(role)
    project = filed(county, company)
    tick(at("2026-11-05 09:00"))
    work = WorkItem.objects.get(kind="review")
    remind(actor=county.actor("supervisor"), item=work, note="今天办结", at=at("2026-11-05 09:30"))
    set_clock("2026-11-05 10:00")
    client = desk(county, "general_convener")
    client.get(f"/staff/projects/{project.pk}/told/")
    with django_assert_max_num_queries(12):
        page = text_of(client.get(f"/staff/projects/{project.pk}/told/"))
    lit, sent = page.split("告知过的")
    assert "11月5日 09:00 系统提醒：亮黄灯" in lit
    assert "11月5日 09:00 系统提醒：亮红灯" in lit
    assert f"11月5日 09:30 {county.person('supervisor').name}催办：今天办结" in lit
    for person in (county.person("approver"), county.person("supervisor"), county.person("general_convener")):
        assert person.name in sent
    assert "红灯提醒" in sent
    assert f"{company.unit.name}的经办人" in sent or company.person.name in sent
    head, *rows = sheet(client.get(f"/staff/export/told/?project={project.pk}"))
    assert len(rows) == Message.objects.filter(project_code=project.code).count() > 4
    assert head[:4] == ("时间", "告知谁", "事由", "内容")


def test_the_record_is_for_conveners_supervisors_and_heads(
    county: County, company: Company, set_clock: SetClock
) -> None:
    project = filed(county, company)
    address = f"/staff/projects/{project.pk}/told/"
    assert Client().get(address).status_code == 302
    assert signed_in(company.person).get(address).status_code == 403
    assert desk(county, "approver").get(address).status_code == 403
    assert desk(county, "approver").get(f"/staff/export/told/?project={project.pk}").status_code == 403
    assert desk(county, "principal").get(address).status_code == 200
    assert desk(county, "supervisor").get(f"{address}?after=nonsense").status_code == 200
    assert len(sheet(desk(county, "supervisor").get("/staff/export/told/?project=999999"))) == 1
