"""Derived columns: who may rebuild them, what a rebuild does with one row, and what writes them in the first place."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.apps.county import Company, County, at, facts, new_company, new_county
from tests.apps.killing import survives
from tests.apps.test_credit_together import together
from tests.apps.test_onemap import guided, hand_in, ready
from tests.beginnings import begins_with
from yinuo.core.pack.types import DayNotice
from yinuo.deploy.cli import rebuild as command
from yinuo.deploy.cli.asking import WrongInput
from yinuo.engine import caches
from yinuo.engine.base import ROLES, Actor, Forbidden, Refused
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.actions import close, extend, import_calendar, pause
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments.caches import since
from yinuo.rooms.onemap.actions import accept
from yinuo.rooms.projects.actions import amend, decide_by_hand, file_project
from yinuo.rooms.projects.models import Project

pytestmark = begins_with(guided)

NOON = at("2026-11-10 12:00")
SYSTEM = Actor.system()


def cache(name: str) -> caches.Cache[Any]:
    return next(one for one in caches.every() if one.name == name)


def faults(moment: datetime = NOON) -> list[str]:
    return [line for one in caches.every() for found in caches.differences(one, moment) for line in found.words()]


def accepted(county: County, company: Company) -> WorkItem:
    item = ready(guided(county, company))
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=county.actor("approver", item.department.key), item_id=item.pk, at=at("2026-11-06 10:00"))
    return WorkItem.objects.get(kind="limit")


def test_the_list_in_the_documents_is_the_register() -> None:
    text = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
    told = {
        name: set(re.findall(r"`(\w+)`", columns))
        for name, columns in re.findall(r"^\| `([a-z.]+)` \| [^|]+ \| ([^|]+) \|", text, re.M)
    }
    assert told == {one.name: set(one.columns) for one in caches.every()}


def test_only_the_administrator_and_the_system_rebuild(db: None) -> None:
    for role in ROLES.keys() - {"administrator", "system"}:
        with pytest.raises(Forbidden):
            caches.rebuild(cache("projects.facts"), actor=Actor(person_id=None, role=role), at=NOON)
    assert caches.rebuild(cache("projects.facts"), actor=Actor(person_id=None, role="administrator"), at=NOON) == []


def test_a_row_that_cannot_be_derived_is_named_and_the_others_are_mended(county: County, company: Company) -> None:
    first, second, third = (guided(county, company, name=f"{number}号项目") for number in "一二三")
    Project.objects.filter(pk=second.pk).update(facts={})
    Project.objects.filter(pk__in=[first.pk, third.pk]).update(total_investment=1)
    found = caches.rebuild(cache("projects.facts"), actor=SYSTEM, at=NOON)
    assert [(one.key, bool(one.error)) for one in found] == [(first.pk, False), (second.pk, True), (third.pk, False)]
    (left,) = [line for line in faults() if line.startswith("项目的登记内容")]
    assert left.startswith(f"项目的登记内容（项目 {second.code}）：不能按记录重算")
    assert Project.objects.get(pk=third.pk).total_investment == third.total_investment
    trail = Entry.objects.filter(verb="caches.rebuild").latest("id")
    assert trail.data == {
        "cache": "projects.facts",
        "before": {"total_investment": "1.0000"},
        "after": {"total_investment": "8600"},
    }
    assert (trail.subject_id, trail.role) == (str(third.pk), "system")


@begins_with(None)
def test_more_rows_than_a_batch_are_all_compared(
    county: County, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    projects = [guided(county, company, name=f"{number}号项目") for number in "一二三四五"]
    Project.objects.update(started_on=date(2026, 11, 1))
    monkeypatch.setattr(caches, "BATCH", 2)
    assert [one.key for one in caches.differences(cache("projects.started"), NOON)] == [
        project.pk for project in projects
    ]


def test_a_rebuild_killed_anywhere_and_two_at_once_mend_a_row_once(committed_db: str) -> None:
    county, company = new_county(), new_company()
    project = guided(county, company)
    Project.objects.update(total_investment=1)
    survives(lambda: caches.mend(actor=SYSTEM, cache=cache("projects.facts"), key=project.pk, at=NOON))
    Project.objects.update(total_investment=2)
    together(*[lambda: caches.rebuild(cache("projects.facts"), actor=SYSTEM, at=NOON)] * 3)
    assert Project.objects.get().total_investment == project.total_investment
    assert Entry.objects.filter(verb="caches.rebuild").count() == 2


def test_work_items_follow_the_projects_new_name_and_its_code(county: County, company: Company) -> None:
    """An inbox is searched by the name: after an amendment the project was no longer found under the one it has."""
    project = guided(county, company)
    amend(
        actor=company.actor, project_id=project.pk, changes={"name": "年产6万吨有机肥加工项目"}, reason="扩产", at=NOON
    )
    assert {row.subtitle for row in WorkItem.objects.filter(project_id=project.pk)} == {
        f"年产6万吨有机肥加工项目　{company.unit.name}"
    }
    assert faults() == []


def test_a_clock_closed_in_a_pause_keeps_the_light_of_the_term_the_pause_has_put_off(
    county: County, company: Company
) -> None:
    work = accepted(county, company)
    pause(actor=SYSTEM, item=work, reason="hearing", at=at("2026-11-06 11:00"))
    due = work.due_at
    assert due is not None
    close(actor=SYSTEM, item=work, at=at("2026-12-01 09:00"), outcome="done")
    assert (work.due_at > due, work.announced) == (True, "green")
    assert faults(at("2026-12-01 10:00")) == []


@pytest.mark.parametrize("days", [0, -3])
def test_an_extension_is_at_least_one_day(county: County, company: Company, days: int) -> None:
    work = accepted(county, company)
    due = work.due_at
    with pytest.raises(Refused) as refused:
        extend(actor=SYSTEM, item=work, days=days, reason="需要专家评审", at=at("2026-11-06 11:00"))
    work.refresh_from_db()
    assert (refused.value.code, refused.value.field, work.due_at) == ("work.extension_days", "days", due)


def test_a_closed_clock_is_judged_by_the_calendar_of_then(county: County, company: Company) -> None:
    work = accepted(county, company)
    extend(actor=SYSTEM, item=work, days=10, reason="需要专家评审", at=at("2026-11-06 11:00"))
    close(actor=SYSTEM, item=work, at=at("2026-11-09 11:00"), outcome="done")
    notice = DayNotice(date(2026, 11, 12), working=False, name="州庆", cites=())
    import_calendar(actor=county.actor("administrator"), days=[notice], source="州政府通知", at=at("2026-11-09 12:00"))
    assert faults() == []
    WorkItem.objects.filter(pk=work.pk).update(due_at=at("2026-11-07 18:00"))
    assert [line.split("存为")[0] for line in faults()] == [f"待办的时钟（待办 {work.pk} 事项办理）：到期时间"]


@pytest.mark.parametrize(
    ("spans", "stopped"),
    [
        ([], None),
        ([(1, None)], 1),
        ([(1, 2)], None),
        ([(1, 3), (2, None)], 1),
        ([(1, 2), (3, None)], 3),
        ([(1, 2), (2, None)], 2),
        ([(1, 5), (2, 3)], None),
        ([(1, None), (2, 3)], 1),
    ],
)
def test_a_stop_began_with_the_first_ruling_of_those_that_follow_without_a_break(
    spans: list[tuple[int, int | None]], stopped: int | None
) -> None:
    day = {None: None} | {number: at(f"2026-11-0{number} 09:00") for number in range(1, 9)}
    assert since([(day[begins], day[ends]) for begins, ends in spans]) == day[stopped]  # type: ignore[misc]


@begins_with(None)
def test_a_filing_decided_by_hand_leaves_no_work_item_without_its_code(county: County, company: Company) -> None:

    held = file_project(
        actor=company.actor,
        unit_id=company.unit.pk,
        facts=facts(declarations={"two_high_or_overcapacity": True}),
        pledged=True,
        at=NOON,
    ).project
    assert WorkItem.objects.get(project_id=held.pk).project_code == ""
    decide_by_hand(
        actor=county.actor("approver", "development_reform"),
        project_id=held.pk,
        approve=True,
        why="经核实不属于产能过剩行业",
        at=NOON,
    )
    held.refresh_from_db()
    assert {row.project_code for row in WorkItem.objects.filter(project_id=held.pk)} == {held.code}
    assert faults() == []


def test_the_command_mends_says_what_it_mended_and_knows_no_other_name(
    county: County, company: Company, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "instance", nullcontext)
    project = guided(county, company)
    Project.objects.update(total_investment=1)
    assert command.rebuild("projects.started", as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["mended"] == 0
    assert command.rebuild("projects.facts", as_json=False) == 0
    said = capsys.readouterr().out
    assert f"已改正：项目的登记内容（项目 {project.code}）：总投资存为“1.0000”，按记录应为“8600”" in said
    assert said.endswith("改正了 1 行\n")
    Project.objects.update(facts={})
    assert command.rebuild("", as_json=True) == 1
    answer = json.loads(capsys.readouterr().out)
    assert (answer["failed"], [row["name"] for row in answer["caches"]]) == (1, [one.name for one in caches.every()])
    with pytest.raises(WrongInput, match=r"没有“所有”，可用：infochain\.subject、work\.clock"):
        command.rebuild("所有", as_json=False)
