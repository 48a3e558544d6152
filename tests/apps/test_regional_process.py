"""附件3·三(一)、(二)、(四): from asking the departments to the published result,
its upkeep by the clock, and the fees.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.apps.county import Company, County, at, new_company
from tests.apps.regions import in_zone, new_zone
from tests.apps.test_onemap import guided
from yinuo.engine import rules
from yinuo.engine.base import Actor, Forbidden, Refused, Stale
from yinuo.engine.catalogue.models import RegionalResult, Zone
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.documents.making import paper_of
from yinuo.engine.documents.models import Document
from yinuo.engine.notices.models import Message
from yinuo.engine.people.models import Department, Membership
from yinuo.engine.people.queries import actor_of_membership
from yinuo.engine.trail.actions import action
from yinuo.engine.trail.models import ChainRow, Entry
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap.actions import share_result
from yinuo.rooms.onemap.effects import facts_changed
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project
from yinuo.rooms.regional import actions, effects, queries
from yinuo.rooms.regional.models import FeeEntry, RegionalAssessment

SOIL = "soil_conservation_plan"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
BEGUN = at("2026-09-01 09:00")
COMMISSIONED, REPORTED, SUBMITTED = at("2026-09-04 09:00"), at("2026-10-08 10:00"), at("2026-10-08 11:00")
APPROVED, PUBLISHED = at("2026-10-12 15:00"), at("2026-10-13 09:00")
CODE = "91620000710375659T"


def committee(zone: Zone) -> Actor:
    """Somebody of the zone's body."""
    member = Membership.objects.filter(department=zone.body, role="zone").select_related("department").first()
    if member is None:
        from tests.apps.county import BEGAN, new_person

        member = Membership.objects.create(
            person=new_person("管委会"), department=zone.body, role="zone", from_on=BEGAN
        )
    return actor_of_membership(member)


def begin(zone: Zone, matter: str = SOIL, moment: datetime = BEGUN, **more: Any) -> RegionalAssessment:
    return actions.begin_assessment(
        actor=committee(zone), zone_id=zone.pk, matter_id=matter, requirements="防治分区、措施布设、监测要求",
        departments=more.pop("departments", []), at=moment, **more,
    )  # fmt: skip


def heard(county: County, found: RegionalAssessment, moment: datetime = BEGUN) -> None:
    for opinion in found.opinions.select_related("department"):
        actions.give_opinion(
            actor=county.actor("approver", opinion.department.key), opinion_id=opinion.pk, text="无意见", at=moment
        )


def commission(found: RegionalAssessment, moment: datetime = COMMISSIONED, **changes: Any) -> RegionalAssessment:
    values: dict[str, Any] = {
        "institution": "甘肃陇原水保工程咨询有限公司", "institution_code": CODE, "qualification": "四星级",
        "payer": "applicant", "cost": Decimal("180000"), "share": Decimal("6000"),
    }  # fmt: skip
    return actions.commission_assessment(
        actor=committee(found.zone), assessment_id=found.pk, at=moment, **{**values, **changes}
    )


def report(found: RegionalAssessment, moment: datetime = REPORTED, **changes: Any) -> RegionalAssessment:
    actor = committee(found.zone)
    file = store_upload(actor=actor, name="区域评估报告.pdf", content=PDF, unit_id=None, at=moment)
    values: dict[str, Any] = {
        "title": "吹麻滩工业园区水土保持区域评估报告", "report_number": "GSLY-2026-017", "report_on": date(2026, 9, 28),
        "file_id": file.pk, "scope": "园区规划范围内新建、扩建的一般工业项目",
        "conditions": {"industries": ["26"], "most": {"land_area": 50000}},
        "obligations": ["施工前十日报送措施实施计划", "  "], "from_on": date(2026, 10, 12), "to_on": date(2029, 10, 12),
    }  # fmt: skip
    return actions.record_report(actor=actor, assessment_id=found.pk, at=moment, **{**values, **changes})


def submitted(county: County, zone: Zone, **changes: Any) -> RegionalAssessment:
    found = begin(zone)
    heard(county, found)
    commission(found, **{key: changes.pop(key) for key in ("payer", "share") if key in changes})
    report(found, **changes)
    return actions.submit_assessment(actor=committee(zone), assessment_id=found.pk, at=SUBMITTED)


def approve(
    county: County, found: RegionalAssessment, number: str = "积水保〔2026〕9号", moment: datetime = APPROVED
) -> RegionalAssessment:
    return actions.approve_assessment(
        actor=county.actor("approver", "soil_conservation"),
        assessment_id=found.pk,
        document_number=number,
        text="同意",
        at=moment,
    )


def published(county: County, zone: Zone, **changes: Any) -> RegionalResult:
    found = approve(county, submitted(county, zone, **changes))
    return actions.publish_assessment(actor=committee(zone), assessment_id=found.pk, at=PUBLISHED)


def test_from_the_first_question_to_the_published_result(county: County) -> None:
    zone = new_zone(county)
    ecology = Department.objects.get(hall=county.hall, key="ecology")
    found = begin(zone, departments=[ecology.pk])
    assert {row.department.key for row in found.opinions.all()} == {"soil_conservation", "ecology"}
    assert WorkItem.objects.filter(kind="regional_approval", state="running").count() == 2
    heard(county, found)
    commission(found)
    report(found)
    actions.submit_assessment(actor=committee(zone), assessment_id=found.pk, at=SUBMITTED)
    work = WorkItem.objects.get(kind="regional_approval", state="running")
    assert work.department_id == found.department_id
    approve(county, found)
    result = actions.publish_assessment(actor=committee(zone), assessment_id=found.pk, at=PUBLISHED)
    assert (result.document_number, result.from_on, result.to_on) == (
        "积水保〔2026〕9号",
        date(2026, 10, 12),
        date(2029, 10, 12),
    )
    assert result.obligations == ["施工前十日报送措施实施计划"]
    assert not WorkItem.objects.filter(kind="regional_approval", state="running").exists()
    assert WorkItem.objects.get(kind="regional_upkeep").department_id == zone.body_id
    assert ChainRow.objects.filter(type="approval.document").count() == 2
    paper = Document.objects.get(kind="regional_result")
    assert paper.data["last_on"] == "2029-10-11"
    assert paper_of(document=paper, at=PUBLISHED).content_type == "application/pdf"
    assert [entry.kind for entry in FeeEntry.objects.all()] == ["advanced"]


@pytest.mark.parametrize("matter", ["mineral_overlay", "cultural_relics_permit", "nature_reserve_facilities"])
def test_what_part_three_lists_is_refused_with_its_row(county: County, matter: str) -> None:
    with pytest.raises(Refused) as refusal:
        begin(new_zone(county), matter)
    assert refusal.value.code == "regional.listed"
    assert "负面清单第三部分" in refusal.value.message
    assert "附件1·三" in "".join(refusal.value.cites)


def test_a_matter_its_department_has_not_taken_in_is_refused(county: County) -> None:
    with pytest.raises(Refused) as refusal:
        begin(new_zone(county), "construction_permit")
    assert refusal.value.code == "regional.not_taken_in"
    with pytest.raises(Refused, match="没有这个审批事项"):
        begin(Zone.objects.get(), "nothing_at_all")


def test_the_same_request_twice_makes_one_assessment_and_a_second_one_is_refused(county: County) -> None:
    zone = new_zone(county)
    first, again = begin(zone, idempotency_key="k"), begin(zone, idempotency_key="k")
    assert first.pk == again.pk
    with pytest.raises(Refused) as refusal:
        begin(zone)
    assert refusal.value.code == "regional.twice"


def test_the_institution_is_commissioned_when_the_departments_are_heard_or_silent_until_their_term(
    county: County,
) -> None:
    found = begin(new_zone(county))
    with pytest.raises(Refused) as refusal:
        commission(found)
    assert refusal.value.code == "regional.opinions"
    assert "还没有提出意见" in refusal.value.message
    tick(at("2026-09-09 09:00"))
    assert [row.lapsed for row in found.opinions.all()] == [True]
    commission(found, at("2026-09-09 09:30"))


def test_silence_counts_though_nobody_has_ticked(county: County) -> None:
    found = begin(new_zone(county))
    commission(found, at("2026-09-09 09:30"))
    assert [row.lapsed for row in found.opinions.all()] == [True]
    assert not WorkItem.objects.filter(kind="regional_approval", state="running").exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"institution": " "}, "institution"),
        ({"qualification": ""}, "qualification"),
        ({"institution_code": "91620000710375659X"}, "institution_code"),
        ({"payer": "somebody"}, "payer"),
        ({"cost": Decimal("-1")}, "cost"),
        ({"cost": Decimal("NaN")}, "cost"),
        ({"share": Decimal("0.001")}, "share"),
        ({"share": Decimal("180000.01")}, "share"),
        ({"payer": "department"}, "share"),
    ],
)
def test_a_commission_that_cannot_be_is_refused_at_its_field(
    county: County, changes: dict[str, Any], field: str
) -> None:
    found = begin(new_zone(county))
    heard(county, found)
    with pytest.raises(Refused) as refusal:
        commission(found, **changes)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"scope": " "}, "scope"),
        ({"report_on": date(2026, 10, 9)}, "report_on"),
        ({"to_on": date(2026, 10, 12)}, "to_on"),
        ({"to_on": date(2032, 1, 1)}, "to_on"),
        ({"conditions": {"industries": ["X"]}}, "conditions"),
        ({"conditions": {"excluded": [{"predicate": "no_such_condition", "why": "某类"}]}}, "conditions"),
        ({"file_id": 0}, "file_id"),
    ],
)
def test_a_report_that_cannot_be_is_refused_at_its_field(county: County, changes: dict[str, Any], field: str) -> None:
    found = begin(new_zone(county))
    heard(county, found)
    commission(found)
    with pytest.raises(Refused) as refusal:
        report(found, **changes)
    assert refusal.value.field == field


def test_a_returned_report_is_mended_and_submitted_again(county: County) -> None:
    zone = new_zone(county)
    found = submitted(county, zone)
    soil = county.actor("approver", "soil_conservation")
    with pytest.raises(Refused, match="请写明退回的理由"):
        actions.return_assessment(actor=soil, assessment_id=found.pk, reason=" ", at=APPROVED)
    actions.return_assessment(actor=soil, assessment_id=found.pk, reason="适用范围不清", at=APPROVED)
    assert Message.objects.filter(template="regional_decided").exists()
    with pytest.raises(Refused, match="退回修改"):
        approve(county, found)
    report(found, at("2026-10-14 10:00"))
    actions.submit_assessment(actor=committee(zone), assessment_id=found.pk, at=at("2026-10-14 11:00"))
    approve(county, found, moment=at("2026-10-15 10:00"))


def test_only_the_department_of_the_matter_approves_and_a_number_serves_once(county: County) -> None:
    found = submitted(county, new_zone(county))
    with pytest.raises(Forbidden):
        actions.approve_assessment(
            actor=county.actor("approver", "ecology"), assessment_id=found.pk, document_number="x", text="", at=APPROVED
        )
    with pytest.raises(Stale):
        actions.approve_assessment(
            actor=county.actor("approver", "soil_conservation"),
            assessment_id=found.pk,
            document_number="x",
            text="",
            at=APPROVED,
            version=1,
        )
    other = new_zone(county, "liuji", "刘集园区")
    RegionalAssessment.objects.filter(pk=approve(county, found).pk).update(zone=other)
    with pytest.raises(Refused, match="已经用过"):
        approve(county, submitted(county, Zone.objects.get(key="chuimatan")))


def test_nothing_is_published_before_it_takes_effect_or_after_it_has_ended(county: County) -> None:
    found = approve(county, submitted(county, new_zone(county), from_on=date(2026, 11, 1), to_on=date(2027, 1, 1)))
    for moment in (PUBLISHED, at("2027-01-01 09:00")):
        with pytest.raises(Refused) as refusal:
            actions.publish_assessment(actor=committee(found.zone), assessment_id=found.pk, at=moment)
        assert refusal.value.code in ("regional.from_on", "regional.to_on")


def test_a_cancelled_assessment_leaves_no_clock_and_what_was_paid(county: County) -> None:
    found = submitted(county, new_zone(county))
    actions.cancel_assessment(actor=committee(found.zone), assessment_id=found.pk, reason="园区调整规划", at=APPROVED)
    assert not WorkItem.objects.filter(state="running", kind="regional_approval").exists()
    assert FeeEntry.objects.count() == 1
    begin(found.zone, moment=APPROVED)


def test_a_new_version_replaces_the_old_one_at_its_publication(county: County) -> None:
    zone = new_zone(county)
    old = published(county, zone)
    newer = begin(zone, moment=at("2027-03-01 09:00"))
    assert newer.replaces_id == old.pk
    heard(county, newer, at("2027-03-01 10:00"))
    commission(newer, at("2027-03-02 10:00"))
    report(newer, at("2027-03-03 10:00"), from_on=date(2027, 3, 1), to_on=date(2030, 3, 1))
    actions.submit_assessment(actor=committee(zone), assessment_id=newer.pk, at=at("2027-03-03 11:00"))
    approve(county, newer, "积水保〔2027〕2号", at("2027-03-04 10:00"))
    result = actions.publish_assessment(actor=committee(zone), assessment_id=newer.pk, at=at("2027-03-05 10:00"))
    old.refresh_from_db()
    assert (old.superseded_by_id, old.superseded_at) == (result.pk, at("2027-03-05 10:00"))
    assert list(queries.published(date(2027, 3, 6))) == [result]
    assert list(queries.published(date(2027, 3, 6), past=True)) == [old]
    assert WorkItem.objects.filter(kind="regional_upkeep", state="running").count() == 1


def test_a_withdrawal_says_why_and_counts_once(county: County) -> None:
    result = published(county, new_zone(county))
    soil = county.actor("approver", "soil_conservation")
    with pytest.raises(Refused, match="请写明撤回的理由"):
        actions.withdraw_result(actor=soil, result_id=result.pk, why="", at=at("2026-12-01 09:00"))
    actions.withdraw_result(actor=soil, result_id=result.pk, why="基础数据失实", at=at("2026-12-01 09:00"))
    with pytest.raises(Refused, match="已撤回"):
        actions.withdraw_result(actor=soil, result_id=result.pk, why="再撤", at=at("2026-12-01 10:00"))
    assert not queries.published(date(2026, 12, 1)).exists()
    assert Message.objects.filter(template="regional_ended").exists()


def test_the_clock_reminds_before_the_result_ends_and_ends_it(county: County) -> None:
    zone = new_zone(county)
    result = published(county, zone)
    work = WorkItem.objects.get(kind="regional_upkeep")
    assert work.yellow_from is not None
    tick(work.yellow_from + timedelta(minutes=1))
    assert Message.objects.filter(template="yellow").exists()
    assert queries.published(date(2029, 10, 11)).get() == result
    assert not queries.published(date(2029, 10, 12)).exists()
    tick(at("2029-10-20 09:00"))
    work.refresh_from_db()
    assert (work.state, work.outcome) == ("done", "expired")
    assert Entry.objects.filter(verb="regional.expire").count() == 1


def test_whoever_waits_in_the_zone_hears_of_a_new_result_and_takes_it(county: County, company: Company) -> None:
    zone = new_zone(county)
    project = guided(county, company, **in_zone())
    found = approve(county, submitted(county, zone))
    actions.publish_assessment(actor=committee(zone), assessment_id=found.pk, at=at("2026-11-09 09:00"))
    assert Message.objects.filter(template="regional_new", unit_id=company.unit.pk).count() == 1
    item = MapItem.objects.get(project=project, matter_id=SOIL)
    share_result(actor=company.actor, item_id=item.pk, at=at("2026-11-09 10:00"))
    assert [(entry.kind, entry.amount) for entry in FeeEntry.objects.order_by("id")] == [
        ("advanced", Decimal("180000")),
        ("shared", Decimal("6000")),
    ]


def test_a_zone_with_results_in_use_is_not_closed(county: County) -> None:
    zone = new_zone(county)
    result = published(county, zone)
    convener = county.actor("general_convener", "government_services")
    with pytest.raises(Refused) as refusal:
        actions.close_zone(actor=convener, zone_id=zone.pk, why="区划调整", at=PUBLISHED)
    assert refusal.value.code == "regional.zone_results"
    actions.withdraw_result(actor=committee(zone), result_id=result.pk, why="区划调整", at=PUBLISHED)
    actions.close_zone(actor=convener, zone_id=zone.pk, why="区划调整", at=PUBLISHED)
    assert queries.zones(PUBLISHED.date()) == []
    with pytest.raises(Refused, match="已经撤销"):
        begin(zone, moment=PUBLISHED)


def test_a_zone_needs_a_key_of_its_own(county: County) -> None:
    zone = new_zone(county)
    with pytest.raises(Refused) as refusal:
        actions.open_zone(
            actor=county.actor("general_convener", "government_services"),
            key=zone.key,
            name="另一个",
            kind="industrial",
            body_id=zone.body_id,
            place="",
            basis="批复",
            from_on=date(2026, 1, 1),
            at=PUBLISHED,
        )
    assert refusal.value.field == "key"


# -- fees


@pytest.fixture
def charging(tmp_path: Path) -> Any:
    """A pack that charges companies from 2027 to the end of 2027, and makes the permit wait in the second half of that
    year.
    """
    import shutil

    folder = tmp_path / "jishishan"
    shutil.copytree(settings.YINUO_PACK_DIR, folder)
    file = folder / "parameters" / "regional.toml"
    text = file.read_text(encoding="utf-8")
    text = spans(
        text,
        "regional.charge_applicants",
        [("2023-02-20", "2027-01-01", "false"), ("2027-01-01", "2028-01-01", "true"), ("2028-01-01", "", "false")],
    )
    text = spans(
        text, "regional.charge_blocks_permit", [("2023-02-20", "2027-07-01", "false"), ("2027-07-01", "", "true")]
    )
    file.write_text(text, encoding="utf-8")
    before, settings.YINUO_PACK_DIR = settings.YINUO_PACK_DIR, str(folder)
    rules.pack.cache_clear()
    yield
    settings.YINUO_PACK_DIR = before
    rules.pack.cache_clear()


def spans(text: str, name: str, values: list[tuple[str, str, str]]) -> str:
    """The parameter with other values over the days."""
    head, _, rest = text.partition(f'id = "{name}"')
    label, _, after = rest.partition("[[parameter.value]]")
    _, separator, others = after.partition("[[parameter]]")
    made = "".join(
        (
            f"[[parameter.value]]\nfrom = {first}\n{f'to = {last}' if last else ''}\nvalue = {value}\ncite = "
            f'["jzb-2023-16#附件3·三(四)"]\n\n'
        )
        for first, last, value in values
    )
    return f'{head}id = "{name}"{label}{made}{separator}{others}'


def sharing(county: County, company: Company) -> Project:
    published(county, new_zone(county))
    return guided(county, company, **in_zone())


def settle(
    county: County, project: Project, moment: str, amount: str = "6000", voucher: str = "缴2027-1", **more: Any
) -> FeeEntry:
    return actions.settle_fee(
        actor=county.actor("approver", "housing"),
        project_id=project.pk,
        amount=Decimal(amount),
        voucher=voucher,
        at=at(moment),
        **more,
    )


def test_companies_are_asked_for_nothing_as_the_county_s_pack_stands(county: County, company: Company) -> None:
    project = sharing(county, company)
    [told] = Message.objects.filter(template="regional_used")
    assert project.name in told.body and "共享了" in told.body and told.person_id is not None
    due = queries.due_of(project.pk, date(2026, 11, 9))
    assert [(line.shared, line.outstanding) for line in due.lines] == [(Decimal("6000"), Decimal("6000"))]
    assert (due.charged, due.outstanding) == (False, 0)
    with pytest.raises(Refused) as refusal:
        settle(county, project, "2026-11-09 10:00")
    assert refusal.value.code == "regional.not_charged"
    assert "国务院令第722号·第四十二条" in "".join(refusal.value.cites)


def test_the_switch_turns_on_and_off_over_the_days(charging: None, county: County, company: Company) -> None:
    project = sharing(county, company)
    days = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 12, 31), date(2028, 1, 1)]
    assert [queries.due_of(project.pk, day).outstanding for day in days] == [0, 6000, 6000, 0]
    with pytest.raises(Refused) as refusal:
        settle(county, project, "2027-02-01 10:00", "5000")
    assert refusal.value.code == "regional.amount"
    first = settle(county, project, "2027-02-01 10:00", idempotency_key="k")
    assert settle(county, project, "2027-02-01 10:00", idempotency_key="k").pk == first.pk
    assert queries.due_of(project.pk, date(2027, 2, 2)).outstanding == 0
    with pytest.raises(Refused) as refusal:
        settle(county, project, "2027-02-02 10:00", voucher="缴2027-2")
    assert refusal.value.code == "regional.nothing_due"


def test_what_the_department_owes_is_never_a_project_s(charging: None, county: County, company: Company) -> None:
    published(county, new_zone(county), payer="department", share=Decimal("0"))
    project = guided(county, company, **in_zone())
    assert queries.due_of(project.pk, date(2027, 2, 1)).outstanding == 0


def test_the_permit_waits_for_the_fee_only_where_the_pack_says_so(
    charging: None, county: County, company: Company
) -> None:
    project = sharing(county, company)
    permit = MapItem.objects.get(project=project, matter_id="construction_permit")
    effects.granted(actor=Actor.system(), subject=permit, at=at("2027-03-01 10:00"), why="")
    with pytest.raises(Refused) as refusal:
        effects.granted(actor=Actor.system(), subject=permit, at=at("2027-08-02 10:00"), why="")
    assert refusal.value.code == "regional.fee_outstanding"
    settle(county, project, "2027-08-02 11:00")
    effects.granted(actor=Actor.system(), subject=permit, at=at("2027-08-02 12:00"), why="")


def test_a_matter_given_back_takes_its_part_off_the_ledger(charging: None, county: County, company: Company) -> None:
    project = sharing(county, company)
    project.facts["land_area"] = "61000"
    project.save(update_fields=["facts"])
    action(facts_changed)(actor=Actor.system(), subject=project, at=at("2027-02-01 10:00"), why="")
    assert queries.due_of(project.pk, date(2027, 2, 2)).outstanding == 0
    assert [entry.kind for entry in FeeEntry.objects.filter(project=project).order_by("id")] == ["shared", "returned"]


def test_one_payment_slip_serves_one_project(charging: None, county: County, company: Company) -> None:
    project = sharing(county, company)
    settle(county, project, "2027-02-01 10:00")
    other = guided(county, new_company("积石山另一家有限公司"), **in_zone())
    with pytest.raises(Refused) as refusal:
        settle(county, other, "2027-02-02 10:00")
    assert refusal.value.code == "regional.voucher"
