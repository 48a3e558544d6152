"""The quarter's notice and the year's evaluation of the reform: figures counted another way, worded, consented to,
published for good.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.db.models import Q

from tests.apps.county import Company, County, at
from tests.apps.mapped import mapped
from tests.apps.test_commitments import approve, item_of, promise
from tests.apps.test_onemap import guided, hand_in
from tests.beginnings import begins_with
from yinuo.engine.base import Actor, Forbidden, Refused, Stale
from yinuo.engine.documents.models import Document
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments.actions import open_reviews
from yinuo.rooms.onemap import actions as onemap
from yinuo.rooms.onemap.actions.common import waiting_for
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project
from yinuo.rooms.reform import actions, figures, measures, scoring
from yinuo.rooms.reform.models import Publication, ReformReport, ReportDraft, SelfReport
from yinuo.rooms.reviews import actions as reviews
from yinuo.rooms.reviews.models import ServiceReview

__all__ = ["mapped"]
pytestmark = begins_with(guided)

QUARTER, NEXT, YEAR = date(2026, 10, 1), date(2027, 1, 1), date(2026, 1, 1)
NIGHT = at("2027-01-01 01:00")
WORDED = at("2027-01-20 10:00")


def regular(county: County, company: Company, item: MapItem, received: str, decided: str) -> None:
    department = county.actor("approver", item.department.key)
    hand_in(company, item, at(received))
    onemap.accept(actor=department, item_id=item.pk, at=at(received))
    tick(at(decided))
    onemap.decide(
        actor=department, item_id=item.pk, granted=True, document_number=f"甲{item.pk}", text="", at=at(decided)
    )


def starts(item: MapItem) -> bool:
    return bool(item.limit_value) and item.department.key not in ("natural_resources", "development_reform")


@pytest.fixture
def lived(county: County, company: Company, mapped: Project) -> MapItem:
    """A promise kept to time, and a matter decided late with a bad review, which is returned."""
    approve(county, promise(company, item_of(mapped)))
    late = next(
        item
        for item in MapItem.objects.order_by("position")
        if item.state == "open" and not waiting_for(item) and starts(item)
    )
    regular(county, company, late, "2026-11-06 09:00", "2026-12-28 09:00")
    reviews.give_review(actor=company.actor, item_id=late.pk, level=1, text="等了太久", at=at("2026-12-29 09:00"))
    return late


def written(county: County, report: ReformReport, moment: datetime = WORDED, **words: Any) -> ReportDraft:
    said = {"opening": "总体平稳。", "problems": "限期整改。", **words}
    return actions.edit_report(actor=county.actor("comprehensive"), report_id=report.pk, at=moment, **said)


def published(county: County, report: ReformReport, moment: datetime = WORDED) -> Publication:
    written(county, report, moment)
    actions.submit_report(actor=county.actor("comprehensive"), report_id=report.pk, at=moment)
    return actions.publish_report(actor=county.actor("principal"), report_id=report.pk, at=moment)


def counted(tallied: Any) -> dict[str, tuple[int, int]]:
    return {key: (row["count"], row["good"]) for key, row in tallied.items()}


def test_the_figures_of_a_quarter_are_those_of_a_count_by_hand_and_open_to_their_cases(
    county: County, company: Company, mapped: Project, lived: MapItem, django_assert_num_queries: Any
) -> None:
    # Of the time before the first filing there is nothing to report.
    assert actions.draft_due(at("2026-12-31 23:00")) == 0
    assert actions.draft_due(NIGHT) == 2
    assert actions.draft_due(NIGHT) == 0
    report = ReformReport.objects.get(kind="quarter", begins=QUARTER)
    body = report.figures
    assert (report.title, report.until) == (f"{report.region.name}2026年第四季度信用承诺制改革推进情况通报", NEXT)

    granted = [
        item
        for item in MapItem.objects.select_related("project")
        if item.state == "granted" and item.present.ended_at and item.present.ended_at.date() >= QUARTER
    ]
    off_list = [
        item
        for item in granted
        if item.promisable_why.get("outcome", {}).get("listed") is False and item.matter_id != "enterprise_filing"
    ]
    clocks = [
        work
        for work in WorkItem.objects.all()
        if work.kind in ("limit", "commitment_decision") and work.state == "done" and work.due_at
    ]
    naive = {
        "promised": (len(off_list), sum(item.route == "commitment" for item in off_list)),
        "mapped": (1, 1),
        "on_time": (len(clocks), sum(work.closed_at <= work.due_at for work in clocks)),
        "yellow": (1, 0),
        "red": (1, 0),
        "reviews": (1, 0),
        "bad_reviews": (1, 0),
    }
    assert counted(body["whole"]) == naive
    assert naive["on_time"][1] == naive["on_time"][0] - 1
    assert counted(body["halls"][0]["measures"]) == naive
    # What has an office adds up to the whole.
    sums: Counter[str] = Counter()
    for row in body["departments"]:
        sums.update({key: tally["count"] for key, tally in row["measures"].items()})
    assert {key: count for key, (count, _) in naive.items() if key != "mapped"} == dict(sums)
    # Every figure leads to its cases: as many as it says, good and others.
    hall = [county.hall.pk]
    for key, (count, good) in naive.items():
        found = measures.cases(hall, QUARTER, NEXT, NIGHT, measure=key)
        assert (len(found), sum(case.good for case in found)) == (count, good)
        assert len(measures.cases(hall, QUARTER, NEXT, NIGHT, measure=key, good=True)) == good
    (bad,) = measures.cases(hall, QUARTER, NEXT, NIGHT, measure="reviews", department_id=lived.department_id)
    assert (bad.source, bad.source_id, bad.what) == ("review", ServiceReview.objects.get().pk, lived.name)
    with django_assert_num_queries(1):
        measures.tallies(hall, QUARTER, NEXT, NIGHT)

    said = {(one["subject"], one["measure"]) for one in body["problems"]}
    office = lived.department.name
    assert {(office, "on_time"), (office, "red"), (office, "bad_reviews"), (office, "promised")} <= said
    assert ("积石山县自然资源局", "promised") not in said
    assert body["corrections"] == []
    # It waits for the comprehensive department.
    (work,) = WorkItem.objects.filter(kind="reform_report", subject_id=report.pk)
    assert (work.role, work.department.key) == ("comprehensive", "development_reform")


def test_a_notice_is_worded_consented_to_by_another_and_corrected_only_by_the_next(
    county: County, company: Company, lived: MapItem
) -> None:
    actions.draft_due(NIGHT)
    report = ReformReport.objects.get(kind="quarter", begins=QUARTER)
    writer, principal = county.actor("comprehensive"), county.actor("principal")
    with pytest.raises(Refused) as refusal:
        actions.submit_report(actor=writer, report_id=report.pk, at=WORDED)
    assert set(refusal.value.errors) == {"opening", "problems"}
    draft = written(county, report)
    with pytest.raises(Stale):
        written(county, report, version=draft.version - 1)
    with pytest.raises(Refused) as refusal:
        written(county, report, comments={"d1": "季度通报没有评价"})
    assert "comments" in refusal.value.errors
    with pytest.raises(Refused):
        actions.publish_report(actor=principal, report_id=report.pk, at=WORDED)
    actions.submit_report(actor=writer, report_id=report.pk, at=WORDED)
    with pytest.raises(Refused):
        written(county, report)
    actions.return_report(actor=principal, report_id=report.pk, why="整改要求写明期限", at=WORDED)
    draft = ReportDraft.objects.get(pk=report.pk)
    assert (draft.state, draft.returned_why) == ("draft", "整改要求写明期限")
    made = published(county, report)
    assert (made.body["opening"], made.body["whole"]) == ("总体平稳。", report.figures["whole"])
    paper = Document.objects.get(kind="reform_report")
    assert (paper.number, paper.data["sha256"]) == (
        f"{report.region.name}信用承诺制改革推进情况通报〔2026〕4号",
        made.sha256,
    )
    assert not WorkItem.objects.filter(
        kind__in=["reform_report", "reform_consent"], subject_id=report.pk, state="running"
    ).exists()
    with pytest.raises(Refused):
        actions.publish_report(actor=principal, report_id=report.pk, at=WORDED)
    for changed in (lambda: ReformReport.objects.update(sha256=""), lambda: Publication.objects.update(sha256="")):
        with pytest.raises(ProgrammingError), transaction.atomic():
            changed()
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.create(
            report=ReformReport.objects.get(kind="year"),
            number="x",
            body={},
            sha256="",
            submitted_by_id=principal.person_id,
            consented_by_id=principal.person_id,
            at=WORDED,
        )

    # The bad review is set aside on appeal afterwards: the next notice says so, this one stays.
    review = ServiceReview.objects.get()
    supervisor, office = county.actor("supervisor"), county.actor("approver", lived.department.key)
    reviews.assign_bad_review(actor=supervisor, review_id=review.pk, instruction="请核实", at=WORDED)
    reviews.appeal_bad_review(actor=office, review_id=review.pk, why="点错了", at=WORDED)
    reviews.decide_appeal(actor=supervisor, review_id=review.pk, upheld=True, answer="确系误评", at=WORDED)
    open_reviews(at("2027-02-16 00:07"))
    actions.draft_due(at("2027-04-01 01:00"))
    following = ReformReport.objects.get(kind="quarter", begins=NEXT)
    told = {(one["subject"], one["measure"]): (one["told"], one["now"]) for one in following.figures["corrections"]}
    assert told[lived.department.name, "bad_reviews"] == ("0／1（0%）", "0")
    assert Publication.objects.get(report=report).body["whole"]["bad_reviews"]["count"] == 1
    # The review of the promise nobody did counts against its department, and only there.
    assert counted(following.figures["whole"])["commitment_reviews"] == (1, 0)
    assert any(
        one["measure"] == "commitment_reviews" and "自然资源" in one["subject"] for one in following.figures["problems"]
    )
    assert following.figures["halls"][0]["measures"].keys() == {"commitment_reviews"}


def test_a_year_is_scored_by_the_packs_weights_with_each_departments_own_word(
    county: County, company: Company, lived: MapItem
) -> None:
    actions.draft_due(NIGHT)
    report = ReformReport.objects.get(kind="year", begins=YEAR)
    office = lived.department
    row = next(one for one in report.figures["departments"] if one["department_id"] == office.pk)
    evaluation = row["evaluation"]
    earned = {part["key"]: part["earned"] for part in evaluation["parts"]}
    # promised 0 of 1; on time 0 of 1; one red light of five; a bad review; no warning and no review of a promise.
    assert earned == {
        "promised": "0.00",
        "on_time": "0.00",
        "red": "8.00",
        "reviews": "0.00",
        "warnings": None,
        "commitment_reviews": None,
    }
    assert evaluation["score"] == str(scoring.rounded(Fraction(800, 80)))
    hall = report.figures["halls"][0]["evaluation"]
    mean = next(part for part in hall["parts"] if part["key"] == "score")
    assert Fraction(mean["value"]) == sum(map(Fraction, mean["months"].values())) / len(mean["months"])

    own, other = county.actor("approver", office.key), county.actor("approver", "natural_resources")
    said = {"report_id": report.pk, "department_id": office.pk, "text": "积压已经清理。"}
    with pytest.raises(Forbidden):
        actions.hand_self_report(actor=other, **said, at=WORDED)
    early = at("2027-01-06 10:00")
    written(county, report, early, comments={f"d{office.pk}": "整改见效慢"})
    with pytest.raises(Refused) as refusal:
        actions.submit_report(actor=county.actor("comprehensive"), report_id=report.pk, at=early)
    assert refusal.value.code == "reform.self_reports"
    first = actions.hand_self_report(actor=own, **said, at=early, idempotency_key="s")
    assert actions.hand_self_report(actor=own, **said, at=early, idempotency_key="s").pk == first.pk
    actions.hand_self_report(actor=own, **{**said, "text": "积压已经清理，并建立了台账。"}, at=early)
    assert SelfReport.objects.count() == 2
    assert not WorkItem.objects.filter(kind="reform_self_report", department=office, state="running").exists()
    # The others' term passes; it is published without their word.
    actions.submit_report(actor=county.actor("comprehensive"), report_id=report.pk, at=WORDED)
    with pytest.raises(Refused):
        actions.hand_self_report(actor=own, **said, at=WORDED)
    made = actions.publish_report(actor=county.actor("principal"), report_id=report.pk, at=WORDED)
    assert made.body["self_reports"] == {f"d{office.pk}": "积压已经清理，并建立了台账。"}
    shown = next(
        one for one in Document.objects.get(kind="reform_report").data["evaluations"] if one["name"] == office.name
    )
    assert (shown["score"], shown["comment"]) == ("10.00", "整改见效慢")
    assert not WorkItem.objects.filter(Q(kind__startswith="reform"), subject_id=report.pk, state="running").exists()


def test_what_is_out_of_turn_or_not_over_is_not_drawn_up(county: County, mapped: Project) -> None:
    region = county.hall.region_id
    writer = county.actor("comprehensive")
    for kind, begins in (
        ("quarter", date(2026, 10, 2)),
        ("quarter", NEXT),
        ("month", QUARTER),
        ("quarter", date(2025, 1, 1)),
        ("year", QUARTER),
    ):
        with pytest.raises(Refused) as refusal:
            actions.draft_report(actor=writer, region_id=region, kind=kind, begins=begins, at=NIGHT)
        assert refusal.value.field == "begins"
    first = actions.draft_report(actor=writer, region_id=region, kind="quarter", begins=QUARTER, at=NIGHT)
    assert (
        actions.draft_report(actor=Actor.system(), region_id=region, kind="quarter", begins=QUARTER, at=NIGHT).pk
        == first.pk
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0.79", "0"), ("0.8", "0"), ("0.9", "1/2"), ("1", "1"), ("1.2", "1")],
)
def test_an_indicator_grows_evenly_from_nothing_to_full(value: str, expected: str) -> None:
    one = scoring.Indicator("x", "department", "x", "share", Decimal(10), Decimal("0.8"), Decimal(1))
    assert scoring.reach(one, Fraction(value)) == Fraction(expected)


def test_the_packs_indicators_make_a_hundred_for_each_subject() -> None:
    found = scoring.indicators(QUARTER)
    assert {one.key for one in found} <= {*measures.MEASURES, scoring.MEAN_SCORE}
    assert figures.percent(Fraction(2, 3)) == "66.7%"
