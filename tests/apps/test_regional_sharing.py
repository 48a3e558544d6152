"""附件3·三(三): a project's map takes the zone's result in place of the matter, or says why not; what changes later is
handled with reason.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.apps.county import Company, County, at, facts, new_company
from tests.apps.regions import in_zone, new_result, new_zone
from tests.apps.test_onemap import ANSWERED, guided, hand_in
from yinuo.engine.base import Forbidden, Refused
from yinuo.engine.documents.models import Document
from yinuo.engine.notices.models import Message
from yinuo.engine.trail.models import ChainRow, Entry
from yinuo.rooms.onemap import planning, queries, regional
from yinuo.rooms.onemap.actions import end_sharing, share_result
from yinuo.rooms.onemap.actions.applying import next_number
from yinuo.rooms.onemap.models import Application, MapItem
from yinuo.rooms.projects.actions import amend
from yinuo.rooms.projects.models import Project

SOIL, EIA = "soil_conservation_plan", "eia_table"
LATER = at("2026-11-10 10:00")
OUTSIDE = {"industries": ["26"], "most": {"land_area": 50000}}


def item_of(project: Project, matter_id: str = SOIL) -> MapItem:
    return MapItem.objects.select_related("project", "shared").get(project=project, matter_id=matter_id)


def misfit_of(item: MapItem) -> str:
    entry = Entry.objects.get(verb="onemap.regional_misfit", subject_id=str(item.pk))
    assert entry.decision is not None
    assert entry.decision.outcome["fits"] is not True
    return entry.why


def test_a_fitting_result_stands_for_the_matter_when_the_map_is_drawn(county: County, company: Company) -> None:
    result = new_result(new_zone(county), SOIL, OUTSIDE)
    project = guided(county, company, **in_zone())
    item = item_of(project)
    assert (item.state, item.route, item.shared_id) == ("exempt", "regional", result.pk)
    assert (item.present.ended_at, item.present.document_number) == (ANSWERED, result.document_number)
    entry = Entry.objects.get(verb="onemap.share_result")
    assert entry.decision is not None
    assert entry.decision.outcome == {"fits": True, "result": result.pk, "number": result.document_number}
    assert ChainRow.objects.filter(type="approval.document", label=project.code).count() == 2
    told = Message.objects.filter(template="regional_shared", unit_id=company.unit.pk).get()
    assert "吹麻滩工业园区" in told.body
    assert item.name in told.body


def test_the_guidance_paper_says_so(county: County, company: Company) -> None:
    result = new_result(new_zone(county), SOIL)
    project = guided(county, company, **in_zone())
    rows = {
        row["name"]: row
        for row in Document.objects.get(kind="guidance_summary", project_code=project.code).data["matters"]
    }
    row = rows[item_of(project).name]
    assert row["way"] == "共享区域评估"
    assert result.document_number in row["note"]


def test_a_shared_matter_brings_the_landing_nearer(county: County, company: Company) -> None:
    zone = new_zone(county)
    alone = queries.map_of(guided(county, company, **in_zone()).pk, ANSWERED)
    for matter in (SOIL, EIA):
        new_result(zone, matter)
    sharing = queries.map_of(guided(county, new_company("积石山另一家有限公司"), **in_zone()).pk, ANSWERED)
    assert alone.plan
    assert sharing.plan
    assert sharing.plan.landing_on <= alone.plan.landing_on
    assert sharing.done == alone.done + 2


@pytest.mark.parametrize(
    ("conditions", "told"),
    [
        ({"industries": ["30"]}, "不符合“国标行业代码以 30 开头”"),
        ({"most": {"land_area": 20000}}, "不符合“用地面积不超过 20000 平方米”"),
        ({"one_of": {"eia": ["register"]}}, "不符合“环境影响评价类别为登记表”"),
        (
            {"excluded": [{"predicate": "needs_eia_table", "why": "编制报告表的项目"}]},
            "属于不适用的情形“编制报告表的项目”",
        ),
        ({"one_of": {"discharge_permit": ["none"]}}, "取决于：排污许可管理类别"),
    ],
)
def test_a_result_that_does_not_fit_leaves_the_matter_and_its_reason(
    county: County, company: Company, conditions: dict[str, Any], told: str
) -> None:
    new_result(new_zone(county), SOIL, conditions)
    item = item_of(guided(county, company, **in_zone()))
    assert (item.state, item.route, item.shared_id) == ("open", "regular", None)
    assert told in misfit_of(item)
    with pytest.raises(Refused) as refusal:
        share_result(actor=company.actor, item_id=item.pk, at=LATER)
    assert refusal.value.code in ("onemap.regional_misfit", "onemap.regional_unknown")
    assert told in refusal.value.message
    assert refusal.value.cites


def test_a_company_of_class_d_shares_nothing(county: County) -> None:
    poor = new_company("积石山失信有限公司", "40")
    zone = new_zone(county)
    project = guided_by_hand(county, poor)
    result = new_result(zone, SOIL)
    proposal = regional.proposals(project, [SOIL], LATER.date())[SOIL]
    assert proposal.result == result
    assert proposal.fits is False
    assert "不能共享区域评估结果" in proposal.decision.trace[0].text
    assert [step.rule for step in proposal.decision.trace] == ["measure.23.regional"]


def guided_by_hand(county: County, company: Company) -> Project:
    """A D company's filing is decided by hand; the map is not needed to ask the rules."""
    from yinuo.rooms.projects.actions import file_project

    made = file_project(
        actor=company.actor, unit_id=company.unit.pk, facts=facts(**in_zone()), pledged=True, at=at("2026-11-03 09:12")
    )
    return Project.objects.select_related("unit__credit").get(pk=made.project.pk)


def test_a_project_in_another_zone_or_in_none_is_asked_nothing(
    county: County, company: Company, django_assert_num_queries: Any
) -> None:
    new_result(new_zone(county), SOIL)
    project = guided(county, company, **in_zone("liuji"))
    assert item_of(project).state == "open"
    project.facts["site"].pop("zone_id")
    with django_assert_num_queries(0):
        assert regional.proposals(project, [SOIL], LATER.date()) == {}


def test_a_result_not_yet_or_no_longer_in_force_is_not_shared(county: County, company: Company) -> None:
    new_result(new_zone(county), SOIL, to_on=at("2026-11-05 00:00").date())
    item = item_of(guided(county, company, **in_zone()))
    assert item.state == "open"
    assert "结果已过有效期" in misfit_of(item)


def test_a_result_published_after_the_map_is_taken_over_by_the_company_once(county: County, company: Company) -> None:
    zone = new_zone(county)
    project = guided(county, company, **in_zone())
    item = item_of(project)
    assert item.state == "open"
    new_result(zone, SOIL, OUTSIDE)
    with pytest.raises(Forbidden):
        share_result(actor=new_company("旁人有限公司").actor, item_id=item.pk, at=LATER)
    first = share_result(actor=company.actor, item_id=item.pk, at=LATER, version=item.version, idempotency_key="k1")
    again = share_result(actor=company.actor, item_id=item.pk, at=LATER, version=item.version, idempotency_key="k1")
    assert first.pk == again.pk
    assert Entry.objects.filter(verb="onemap.share_result").count() == 1
    with pytest.raises(Refused, match="免办"):
        share_result(actor=company.actor, item_id=item.pk, at=LATER)


def test_where_the_zone_has_no_result_there_is_nothing_to_take_over(county: County, company: Company) -> None:
    new_zone(county)
    item = item_of(guided(county, company, **in_zone()))
    with pytest.raises(Refused) as refusal:
        share_result(actor=company.actor, item_id=item.pk, at=LATER)
    assert refusal.value.code == "onemap.no_regional_result"


def test_what_is_applied_for_already_is_not_taken_over(county: County, company: Company) -> None:
    zone = new_zone(county)
    project = guided(county, company, **in_zone())
    item = item_of(project)
    hand_in(company, item, at("2026-11-06 09:00"))
    new_result(zone, SOIL)
    with pytest.raises(Refused, match="已收件"):
        share_result(actor=company.actor, item_id=item.pk, at=LATER)


def test_expiry_and_withdrawal_touch_nothing_that_is_concluded(county: County, company: Company) -> None:
    result = new_result(new_zone(county), SOIL)
    project = guided(county, company, **in_zone())
    result.withdrawn_at, result.withdrawn_why = LATER, "基础数据失实"
    result.save()
    amend(actor=company.actor, project_id=project.pk, changes={"floor_area": "20700"}, reason="方案微调", at=LATER)
    assert item_of(project).state == "exempt"


def test_a_change_that_no_longer_fits_brings_the_matter_back_with_the_reason(county: County, company: Company) -> None:
    result = new_result(new_zone(county), SOIL, OUTSIDE)
    project = guided(county, company, **in_zone())
    amend(actor=company.actor, project_id=project.pk, changes={"land_area": "61000"}, reason="扩大用地", at=LATER)
    item = item_of(project)
    assert (item.state, item.route, item.shared_id, next_number(item), item.application) == (
        "open",
        "regular",
        None,
        2,
        None,
    )
    past = Application.objects.get(item=item)
    assert (past.outcome, past.document_number) == ("unshared", result.document_number)
    assert "不符合“用地面积不超过 50000 平方米”" in past.again_why
    assert Message.objects.filter(template="regional_unshared", unit_id=company.unit.pk).count() == 1
    hand_in(company, item, at("2026-11-11 09:00"))


def test_a_change_that_still_fits_leaves_it(county: County, company: Company) -> None:
    new_result(new_zone(county), SOIL, OUTSIDE)
    project = guided(county, company, **in_zone())
    amend(actor=company.actor, project_id=project.pk, changes={"land_area": "31000"}, reason="扩大用地", at=LATER)
    assert item_of(project).state == "exempt"


def test_the_planner_counts_no_days_for_the_route_and_shows_it_only_where_a_result_fits(
    county: County, company: Company
) -> None:
    zone = new_zone(county)
    project = guided(county, company, **in_zone())
    before = queries.map_of(project.pk, LATER)
    new_result(zone, SOIL)
    new_result(zone, EIA, {"industries": ["30"]})
    view = queries.map_of(project.pk, LATER)
    assert (before.shared, view.shared) == (frozenset(), {SOIL})
    items = [card.item for card in view.cards]
    options = planning.route_options(items, {}, project.rules_on, LATER, view.shared)
    ways = {item.matter_id: {option.route: option.days for option in options.get(item.pk, ())} for item in items}
    assert ways[SOIL]["regional"] == 0
    assert "regional" not in ways[EIA]


def test_the_map_costs_two_queries_more_where_the_zone_is_named(
    county: County, company: Company, django_assert_num_queries: Any
) -> None:
    new_result(new_zone(county), EIA, {"industries": ["30"]})
    project = guided(county, company, **in_zone())
    queries.map_of(project.pk, LATER)
    with django_assert_num_queries(6):
        queries.map_of(project.pk, LATER)


def test_the_department_ends_one_projects_sharing_and_the_matter_comes_back_for_good(
    county: County, company: Company
) -> None:
    zone = new_zone(county)
    result = new_result(zone, SOIL)
    item = item_of(guided(county, company, **in_zone()))
    handler, other = county.actor("approver", item.department.key), county.actor("approver", "development_reform")
    ask: dict[str, Any] = {"item_id": item.pk, "at": LATER}
    with pytest.raises(Forbidden):
        end_sharing(actor=other, why="取土场超出评估范围", **ask)
    with pytest.raises(Refused, match="请写明"):
        end_sharing(actor=handler, why=" ", **ask)
    done = end_sharing(actor=handler, why="取土场超出评估范围", **ask)
    assert (done.state, done.route, done.shared_id, next_number(done)) == ("open", "regular", None, 2)
    past = Application.objects.get(item=item)
    assert (past.outcome, past.document_number) == ("unshared", result.document_number)
    assert "取土场超出评估范围" in Message.objects.get(template="regional_unshared", unit_id=company.unit.pk).body
    with pytest.raises(Refused) as again:
        share_result(actor=company.actor, **ask)
    assert again.value.code == "onemap.share_ended", "this project does not take over this very result again"
    assert SOIL not in queries.map_of(item.project_id, LATER).shared
    with pytest.raises(Refused) as twice:
        end_sharing(actor=handler, why="再来一次", **ask)
    assert twice.value.code == "onemap.state"
    neighbour = guided(county, new_company("积石山另一家有限公司"), **in_zone())
    assert item_of(neighbour).state == "exempt", "the result stands for everybody else"
