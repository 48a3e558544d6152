"""A correction, a notified change and a major change are three things; the map follows, and what is decided stays."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tests.apps.county import Company, County, at, facts
from tests.apps.test_commitments import approve, item_of, promise
from tests.apps.test_onemap import ANSWERED, FILED, REVIEWED, guided, guided_rest
from tests.beginnings import begins_with
from yinuo.engine.base import Refused
from yinuo.engine.infochain.tasks import audit_now
from yinuo.engine.notices.models import Message
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments.models import Commitment
from yinuo.rooms.onemap import moving
from yinuo.rooms.onemap.actions import confirm_review
from yinuo.rooms.onemap.models import GuidanceAnswer, MapItem
from yinuo.rooms.projects.actions import amend, decide_change, file_project
from yinuo.rooms.projects.actions.amending import judge_change, only_adds
from yinuo.rooms.projects.models import Amendment, ChangeRequest, Project

CHANGED, DECIDED = at("2026-12-07 09:00"), at("2026-12-07 15:00")
ADDRESS = "积石山县吹麻滩镇唐集工业集中区3号地块"
pytestmark = begins_with(guided)


def change(company: Company, project: Project, moment: Any = CHANGED, **changes: Any) -> ChangeRequest | None:
    return amend(actor=company.actor, project_id=project.pk, changes=changes, reason="更正", at=moment)


@pytest.mark.parametrize(
    ("new", "adds"),
    [
        (f"{ADDRESS}（北侧）", True),
        ("甘肃省" + ADDRESS, True),
        (ADDRESS.replace("3号", "5号"), False),
        (ADDRESS.replace("3号", "13号"), False),
        (ADDRESS.replace("3号地块", "三3号地块"), False),
        (ADDRESS.replace("吹麻滩镇", "大河家镇"), False),
        (ADDRESS.removesuffix("地块"), False),
        (ADDRESS + "以北大墩村东侧原种植农场闲置用地内", False),
        ("", False),
    ],
)
def test_a_correction_only_adds_words(new: str, adds: bool) -> None:
    assert only_adds(ADDRESS, new, Fraction(1, 2)) is adds


def test_a_corrected_address_keeps_code_decisions_promises_clocks_and_papers(county: County, company: Company) -> None:
    """Before: the project ended, with eleven matters granted."""
    commitment = approve(county, promise(company, item_of(guided(county, company))))
    project = commitment.project
    clocks = set(WorkItem.objects.filter(project_id=project.pk, state="running").values_list("pk", flat=True))
    address = project.facts["site"]["address"]
    assert change(company, project, site={"address": f"{address}（北侧）"}) is None
    now = Project.objects.get(pk=project.pk)
    assert (now.code, now.state, now.facts["site"]["address"]) == (project.code, "confirmed", f"{address}（北侧）")
    assert (Amendment.objects.get().kind, item_of(now).state) == ("correction", "granted")
    assert Commitment.objects.get().state == "decided"
    running = WorkItem.objects.filter(project_id=project.pk, state="running")
    assert set(running.values_list("pk", flat=True)) == clocks
    told = Entry.objects.get(verb="onemap.redraw").data
    assert (told["kind"], told["items"]) == ("correction", [])
    assert commitment.item.matter_id in told["granted"] and commitment.item.matter_id in told["promised"]
    assert audit_now(CHANGED).faults == []


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"site": {"address": "积石山县大河家镇1号"}}, "详细地址"),
        ({"industry": "2629"}, "国标行业"),
        ({"project_class": "state_owned", "entries": {"public_building_offices": False}}, "项目类别"),
    ],
)
def test_a_major_change_is_looked_at_by_the_filing_office_and_keeps_everything(
    county: County, company: Company, changes: dict[str, Any], label: str
) -> None:
    commitment = approve(county, promise(company, item_of(guided(county, company))))
    project = commitment.project
    held = change(company, project, **changes)
    assert held is not None and held.kind == "major"
    assert "change.review_facts" in [stop["rule"] for stop in held.stops]
    assert Project.objects.get(pk=project.pk).facts == project.facts
    decide_change(actor=county.actor("approver"), request_id=held.pk, approve=True, why="属于同一项目", at=DECIDED)
    now = Project.objects.get(pk=project.pk)
    assert (now.code, now.state) == (project.code, "confirmed")
    assert (Amendment.objects.get().kind, item_of(now).state) == ("major", "granted")
    assert Commitment.objects.get().state == "decided"
    # The departments that have decided are told, and may look again.
    told = Message.objects.filter(template="major_changed")
    assert told.filter(person=county.person("approver", commitment.department.key)).exists()
    assert audit_now(DECIDED).faults == []


def test_only_another_authoritys_project_is_filed_anew(county: County, company: Company) -> None:
    project = guided(county, company)
    with pytest.raises(Refused) as refusal:
        change(company, project, kind="approval")
    assert refusal.value.code == "projects.major_change"
    assert refusal.value.cites


def test_a_notified_change_is_told_to_the_filing_office(county: County, company: Company) -> None:
    project = guided(county, company)
    assert change(company, project, total_investment="9100") is None
    assert Amendment.objects.get().kind == "notified"
    assert Message.objects.filter(template="change_notified", person=county.person("approver")).exists()


# -- the map follows


LAND = {"site": {"new_construction_land": True}}


def matters(project: Project, *states: str) -> set[str]:
    rows = MapItem.objects.filter(project=project, **({"state__in": states} if states else {}))
    return set(rows.values_list("matter_id", flat=True))


@begins_with(None)
def test_what_is_newly_needed_joins_the_map_and_what_is_not_needed_any_more_leaves_it(
    county: County, company: Company
) -> None:
    project = guided(county, company, site={**facts()["site"], "new_construction_land": False})
    before = matters(project)
    shown = moving.fact_changes(project, moving.with_facts(project, judge_change(project, LAND, CHANGED).after))
    added = {row.matter_id for row in shown if row.kind == "add"}
    assert added and not added & before
    assert change(company, project, **LAND) is None
    project.refresh_from_db()
    assert matters(project) == before | added
    assert Message.objects.filter(template="map_changed", person=company.person).exists()
    # Changed back: what nobody has applied for leaves, and a third time it comes again, as the same item.
    assert change(company, project, DECIDED, site={"new_construction_land": False}) is None
    project.refresh_from_db()
    assert matters(project, "cancelled") == {"land_pre_review"}, "what the rules cannot say stays for its department"
    assert change(company, project, DECIDED, **LAND) is None
    assert matters(project, "open") >= added
    assert MapItem.objects.filter(project=project).count() == len(before | added)
    assert audit_now(DECIDED).faults == []


@begins_with(None)
def test_facts_that_change_while_the_departments_answer_reach_those_who_have_not(
    county: County, company: Company
) -> None:
    site = {**facts()["site"], "new_construction_land": False}
    filing = file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(site=site), pledged=True, at=FILED)
    project = confirm_review(actor=county.actor("approver"), project_id=filing.project.pk, at=REVIEWED)
    before = {row["matter_id"] for answer in GuidanceAnswer.objects.all() for row in answer.matters}
    assert change(company, project, REVIEWED, **LAND) is None
    after = {row["matter_id"] for answer in GuidanceAnswer.objects.all() for row in answer.matters}
    assert after > before
    guided_rest(county, project, ANSWERED)
    assert (after - before) <= matters(Project.objects.get(pk=project.pk))


def test_what_was_is_found_again_from_what_changed() -> None:
    before = {"name": "甲", "site": {"heritage": "none"}, "construction": {"building": True}}
    after = {"name": "乙", "site": {"heritage": "none", "new": True}, "construction": {}}
    changes = {"name": ["甲", "乙"], "site.new": [None, True], "construction.building": [True, None]}
    assert moving.undone(after, changes) == before
