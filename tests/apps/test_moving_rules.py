"""U-6: moving the day whose rules a project runs under.

The pack here is the county's with three values changed from a day on.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from tests.apps.county import Company, County, at, facts, new_company, new_county
from tests.apps.killing import counts
from tests.apps.test_commitments import promise
from tests.apps.test_onemap import FILED, guided, hand_in
from yinuo.core.decision import Decision
from yinuo.engine import rules
from yinuo.engine.base import Refused, Stale
from yinuo.engine.catalogue.actions import offer_commitment
from yinuo.engine.notices.models import Message
from yinuo.engine.people.models import Department
from yinuo.engine.trail.models import Entry
from yinuo.engine.work import clocks
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap import moving
from yinuo.rooms.onemap.actions import accept, confirm_review, decide
from yinuo.rooms.onemap.actions.moving import move_rules_on
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.actions import file_project, terminate
from yinuo.rooms.projects.models import Project

# From TURN on: the report's review takes 7 working days instead of 10, 500 tce need an energy review instead of 1000,
# and only a site
# of 50 000 m² needs a soil plan instead of 5000.
TURN = date(2026, 11, 6)
EVE = date(2026, 11, 5)
NOON = at("2026-11-09 12:00")
NO_EARTH_MOVED: dict[str, Any] = {"construction": {"soil_disturbed_m2": "0", "soil_moved_m3": "0"}}
WHY = "施行新规定，企业同意适用"


def changed(folder: Path) -> None:
    def turn(file: str, kept: str, old: str, new: str) -> None:
        """In the block that begins with `kept`: the last value ends on TURN, a new one follows."""
        path = folder / file
        head, mark, tail = path.read_text(encoding="utf-8").partition(kept)
        assert mark, kept
        before, found, rest = tail.partition(old)
        assert found, old
        path.write_text(head + mark + before + new + rest, encoding="utf-8")

    thresholds = "parameters/thresholds.toml"
    for name, value, later in (
        ("threshold.energy_review_energy", 1000, 500),
        ("threshold.soil_plan_area", 5000, 50000),
    ):
        day = "2025-09-01" if "energy" in name else "2023-03-01"
        old = f"[[parameter.value]]\nfrom = {day}\nvalue = {value}\n"
        cite = "ndrc-31-2025#第八条" if "energy" in name else "soil-conservation-measures#第六条"
        new = f'[[parameter.value]]\nfrom = {TURN}\nvalue = {later}\ncite = ["{cite}"]\nreading = "试"\n\n'
        turn(
            thresholds, f'id = "{name}"', old, f"{new}[[parameter.value]]\nfrom = {day}\nto = {TURN}\nvalue = {value}\n"
        )
    limit = '{ value = 10, unit = "working", from = 2023-02-20, cite'
    after = (
        limit.replace("10", "7").replace("2023-02-20", str(TURN))
        + ' = ["jzb-2023-16#正文·三(三)"], provenance = "unverified" },\n  '
    )
    turn(
        "matters/ecology.toml",
        'id = "eia_table"',
        limit,
        after + limit.replace("2023-02-20", f"2023-02-20, to = {TURN}"),
    )


@pytest.fixture(scope="module")
def new_rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packs") / "jishishan"
    shutil.copytree(rules.settings.YINUO_PACK_DIR, folder, ignore=shutil.ignore_patterns("__pycache__"))
    changed(folder)
    return folder


@pytest.fixture
def in_force(new_rules: Path, settings: LazySettings) -> Iterator[None]:
    settings.YINUO_PACK_DIR = new_rules
    rules.pack.cache_clear()
    clocks.forget_calendar()
    yield
    rules.pack.cache_clear()
    clocks.forget_calendar()


@pytest.fixture
def world(in_force: None, db: None) -> tuple[County, Company, Project]:
    county, company = new_county(), new_company()
    return county, company, guided(county, company, **NO_EARTH_MOVED)


World = tuple[County, Company, Project]


def move(county: County, project: Project, to: date = TURN, moment: datetime = NOON, **changes: Any) -> Project:
    arguments = {
        "actor": county.actor("general_convener"),
        "project_id": project.pk,
        "to": to,
        "reason": WHY,
        "at": moment,
    }
    return move_rules_on(**{**arguments, **changes})


def item_of(project: Project, matter: str) -> MapItem:
    return MapItem.objects.get(project=project, matter_id=matter)


def refused(code: str, county: County, project: Project, **changes: Any) -> Refused:
    county.actor("general_convener")
    before = counts()
    with pytest.raises(Refused) as refusal:
        move(county, project, **changes)
    assert refusal.value.code == code
    assert counts() == before
    project.refresh_from_db()
    assert project.rules_on == FILED.date()
    return refusal.value


# -- what would change


def test_the_difference_names_each_matter_limit_and_parameter_with_before_and_after(world: World) -> None:
    _, _, project = world
    found = {
        (change.kind, change.subject): (change.before, change.after) for change in moving.difference(project, TURN)
    }
    assert found["matter", "energy_review"] == ("不须办理", "须办理")
    assert found["matter", "soil_conservation_plan"] == ("须办理", "不须办理")
    assert found["text", "eia_table.promised"] == ("10 个工作日", "7 个工作日")
    assert found["parameter", "threshold.energy_review_energy"] == ("1000 吨标准煤", "500 吨标准煤")
    assert not any(subject.startswith(("credit.", "hall.")) for _, subject in found)


def test_the_day_before_the_turn_nothing_differs_and_on_the_turn_it_does(world: World) -> None:
    _, _, project = world
    assert moving.difference(project, EVE) == []
    assert moving.item_changes(project, EVE) == []
    assert {(change.kind, change.matter_id) for change in moving.item_changes(project, TURN)} == {
        ("limits", "eia_table"), ("add", "energy_review"),
        ("cancel", "soil_conservation_plan"), ("cancel", "soil_conservation_acceptance"),
    }  # fmt: skip


def test_looking_at_the_difference_changes_nothing(world: World) -> None:
    _, _, project = world
    before = counts()
    moving.difference(project, TURN)
    moving.item_changes(project, TURN)
    assert counts() == before
    assert (project.rules_on, Project.objects.get(pk=project.pk).rules_on) == (FILED.date(), FILED.date())


# -- moving


def test_what_is_not_accepted_takes_the_new_limit_and_the_map_follows(world: World) -> None:
    county, _, project = world
    version = project.version
    moved = move(county, project)
    assert (moved.rules_on, moved.version) == (TURN, version + 1)
    report = item_of(project, "eia_table")
    assert (report.limit_value, report.version) == (7, 2)
    assert item_of(project, "soil_conservation_plan").state == "cancelled"
    added = item_of(project, "energy_review")
    assert (added.state, added.position) == ("open", MapItem.objects.filter(project=project).count())
    assert added.limit_value == rules.pack().matters["energy_review"].promised_at(TURN).value  # type: ignore[union-attr]


def test_an_application_handed_in_and_not_accepted_takes_the_new_limit_when_it_is(world: World) -> None:
    county, company, project = world
    report = item_of(project, "eia_table")
    hand_in(company, report, at("2026-11-06 09:00"))
    receipt = WorkItem.objects.get(kind="receipt", subject_id=report.pk)
    move(county, project)
    accept(actor=county.actor("approver", "ecology"), item_id=report.pk, at=at("2026-11-09 15:00"))
    clock = WorkItem.objects.get(kind="limit", subject_id=report.pk)
    assert (clock.limit_value, clock.rules_on) == (7, TURN)
    assert (receipt.rules_on, receipt.due_at) == (FILED.date(), WorkItem.objects.get(pk=receipt.pk).due_at)


def test_a_running_clock_keeps_its_limit_and_its_rules(world: World) -> None:
    county, company, project = world
    report = item_of(project, "eia_table")
    hand_in(company, report, at("2026-11-06 09:00"))
    accept(actor=county.actor("approver", "ecology"), item_id=report.pk, at=at("2026-11-06 10:00"))
    before = WorkItem.objects.get(kind="limit", subject_id=report.pk)
    move(county, project)
    after = WorkItem.objects.get(pk=before.pk)
    assert (after.limit_value, after.rules_on, after.due_at) == (10, FILED.date(), before.due_at)
    assert item_of(project, "eia_table").limit_value == 10


def test_a_departments_own_shorter_limit_stays_and_a_longer_one_does_not(world: World) -> None:
    county, _, project = world
    for own, after in ((5, 5), (9, 7)):
        MapItem.objects.filter(project=project, matter_id="eia_table").update(limit_value=own)
        (change,) = [c for c in moving.item_changes(project, TURN) if c.kind == "limits"] or [None]
        assert (change.fields["limit_value"] if change else own) == after
    move(county, project)
    assert item_of(project, "eia_table").limit_value == 7


def test_a_matter_begun_is_not_cancelled_though_no_longer_needed(world: World) -> None:
    county, company, project = world
    plan = item_of(project, "soil_conservation_plan")
    hand_in(company, plan, at("2026-11-06 09:00"))
    move(county, project)
    assert item_of(project, "soil_conservation_plan").state == "received"


def test_the_departments_choice_of_the_day_decides_on_the_promise_and_a_promise_made_stands(world: World) -> None:
    county, company, project = world
    office = Department.objects.get(hall=county.hall, key="ecology")
    offer_commitment(
        actor=county.actor("principal", "ecology"), department=office, matter_id="eia_table", offered=False,
        from_on=TURN, basis="局务会", at=at("2026-11-06 09:00"),
    )  # fmt: skip
    items = list(MapItem.objects.filter(project=project).order_by("position"))
    done = {item.matter_id for item in items if item.concluded}
    promised = next(
        item for item in items if item.promisable and item.matter_id != "eia_table" and set(item.after) <= done
    )
    promise(company, promised, at("2026-11-06 10:00"))
    assert item_of(project, "eia_table").promisable is True
    move(county, project)
    assert item_of(project, "eia_table").promisable is False
    assert item_of(project, promised.matter_id).state == "notice"


def test_the_move_is_on_record_with_every_change_and_the_unit_is_told(world: World) -> None:
    county, company, project = world
    move(county, project)
    entry = Entry.objects.select_related("decision").get(verb="onemap.move_rules_on")
    assert (entry.why, entry.data["from"], entry.data["to"]) == (WHY, "2026-11-03", "2026-11-06")
    assert entry.decision is not None
    decision = Decision.from_json(entry.decision.body)
    assert (decision.question, decision.as_of) == ("projects.rules_on", TURN)
    assert {"matter:energy_review", "text:eia_table.promised"} <= {step.rule for step in decision.trace}
    assert {row["matter"] for row in decision.outcome["items"]} >= {
        "eia_table",
        "soil_conservation_plan",
        "energy_review",
    }
    told = Message.objects.filter(template="rules_moved")
    assert {message.unit_id for message in told if message.unit_id} == {company.unit.pk}
    assert all("4 处变化" in message.body for message in told)


def test_moved_back_to_its_first_day_the_map_is_as_it_was(world: World) -> None:
    county, _, project = world
    move(county, project)
    moved = move(county, project, to=FILED.date(), moment=at("2026-11-10 09:00"))
    assert moved.rules_on == FILED.date()
    assert item_of(project, "eia_table").limit_value == 10
    assert item_of(project, "energy_review").state == "cancelled"


# -- who and when not


@pytest.mark.parametrize(
    ("to", "code"),
    [
        (date(2023, 2, 19), "onemap.rules_on_no_pack"),
        (date(2026, 11, 10), "onemap.rules_on_future"),
        (date(2026, 11, 3), "onemap.rules_on_same"),
        (date(2026, 11, 2), "onemap.rules_on_concluded"),
    ],
)
def test_a_day_without_rules_to_come_the_same_or_before_the_filing_is_refused(
    world: World, to: date, code: str
) -> None:
    county, _, project = world
    assert refused(code, county, project, to=to).field == "to"


def test_today_is_a_day(world: World) -> None:
    county, _, project = world
    assert move(county, project, to=date(2026, 11, 9)).rules_on == date(2026, 11, 9)


def test_what_was_concluded_since_is_not_put_under_older_rules(world: World) -> None:
    county, company, project = world
    report = item_of(project, "eia_table")
    hand_in(company, report, at("2026-11-06 09:00"))
    handler = county.actor("approver", "ecology")
    accept(actor=handler, item_id=report.pk, at=at("2026-11-06 10:00"))
    decide(actor=handler, item_id=report.pk, granted=True, document_number="环1", text="", at=at("2026-11-06 15:00"))
    assert report.name in refused("onemap.rules_on_concluded", county, project, to=EVE).message
    assert move(county, project, to=TURN).rules_on == TURN


def test_without_a_reason_or_by_an_old_form_it_is_refused(world: World) -> None:
    county, _, project = world
    refused("onemap.rules_on_reason", county, project, reason="  ")
    with pytest.raises(Stale):
        move(county, project, version=project.version + 1)


def test_while_the_departments_are_guiding_it_waits(in_force: None, county: County, company: Company) -> None:
    project = file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=FILED).project
    confirm_review(actor=county.actor("approver"), project_id=project.pk, at=at("2026-11-03 15:00"))
    project.refresh_from_db()
    refused("onemap.rules_on_guidance", county, project)


def test_before_the_review_only_the_day_moves(in_force: None, county: County, company: Company) -> None:
    project = file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=FILED).project
    assert move(county, project).rules_on == TURN
    assert not MapItem.objects.exists()


def test_a_project_that_has_ended_stays_where_it_is(world: World) -> None:
    county, company, project = world
    terminate(actor=company.actor, project_id=project.pk, why="不建了", at=at("2026-11-06 09:00"))
    project.refresh_from_db()
    refused("projects.not_running", county, project)
