"""“标准地” and 用地清单制: parcels prepared and sold, lists put together, and what a project on a 标准地 gets
(正文·二(二), 二(七)).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from tests.apps.county import Company, County, at, graded, new_company, new_county
from tests.apps.granted import grant_all
from tests.apps.test_commitments import item_of, promise
from tests.apps.test_completion import ADVISED, APPLIED, INSPECTED, built, pending
from tests.apps.test_onemap import guided
from tests.apps.test_together import together
from tests.beginnings import begins_with
from yinuo.engine.base import Actor, Forbidden, Refused, Stale
from yinuo.engine.catalogue.models import Zone
from yinuo.engine.documents.models import Document
from yinuo.engine.notices.models import Message
from yinuo.engine.people.models import Department
from yinuo.engine.trail.actions import unit_of_work
from yinuo.engine.trail.models import Entry
from yinuo.engine.work import actions as work
from yinuo.engine.work import queries as inbox
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments import actions as commitments
from yinuo.rooms.commitments.actions import apply_again, apply_completion, record_finding
from yinuo.rooms.commitments.inspection import reached
from yinuo.rooms.commitments.models import Commitment, CommitmentState, CompletionVerification
from yinuo.rooms.commitments.room import CommitmentsPaper
from yinuo.rooms.credit.models import PointProposal
from yinuo.rooms.land import actions as land
from yinuo.rooms.land import rules
from yinuo.rooms.land.models import LandChecklist, ListInput, Parcel, ParcelUse
from yinuo.rooms.land.room import LandPaper
from yinuo.rooms.onemap.actions import answer_guidance
from yinuo.rooms.onemap.actions.results import land as reach_landing
from yinuo.rooms.onemap.models import GuidanceAnswer, ItemState, MapItem
from yinuo.rooms.onemap.room import MapPaper
from yinuo.rooms.projects.actions import withdraw_filing
from yinuo.rooms.projects.models import Project
from yinuo.rooms.reviews.actions import review_service
from yinuo.rooms.reviews.queries import services_of

pytestmark = begins_with(guided)

NOON = at("2026-11-06 12:00")
SIGNED = at("2026-11-09 09:00")
DAY = date(2026, 11, 1)
BASICS = ("water", "power", "road", "levelling")
ASSESSED = ("soil_conservation_plan", "seismic_requirement_review", "energy_review")
FIGURES = {"investment_intensity": "180", "tax_per_mu": "12"}
SAID = [{"subject": "给水", "text": "自南侧干管接入", "basis": ""}]


def keeper(county: County) -> Actor:
    return county.actor("approver", "natural_resources")


def entered(county: County, number: str = "JSS-2026-03", **changes: Any) -> Parcel:
    said = {"name": "唐集3号地块", "place": "吹麻滩镇", "area": "26680", "land_use": "industrial", **changes}
    return land.enter_parcel(actor=keeper(county), number=number, at=NOON, **said)


def furnished(county: County, parcel: Parcel, *, without: str = "") -> Parcel:
    """Everything a 标准地 needs, but for what is named."""
    one: dict[str, Any] = {"actor": keeper(county), "parcel_id": parcel.pk, "on": DAY, "evidence": "验收单", "at": NOON}
    if without != "title":
        land.record_title(**one)
    for kind in BASICS:
        if kind != without:
            land.record_basic(kind=kind, **one)
    for matter in ASSESSED:
        if matter != without:
            land.record_assessment(matter_id=matter, **one)
    values = {name: value for name, value in FIGURES.items() if name != without}
    land.set_indicators(actor=keeper(county), parcel_id=parcel.pk, values=values, at=NOON)
    return Parcel.objects.get(pk=parcel.pk)


def standard(county: County, number: str = "JSS-2026-03") -> Parcel:
    parcel = furnished(county, entered(county, number))
    return land.declare_standard(actor=keeper(county), parcel_id=parcel.pk, at=NOON)


def sold(county: County, company: Company, number: str = "JSS-2026-03", when: datetime = NOON) -> Parcel:
    parcel = standard(county, number)
    land.offer_parcel(actor=keeper(county), parcel_id=parcel.pk, at=when)
    return sell(county, parcel, company, when)


def sell(county: County, parcel: Parcel, company: Company, when: datetime = NOON, **changes: Any) -> Parcel:
    said = {"contract_number": f"积自然资让〔2026〕{parcel.number}", "contract_on": DAY, **changes}
    return land.sell_parcel(actor=keeper(county), parcel_id=parcel.pk, unit_id=company.unit.pk, at=when, **said)


def settled(county: County, company: Company) -> tuple[Project, ParcelUse]:
    parcel, project = sold(county, company), guided(county, company)
    return project, land.settle_project(actor=company.actor, project_id=project.pk, parcel_id=parcel.pk, at=NOON)


# -- what makes a 标准地


@pytest.mark.parametrize("without", ["title", *BASICS, *ASSESSED, *FIGURES])
def test_each_missing_condition_keeps_a_parcel_from_being_standard_and_is_named_with_its_clause(
    county: County, without: str
) -> None:
    parcel = furnished(county, entered(county), without=without)
    with pytest.raises(Refused) as refusal:
        land.declare_standard(actor=keeper(county), parcel_id=parcel.pk, at=NOON)
    assert refusal.value.code == "land.not_standard"
    assert len(refusal.value.data["missing"]) == 1
    assert any("二(二)" in cite for cite in refusal.value.cites)
    assert Parcel.objects.get(pk=parcel.pk).standard_id is None


def test_a_parcel_with_everything_is_standard_by_a_kept_decision(county: County) -> None:
    parcel = standard(county)
    parcel.refresh_from_db()
    assert parcel.standard is not None and parcel.standard.outcome == {"standard": True, "missing": []}
    assert {step["rule"] for step in parcel.standard.body["trace"]} >= {
        "land.title",
        "land.water",
        "land.indicator.tax_per_mu",
    }
    with pytest.raises(Refused, match="已经认定"):
        land.declare_standard(actor=keeper(county), parcel_id=parcel.pk, at=NOON)
    with pytest.raises(Refused, match="不能再改"):
        land.set_indicators(actor=keeper(county), parcel_id=parcel.pk, values={}, at=NOON)


def test_land_for_another_use_is_no_standard_land(county: County) -> None:
    parcel = furnished(county, entered(county, land_use="commercial"))
    with pytest.raises(Refused, match="商业服务业用地"):
        land.declare_standard(actor=keeper(county), parcel_id=parcel.pk, at=NOON)


def test_a_basic_that_proves_not_to_be_there_undoes_the_standard_before_the_sale(county: County) -> None:
    parcel = standard(county)
    one = {"actor": keeper(county), "parcel_id": parcel.pk, "kind": "water", "on": DAY, "at": NOON}
    land.record_basic(ready=False, evidence="管线尚未通水", **one)  # type: ignore[arg-type]
    parcel.refresh_from_db()
    assert parcel.standard_id is None
    assert Entry.objects.filter(verb="land.undo_standard").count() == 1
    land.record_basic(evidence="已通水", **one)  # type: ignore[arg-type]
    land.declare_standard(actor=keeper(county), parcel_id=parcel.pk, at=NOON)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "？？"}, "number"),
        ({"area": "很大"}, "area"),
        ({"area": "-1"}, "area"),
        ({"name": " "}, "name"),
        ({"place": ""}, "place"),
        ({"land_use": "moon"}, "land_use"),
        ({"zone_id": 999}, "zone"),
    ],
)
def test_a_parcel_is_entered_whole(county: County, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        entered(county, **changes)
    assert refusal.value.field == field
    assert not Parcel.objects.exists()


def test_a_number_is_given_once_and_a_form_sent_twice_enters_one(county: County) -> None:
    said: dict[str, Any] = {
        "name": "甲",
        "place": "乙",
        "area": "1",
        "land_use": "industrial",
        "actor": keeper(county),
        "at": NOON,
    }
    first = land.enter_parcel(number="JSS-1", idempotency_key="k1", **said)
    assert land.enter_parcel(number="JSS-1", idempotency_key="k1", **said).pk == first.pk
    with pytest.raises(Refused, match="已经登记"):
        land.enter_parcel(number="jss-1", **said)


def test_what_is_noted_of_a_parcel_has_a_day_a_kind_and_evidence(county: County) -> None:
    parcel = entered(county)
    one: dict[str, Any] = {"actor": keeper(county), "parcel_id": parcel.pk, "at": NOON}
    with pytest.raises(Refused, match="请选择基本条件"):
        land.record_basic(kind="gold", on=DAY, evidence="有", **one)
    with pytest.raises(Refused, match="不能晚于今天"):
        land.record_basic(kind="water", on=date(2026, 12, 1), evidence="有", **one)
    with pytest.raises(Refused, match="请写明依据"):
        land.record_basic(kind="water", on=DAY, evidence="", **one)
    with pytest.raises(Refused, match="不能做区域评估"):
        land.record_assessment(matter_id="construction_permit", on=DAY, evidence="有", **one)
    land.record_assessment(matter_id="energy_review", on=DAY, evidence="有", **one)
    with pytest.raises(Refused, match="已经登记过"):
        land.record_assessment(matter_id="energy_review", on=DAY, evidence="有", **one)
    for values in ({"tax_per_mu": "零"}, {"tax_per_mu": "0"}, {"happiness": "3"}):
        with pytest.raises(Refused) as refusal:
            land.set_indicators(values=values, **one)
        assert refusal.value.errors.keys() == values.keys()
    with pytest.raises(Stale):
        land.set_indicators(values=FIGURES, version=1, **one)


def test_a_zones_committee_prepares_its_own_land_and_no_other(county: County) -> None:
    office = Department.objects.create(
        hall=county.hall, key="zone-tangji", name="唐集园区管委会", short_name="唐集管委会"
    )
    zone = Zone.objects.create(
        hall_id=county.hall.pk, key="tangji", name="唐集工业集中区", kind="cluster", body=office, from_on=DAY
    )
    committee = county.actor("zone", "zone-tangji")
    said: dict[str, Any] = {
        "name": "甲",
        "place": "乙",
        "area": "1",
        "land_use": "industrial",
        "actor": committee,
        "at": NOON,
    }
    parcel = land.enter_parcel(number="TJ-1", zone_id=zone.pk, **said)
    assert parcel.department.key == "natural_resources"
    land.record_basic(actor=committee, parcel_id=parcel.pk, kind="water", on=DAY, evidence="有", at=NOON)
    with pytest.raises(Forbidden):
        land.enter_parcel(number="TJ-2", **said)
    with pytest.raises(Forbidden):
        land.declare_standard(actor=committee, parcel_id=parcel.pk, at=NOON)


# -- offered and sold


def test_land_is_offered_with_a_clear_title_only_and_wanted_while_it_is_offered(
    county: County, company: Company
) -> None:
    parcel = entered(county)
    with pytest.raises(Refused, match="权属还没有核清"):
        land.offer_parcel(actor=keeper(county), parcel_id=parcel.pk, at=NOON)
    with pytest.raises(Refused, match="没有在公开出让"):
        land.register_interest(actor=company.actor, parcel_id=parcel.pk, at=NOON)
    furnished(county, parcel)
    land.offer_parcel(actor=keeper(county), parcel_id=parcel.pk, at=NOON)
    row = land.register_interest(actor=company.actor, parcel_id=parcel.pk, at=NOON, idempotency_key="i1")
    assert land.register_interest(actor=company.actor, parcel_id=parcel.pk, at=NOON, idempotency_key="i1").pk == row.pk
    with pytest.raises(Refused, match="已经登记过意向"):
        land.register_interest(actor=company.actor, parcel_id=parcel.pk, at=NOON)


def test_among_equals_the_best_class_comes_first_and_whoever_is_passed_over_is_answered(county: County) -> None:
    parcel = standard(county)
    land.offer_parcel(actor=keeper(county), parcel_id=parcel.pk, at=NOON)
    good, best = new_company("临夏中等有限公司", "75"), new_company("临夏优等有限公司", "98")
    for buyer in (good, best):
        land.register_interest(actor=buyer.actor, parcel_id=parcel.pk, at=NOON)
    interests = list(parcel.interests.select_related("unit").order_by("id"))
    rows = rules.ranked(Parcel.objects.get(pk=parcel.pk), interests, {}, DAY)
    assert [row.interest.unit for row in rows] == [best.unit, good.unit]
    assert rows[0].preferred and "优先" in rows[0].why and rows[0].cites
    with pytest.raises(Refused, match="请写明选择其他单位的理由"):
        sell(county, parcel, good)
    assert sell(county, parcel, good, note="报价较高，条件不同等").unit == good.unit


def test_a_company_of_the_lowest_class_gets_no_standard_land(county: County) -> None:
    parcel = standard(county)
    land.offer_parcel(actor=keeper(county), parcel_id=parcel.pk, at=NOON)
    bad = new_company("临夏差等有限公司", "20")
    for attempt in (
        lambda: land.register_interest(actor=bad.actor, parcel_id=parcel.pk, at=NOON),
        lambda: sell(county, parcel, bad),
    ):
        with pytest.raises(Refused) as refusal:
            attempt()
        assert refusal.value.code == "land.grade"
        assert any("第二十三条" in cite for cite in refusal.value.cites)


def test_a_contract_has_a_number_of_its_own_a_day_and_a_buyer(county: County, company: Company) -> None:
    first, second = standard(county, "JSS-1"), standard(county, "JSS-2")
    for parcel in (first, second):
        with pytest.raises(Refused, match="不能这样办理"):
            sell(county, parcel, company)
        land.offer_parcel(actor=keeper(county), parcel_id=parcel.pk, at=NOON)
    sell(county, first, company, contract_number="让1号")
    with pytest.raises(Refused, match="已经登记过"):
        sell(county, second, company, contract_number="让1号")
    with pytest.raises(Refused, match="不能晚于今天"):
        sell(county, second, company, contract_on=date(2027, 1, 1))
    with pytest.raises(Refused, match="请填写出让合同编号"):
        sell(county, second, company, contract_number="")


# -- the project on its land


def test_the_indicators_of_the_contract_become_a_promise_of_the_project(county: County, company: Company) -> None:
    project, use = settled(county, company)
    commitment = use.commitment
    assert commitment is not None
    assert commitment.requirements == ["固定资产投资强度不低于 180 万元/亩", "亩均税收不低于 12 万元/亩·年"]
    assert commitment.state == CommitmentState.DECIDED and commitment.contract == use.parcel.contract_number
    item = commitment.item
    assert (item.matter_id, item.state, item.present.document_number) == (
        "land_supply",
        ItemState.GRANTED,
        use.parcel.contract_number,
    )
    assert Document.objects.filter(kind=CommitmentsPaper.LETTER, subject_id=item.pk).count() == 1
    with pytest.raises(Refused, match="已经确认过用地"):
        land.settle_project(actor=company.actor, project_id=project.pk, parcel_id=use.parcel_id, at=NOON)


def test_the_use_of_a_parcel_sent_twice_is_one(county: County, company: Company) -> None:
    parcel, project = sold(county, company), guided(county, company)
    said: dict[str, Any] = {
        "actor": company.actor,
        "project_id": project.pk,
        "parcel_id": parcel.pk,
        "at": NOON,
        "idempotency_key": "u1",
    }
    assert land.settle_project(**said).pk == land.settle_project(**said).pk
    assert Commitment.objects.filter(project=project).count() == 1


def test_a_project_builds_on_its_own_units_free_land_only(county: County, company: Company) -> None:
    project = guided(county, company)
    other = new_company("临夏别家有限公司")
    theirs = sold(county, other, "JSS-9")
    with pytest.raises(Refused, match="不是贵单位受让的"):
        land.settle_project(actor=company.actor, project_id=project.pk, parcel_id=theirs.pk, at=NOON)
    with pytest.raises(Forbidden):
        land.settle_project(actor=other.actor, project_id=project.pk, parcel_id=theirs.pk, at=NOON)


def test_a_project_that_is_not_industrial_gets_no_standard_land(county: County, company: Company) -> None:
    parcel, project = sold(county, company), guided(county, company)
    Project.objects.filter(pk=project.pk).update(facts={**project.facts, "industry": "6110"})
    with pytest.raises(Refused) as refusal:
        land.settle_project(actor=company.actor, project_id=project.pk, parcel_id=parcel.pk, at=NOON)
    assert refusal.value.code == "land.not_suited" and refusal.value.cites
    assert not ParcelUse.objects.exists() and not Commitment.objects.exists()


def committed(company: Company, project: Project) -> Commitment:
    return promise(company, item_of(project), SIGNED)


def test_a_promise_on_standard_land_is_decided_when_its_notice_ends(county: County, company: Company) -> None:
    project, use = settled(county, company)
    given = committed(company, project)
    assert commitments.close_notices(given.notice_until) == 1
    given.refresh_from_db()
    assert given.state == CommitmentState.DECIDED and given.decided_at == given.notice_until
    item = MapItem.objects.get(pk=given.item_id)
    assert item.state == ItemState.GRANTED and item.present.document_number
    entry = Entry.objects.get(verb="commitments.decide")
    assert (entry.person_id, entry.department_id, entry.via) == (
        None,
        given.department_id,
        f"land.parcel:{use.parcel_id}",
    )
    assert Entry.objects.get(verb="land.decide_at_once").decision.outcome == {"at_once": True}  # type: ignore[union-attr]
    assert not WorkItem.objects.filter(kind="commitment_decision", state="running").exists()
    assert Message.objects.filter(template="decided_at_once").exists()
    assert not Message.objects.filter(template="decidable").exists()
    decision = Document.objects.get(kind=MapPaper.DECISION, subject_id=item.pk)
    assert decision.data["department"] == item.department.name


def test_the_same_promise_elsewhere_waits_for_its_department(county: County, company: Company) -> None:
    project = guided(county, company)
    given = committed(company, project)
    commitments.close_notices(given.notice_until)
    given.refresh_from_db()
    assert given.state == CommitmentState.DECIDABLE
    assert Message.objects.filter(template="decidable").exists()


def test_an_open_objection_stops_the_decision_and_its_rejection_lets_it_be_made(
    county: County, company: Company
) -> None:
    project, _ = settled(county, company)
    given = committed(company, project)
    objection = commitments.raise_objection(
        actor=Actor.public(), commitment_id=given.pk, text="地块有争议", at=at("2026-11-10 09:00")
    )
    assert commitments.close_notices(given.notice_until) == 0
    given.refresh_from_db()
    assert given.state == CommitmentState.OBJECTED
    answered = at("2026-11-18 10:00")
    assert answered > given.notice_until
    handler = county.actor("approver", given.department.key)
    commitments.answer_objection(actor=handler, objection_id=objection.pk, upheld=False, answer="查无争议", at=answered)
    given.refresh_from_db()
    assert given.state == CommitmentState.DECIDED and given.decided_at == answered


def test_whoever_falls_to_the_lowest_class_meanwhile_is_decided_by_the_department(
    county: County, company: Company
) -> None:
    project, _ = settled(county, company)
    given = committed(company, project)
    graded(company.unit, "D-")
    commitments.close_notices(given.notice_until)
    given.refresh_from_db()
    assert given.state == CommitmentState.DECIDABLE
    left = Entry.objects.get(verb="land.leave_to_department")
    assert "不适用" in left.why


def test_an_altered_letter_is_left_to_the_department_and_stops_no_other_notice(
    county: County, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, _ = settled(county, company)
    given = committed(company, project)
    Commitment.objects.filter(pk=given.pk).update(letter_sha256="0" * 64)
    assert commitments.close_notices(given.notice_until) == 1
    given.refresh_from_db()
    assert given.state == CommitmentState.DECIDABLE
    assert "不一致" in Entry.objects.get(verb="land.leave_to_department").why


# -- the list


def opened(county: County, parcel: Parcel, **changes: Any) -> LandChecklist:
    said = {"surveyed_on": DAY, "survey": "平整的国有建设用地", **changes}
    return land.open_list(actor=keeper(county), parcel_id=parcel.pk, at=NOON, **said)


def answer(county: County, row: ListInput, when: datetime = NOON, **changes: Any) -> ListInput:
    actor = county.actor("approver", row.department.key)
    return land.answer_input(actor=actor, input_id=row.pk, at=when, **{"points": SAID, **changes})


def answered(county: County, found: LandChecklist, part: str, when: datetime = NOON) -> None:
    for row in found.inputs.filter(part=part).select_related("department"):
        answer(county, row, when)


def assembled(county: County, parcel: Parcel) -> LandChecklist:
    found = opened(county, parcel)
    answered(county, found, "indicators")
    answered(county, found, "design")
    return land.assemble_list(actor=keeper(county), land_list_id=found.pk, at=NOON)


def test_a_list_asks_for_indicators_then_for_design_points_and_then_to_be_put_together(county: County) -> None:
    parcel = entered(county)
    found = opened(county, parcel)
    asked = set(found.inputs.filter(asked_at__isnull=False).values_list("department__key", flat=True))
    assert asked == {"development_reform", "ecology", "water", "earthquake"}
    assert set(WorkItem.objects.filter(kind="land_input").values_list("limit_value", flat=True)) == {5}
    early = found.inputs.get(part="design", department__key="housing")
    with pytest.raises(Refused, match="还没有齐备"):
        answer(county, early)
    answered(county, found, "indicators")
    found.refresh_from_db()
    assert found.state == "design"
    assert (
        WorkItem.objects.filter(kind="land_input", state="running").count()
        == found.inputs.filter(part="design").count()
    )
    answered(county, found, "design")
    found.refresh_from_db()
    assert found.state == "assembly"
    (waiting,) = WorkItem.objects.filter(kind="land_input", state="running")
    assert waiting.department == parcel.department
    found = land.assemble_list(actor=keeper(county), land_list_id=found.pk, at=NOON)
    assert found.state == "ready" and found.document is None
    assert not WorkItem.objects.filter(kind="land_input", state="running").exists()


def test_a_list_belongs_before_the_sale_and_is_opened_once(county: County, company: Company) -> None:
    parcel = standard(county)
    with pytest.raises(Refused, match="土地现状"):
        opened(county, parcel, survey=" ")
    with pytest.raises(Refused, match="请选择征求意见"):
        opened(county, parcel, design_departments=["nobody"])
    opened(county, parcel)
    with pytest.raises(Refused, match="已经有用地清单"):
        opened(county, parcel)
    land.offer_parcel(actor=keeper(county), parcel_id=parcel.pk, at=NOON)
    with pytest.raises(Refused, match="还没有汇总形成"):
        sell(county, parcel, company)
    with pytest.raises(Refused, match="不能这样办理"):
        opened(county, sold(county, company, "JSS-7"))


def test_who_does_not_speak_in_its_term_is_named_and_waited_for_no_longer(county: County) -> None:
    parcel = entered(county)
    found = opened(county, parcel)
    keep = found.inputs.get(department__key="water", part="indicators")
    for row in found.inputs.filter(part="indicators").exclude(pk=keep.pk).select_related("department"):
        answer(county, row)
    work.tick(at("2026-11-13 17:59"))
    found.refresh_from_db()
    assert found.state == "indicators"
    work.tick(at("2026-11-16 09:00"))
    found.refresh_from_db()
    keep.refresh_from_db()
    assert found.state == "design" and keep.lapsed_at is not None
    assert Message.objects.filter(template="land_input_lapsed").exists()
    late = answer(county, keep, at("2026-11-16 10:00"))
    assert late.answered_at is not None
    work.tick(at("2026-11-30 09:00"))
    found.refresh_from_db()
    assert found.state == "assembly"
    found = land.assemble_list(actor=keeper(county), land_list_id=found.pk, at=at("2026-11-30 10:00"))
    assert not WorkItem.objects.filter(kind="land_input", state__in=["running", "paused"]).exists()
    with pytest.raises(Refused, match="已经汇总形成"):
        answer(
            county,
            found.inputs.filter(answered_at__isnull=True).select_related("department").first(),
            at("2026-11-30 11:00"),
        )  # type: ignore[arg-type]


def test_an_answer_says_something_or_that_there_is_nothing_and_is_given_once(county: County) -> None:
    row = opened(county, entered(county)).inputs.select_related("department").filter(part="indicators").first()
    assert row is not None
    for points in ([], [{"subject": "", "text": "x", "basis": ""}], [{"subject": "x", "text": "", "basis": ""}]):
        with pytest.raises(Refused):
            answer(county, row, points=points)
    with pytest.raises(Refused, match="不能同时"):
        answer(county, row, nothing=True)
    assert answer(county, row, points=[], nothing=True).points == []
    with pytest.raises(Refused, match="已经提出过"):
        answer(county, row)
    other = county.actor("approver", "housing")
    with pytest.raises(Forbidden):
        land.answer_input(actor=other, input_id=row.pk, points=SAID, at=NOON)


def test_the_buyer_gets_the_list_with_the_land_and_every_correction_as_a_new_version(
    county: County, company: Company
) -> None:
    parcel = standard(county)
    land.offer_parcel(actor=keeper(county), parcel_id=parcel.pk, at=NOON)
    first = assembled(county, parcel)
    sell(county, parcel, company)
    first.refresh_from_db()
    paper = first.document
    assert paper is not None and paper.unit_id == company.unit.pk and paper.data["contract"]
    assert Message.objects.filter(template="land_list_issued", unit_id=company.unit.pk).exists()
    row = first.inputs.get(department__key="power_supply")
    power = county.actor("approver", "power_supply")
    with pytest.raises(Refused, match="没有变化"):
        land.correct_input(actor=power, input_id=row.pk, points=row.points, why="笔误", at=SIGNED)
    changed = [{"subject": "供电", "text": "改为双回路", "basis": ""}]
    second = land.correct_input(actor=power, input_id=row.pk, points=changed, why="负荷增加", at=SIGNED)
    first.refresh_from_db()
    assert (first.state, second.state, second.number) == ("superseded", "ready", 2)
    assert second.document is not None and second.document.number != paper.number and "第2版" in second.document.number
    assert first.document_id == paper.pk
    with pytest.raises(Refused, match="请刷新页面"):
        land.correct_input(actor=power, input_id=row.pk, points=SAID, why="再改", at=SIGNED)
    project = guided(county, company)
    land.settle_project(actor=company.actor, project_id=project.pk, parcel_id=parcel.pk, at=NOON)
    assert set(Document.objects.filter(kind=LandPaper.LIST).values_list("project_code", flat=True)) == {project.code}
    assert [service.track for service in services_of(project.pk)] == ["land_list"]
    grant_all(MapItem.objects.filter(project=project, pre_start=True), NOON, "准1号")
    with unit_of_work():
        reach_landing(
            MapItem.objects.select_related("project").filter(project=project, pre_start=True)[0], at("2026-12-20 10:00")
        )
    served, of_list = services_of(project.pk)
    assert (served.track, served.department_id, of_list.track) == ("standard_land", parcel.department_id, "land_list")
    for service in (served, of_list):
        review_service(actor=company.actor, service_id=service.pk, level=5, at=at("2026-12-20 11:00"))


# -- completion


def finished(county: County, company: Company) -> CompletionVerification:
    """A project on a 标准地, built and applied for, with the verification of planning and the indicators to look at."""
    parcel = sold(county, company, when=at("2026-11-05 09:00"))
    project = built(county, company, promises=False)
    land.settle_project(actor=company.actor, project_id=project.pk, parcel_id=parcel.pk, at=at("2026-11-25 09:00"))
    completion = apply_completion(actor=company.actor, project_id=project.pk, at=APPLIED)
    for row in GuidanceAnswer.objects.filter(answered_at__isnull=True).select_related("department").order_by("id"):
        matters = [{**one, "needed": "no"} for one in row.matters]
        answer_guidance(
            actor=county.actor("approver", row.department.key), answer_id=row.pk, matters=matters, at=ADVISED
        )
    completion.refresh_from_db()
    return completion


def measure(
    county: County, completion: CompletionVerification, values: dict[int, str], when: datetime = INSPECTED
) -> None:
    given = Commitment.objects.get(project=completion.project)
    for requirement, value in values.items():
        kept = reached(given.indicators[requirement], value)
        record_finding(
            actor=keeper(county),
            completion_id=completion.pk,
            commitment_id=given.pk,
            requirement=requirement,
            met=kept,
            note="" if kept else "低于合同约定",
            measured=value,
            at=when,
        )


def test_indicators_are_measured_one_by_one_and_a_project_that_reaches_them_has_kept_its_promise(
    county: County, company: Company
) -> None:
    completion = finished(county, company)
    assert [point.text for point in pending(completion)] == [
        "固定资产投资强度不低于 180 万元/亩",
        "亩均税收不低于 12 万元/亩·年",
    ]
    given = Commitment.objects.get(project=completion.project)
    one: dict[str, Any] = {
        "actor": keeper(county),
        "completion_id": completion.pk,
        "commitment_id": given.pk,
        "requirement": 0,
    }
    with pytest.raises(Refused, match="请填写实测值"):
        record_finding(met=True, at=INSPECTED, **one)
    with pytest.raises(Refused, match="没有达到承诺"):
        record_finding(met=True, measured="150", at=INSPECTED, **one)
    with pytest.raises(Refused, match="与核验结论不一致"):
        record_finding(met=False, note="不符", measured="181", at=INSPECTED, **one)
    measure(county, completion, {0: "185.5", 1: "12"})
    completion.refresh_from_db()
    given.refresh_from_db()
    assert (completion.state, given.fulfilment) == ("passed", "kept")
    paper = Document.objects.get(kind=CommitmentsPaper.COMPLETION)
    assert paper.data["points"][0]["note"] == "实测 185.5 万元/亩"


def test_an_indicator_still_missed_after_rectification_is_a_broken_promise_and_costs_points_by_rule(
    county: County, company: Company
) -> None:
    completion = finished(county, company)
    measure(county, completion, {0: "150", 1: "12"})
    completion.refresh_from_db()
    assert completion.state == "rectifying"
    apply_again(actor=company.actor, completion_id=completion.pk, text="追加投资", at=at("2027-08-10 09:00"))
    measure(county, completion, {0: "160"}, at("2027-08-12 09:00"))
    completion.refresh_from_db()
    given = Commitment.objects.get(project=completion.project)
    assert (completion.state, given.fulfilment) == ("failed", "broken")
    proposal = PointProposal.objects.get(type="commitment_broken")
    assert proposal.expected_points < 0 and proposal.source_id == given.pk


# -- whose inbox, and two at once


def test_a_utility_is_asked_in_its_own_inbox_and_another_utility_does_not_see_it(county: County) -> None:
    power, water = county.actor("utility", "power_supply"), county.actor("utility", "water_supply")
    found = opened(county, entered(county), design_departments=["power_supply"])
    answered(county, found, "indicators")
    assert WorkItem.objects.get(kind="land_input", state="running").role == "utility"
    assert [row.title for row in inbox.page(power, "mine", NOON).items] == ["技术设计要点：JSS-2026-03"]
    assert inbox.page(water, "mine", NOON).items == []
    assert inbox.page(water, "department", NOON).items == []
    (row,) = found.inputs.filter(part="design")
    land.answer_input(actor=power, input_id=row.pk, points=SAID, at=NOON)
    found.refresh_from_db()
    assert found.state == "assembly"


def test_two_offices_answering_at_once_open_the_next_part_once(committed_db: str) -> None:
    county = new_county()
    found = opened(
        county, entered(county), indicator_departments=["water", "ecology"], design_departments=["power_supply"]
    )
    rows = list(found.inputs.filter(part="indicators").select_related("department"))
    for row in rows:
        county.actor("approver", row.department.key)
    county.actor("approver", "power_supply")
    results = together(*(lambda row=row: answer(county, row) for row in rows))
    assert all(isinstance(result, ListInput) for result in results), results
    found.refresh_from_db()
    assert found.state == "design"
    assert WorkItem.objects.filter(kind="land_input", state="running").count() == 1


def test_two_who_sell_one_parcel_sell_it_once(committed_db: str) -> None:
    county, first, second = new_county(), new_company("甲有限公司"), new_company("乙有限公司")
    parcel = standard(county)
    land.offer_parcel(actor=keeper(county), parcel_id=parcel.pk, at=NOON)
    results = together(
        lambda: sell(county, parcel, first, contract_number="让甲"),
        lambda: sell(county, parcel, second, contract_number="让乙"),
    )
    assert sorted(type(result).__name__ for result in results) == ["Parcel", "Refused"], results
    parcel.refresh_from_db()
    assert parcel.unit in (first.unit, second.unit)


def test_a_project_that_ends_leaves_its_land_free_for_another(county: County, company: Company) -> None:
    project, use = settled(county, company)
    withdraw_filing(actor=county.actor("approver"), project_id=project.pk, problem="信息不实", at=SIGNED)
    use.refresh_from_db()
    assert use.ended_at == SIGNED
    again = guided(county, company, name="另一个有机肥项目")
    other = land.settle_project(actor=company.actor, project_id=again.pk, parcel_id=use.parcel_id, at=SIGNED)
    assert other.commitment_id != use.commitment_id
