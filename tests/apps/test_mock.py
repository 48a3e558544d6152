"""模拟审批 (附件4): from the window's registration to the formal documents, each refusal, each change, and what time
does to it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.apps.county import Company, County, at, graded, new_company
from tests.apps.mocking import (
    AGREED,
    ANSWERS,
    HANDED_IN,
    LANDED,
    MATTERS,
    MOCKED,
    REGISTERED,
    Track,
    begun,
    both_mocked,
    converting,
    project_of,
    register,
    running,
)
from tests.apps.points import file_of
from tests.apps.test_onemap import PDF
from tests.beginnings import begins_with
from yinuo.engine.base import Forbidden, Refused, Stale
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.documents.making import paper_of
from yinuo.engine.documents.models import Document
from yinuo.engine.documents.usage import uses_of
from yinuo.engine.notices.models import Message
from yinuo.engine.trail.models import ChainRow, Entry
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments.actions import commit
from yinuo.rooms.mock import actions as mock
from yinuo.rooms.mock.models import MockApplication, MockMatter, MockOpinion
from yinuo.rooms.onemap import actions as onemap
from yinuo.rooms.onemap import queries as maps
from yinuo.rooms.onemap.actions import applying
from yinuo.rooms.onemap.actions.applying import next_number
from yinuo.rooms.onemap.models import Application, MapItem
from yinuo.rooms.onemap.sweeping import stuck
from yinuo.rooms.projects.actions import amend, report_progress, terminate
from yinuo.rooms.projects.models import ProgressReport, Project
from yinuo.rooms.reviews import links
from yinuo.rooms.reviews.models import Channel, TrackService

PERMIT, SCHEME = MATTERS


# -- 申请受理


def test_an_online_attempt_is_told_why_where_to_go_and_what_to_bring(county: County, company: Company) -> None:
    project = project_of(county, company)
    with pytest.raises(Refused, match="只在线下操作") as refusal:
        register(county, company, project, actor=company.actor)
    assert refusal.value.code == "mock.offline"
    assert "综合窗口" in refusal.value.remedy and "附件4-1" in refusal.value.remedy
    assert any("附件4" in cite for cite in refusal.value.cites)
    assert not MockApplication.objects.exists()


@begins_with(begun)
def test_the_application_keeps_the_decision_on_its_conditions_and_prints_both_forms(
    county: County, company: Company
) -> None:
    track = begun(county, company)
    application = track.application
    assert application.decision.outcome == {"eligible": True, "support": "enhanced"}
    assert [row["name"] for row in application.contacts] == ["马晓云", "韩志强"]
    kinds = set(Document.objects.filter(subject_kind="mock.mockapplication").values_list("kind", flat=True))
    assert kinds == {"mock_application", "mock_commitment"}
    assert not MapItem.objects.filter(mock=True).exists()


def test_an_unknown_fact_is_asked_for_by_name(county: County, company: Company) -> None:
    project = project_of(county, company)
    answers = {"mock": {**ANSWERS["mock"], "stability_risk": None}, "site": ANSWERS["site"]}
    with pytest.raises(Refused) as refusal:
        register(county, company, project, answers=answers)
    assert refusal.value.code == "mock.unknown"
    assert refusal.value.data["missing"] == ["mock.stability_risk"]
    assert "mock.stability_risk" in refusal.value.errors


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (
            {"answers": {"mock": {**ANSWERS["mock"], "plan_conforms": False}, "site": ANSWERS["site"]}},
            "mock.conditions",
        ),
        (
            {"answers": {"mock": ANSWERS["mock"], "site": {**ANSWERS["site"], "cultivated_share": "0.6"}}},
            "mock.conditions",
        ),
        ({"answers": {"mock": ANSWERS["mock"], "site": {**ANSWERS["site"], "cultivated_share": "六成"}}}, "mock.facts"),
        ({"contacts": [{"name": "马晓云", "phone": "13900000001"}]}, "mock.conditions"),
        ({"contacts": [{"name": "马晓云", "phone": "1"}, {"name": "马晓云", "phone": "2"}]}, "mock.contacts"),
        ({"contacts": [{"name": "马晓云", "phone": "1"}, {"name": "韩志强", "phone": ""}]}, "mock.contacts"),
        ({"land_expected_on": date(2026, 11, 9)}, "mock.land_expected_on"),
        ({"progress": " "}, "mock.progress"),
        ({"land": ""}, "mock.land"),
        ({"legal_representative": ""}, "mock.legal_representative"),
        ({"matters": []}, "mock.matters"),
        ({"approvals": [0]}, "mock.approvals"),
    ],
)
def test_what_is_not_right_is_refused_and_nothing_is_registered(
    county: County, company: Company, changes: dict[str, Any], code: str
) -> None:
    project = project_of(county, company)
    with pytest.raises(Refused) as refusal:
        register(county, company, project, **changes)
    assert refusal.value.code == code
    assert not MockApplication.objects.exists()


def test_copies_of_what_was_obtained_are_attached_and_told_to_their_unit(county: County, company: Company) -> None:
    project, copy = project_of(county, company), file_of(company.actor)
    made = register(county, company, project, approvals=[copy])
    assert [one.file for one in made.approvals] == [copy]
    [use] = uses_of([copy])[copy]
    assert (use.what, use.about, use.page, use.key, use.open) == (
        "模拟审批：已取得的批复",
        project.name,
        "unit:mock",
        project.pk,
        True,
    )


def test_a_land_formality_and_a_matter_already_handed_in_cannot_be_approved_in_mock(
    county: County, company: Company
) -> None:
    project = project_of(county, company)
    land = MapItem.objects.get(project=project, matter_id="land_pre_review")
    with pytest.raises(Refused) as refusal:
        register(county, company, project, matters=[land.pk])
    assert refusal.value.code == "mock.land_matter"
    done = MapItem.objects.filter(project=project, state="granted").first()
    assert done is not None
    with pytest.raises(Refused) as refusal:
        register(county, company, project, matters=[done.pk])
    assert refusal.value.code == "mock.matter"


def test_a_company_of_class_d_is_refused_with_the_clause_and_one_of_class_c_needs_a_reason(county: County) -> None:
    poor = new_company("积石山县失信商贸有限公司")
    project = project_of(county, poor)
    graded(poor.unit, "D")
    with pytest.raises(Refused) as refusal:
        register(county, poor, project)
    assert refusal.value.code == "mock.grade"
    assert any("第二十三条" in cite for cite in refusal.value.cites)
    graded(poor.unit, "C")
    with pytest.raises(Refused) as refusal:
        register(county, poor, project)
    assert refusal.value.code == "mock.reduced"
    assert register(county, poor, project, note="县重点项目，经研究同意").support == "reduced"


def test_a_project_is_in_one_mock_approval_at_a_time_and_the_same_request_sent_twice_makes_one(
    county: County, company: Company
) -> None:
    project = project_of(county, company)
    first = register(county, company, project, idempotency_key="k1")
    assert register(county, company, project, idempotency_key="k1").pk == first.pk
    with pytest.raises(Refused) as refusal:
        register(county, company, project)
    assert refusal.value.code == "mock.open_once"
    assert MockApplication.objects.count() == 1


@begins_with(begun)
def test_the_departments_are_asked_only_after_the_signed_papers_are_kept(county: County, company: Company) -> None:
    track = begun(county, company)
    assert not MockOpinion.objects.exists()
    with pytest.raises(Refused) as refusal:
        mock.keep_signed(
            actor=track.window,
            application_id=track.application.pk,
            form_id=track.scan(REGISTERED),
            commitment_id=None,
            committed_on=date(2026, 11, 9),
            at=REGISTERED,
        )
    assert refusal.value.code == "mock.commitment"
    track.sign()
    asked = WorkItem.objects.filter(kind="mock_opinion", state="running")
    assert {work.department.key for work in asked if work.department} == {"natural_resources", "market_regulation"}
    assert {work.due_at for work in asked} == {at("2026-11-11 18:00")}


@begins_with(begun)
def test_a_paper_of_another_company_is_not_taken_for_the_commitment(county: County, company: Company) -> None:
    track = begun(county, company)
    other = new_company("甘肃保安腰刀文旅有限公司")
    foreign = store_upload(actor=other.actor, name="承诺书.pdf", content=PDF, unit_id=other.unit.pk, at=REGISTERED).pk
    with pytest.raises(Refused) as refusal:
        mock.keep_signed(
            actor=track.window,
            application_id=track.application.pk,
            form_id=track.scan(REGISTERED),
            commitment_id=foreign,
            committed_on=date(2026, 11, 9),
            at=REGISTERED,
        )
    assert refusal.value.code == "mock.commitment"


@begins_with(begun)
def test_one_department_that_disagrees_ends_it_with_its_reason_and_everybody_hears(
    county: County, company: Company
) -> None:
    track = begun(county, company)
    track.sign()
    track.agree("natural_resources", agreed=False)
    application = track.fresh()
    assert application.state == "refused"
    assert "积石山县自然资源局不同意" in application.closed_why
    assert not WorkItem.objects.filter(kind="mock_opinion", state="running").exists()
    assert Message.objects.filter(template="mock_refused_entry", unit_id=company.unit.pk).exists()
    with pytest.raises(Refused) as refusal:
        track.agree("market_regulation")
    assert refusal.value.code == "mock.state"
    assert not MapItem.objects.filter(mock=True).exists()


@begins_with(begun)
def test_an_opinion_is_given_once_with_words_and_by_the_department_asked(county: County, company: Company) -> None:
    track = begun(county, company)
    track.sign()
    opinion = track.opinion("natural_resources")
    with pytest.raises(Forbidden):
        mock.give_opinion(
            actor=county.actor("approver", "housing"), opinion_id=opinion.pk, agreed=True, text="同意", at=AGREED
        )
    handler = county.actor("approver", "natural_resources")
    with pytest.raises(Refused) as refusal:
        mock.give_opinion(actor=handler, opinion_id=opinion.pk, agreed=True, text=" ", at=AGREED)
    assert refusal.value.code == "mock.text"
    with pytest.raises(Stale):
        mock.give_opinion(actor=handler, opinion_id=opinion.pk, agreed=True, text="同意", at=AGREED, version=9)
    track.agree("natural_resources")
    with pytest.raises(Refused) as refusal:
        track.agree("natural_resources")
    assert refusal.value.code == "mock.opinion_given"


@begins_with(running)
def test_the_notice_has_the_number_of_the_year_and_the_matters_bear_the_mark(county: County, company: Company) -> None:
    track = running(county, company)
    application = track.application
    assert application.number == "模拟审批〔2026〕1号"
    notice = Document.objects.get(kind="mock_notice")
    assert notice.data["number"] == application.number
    assert notice.data["contacts"] == application.contacts
    assert notice.unit_id is None
    assert set(MapItem.objects.filter(mock=True).values_list("matter_id", flat=True)) == set(MATTERS)
    filled = Document.objects.filter(kind="mock_application").latest("id")
    assert filled.data["natural_resources"]["text"] == "符合条件"
    other = new_company("积石山县花椒油有限公司")
    second = Track(county, other, project_of(county, other), application)
    second.application = register(county, other, second.project)
    second.sign()
    second.agree("natural_resources")
    second.agree("market_regulation")
    second.distribute()
    assert second.fresh().number == "模拟审批〔2026〕2号"


@begins_with(begun)
def test_a_matter_handed_in_online_meanwhile_goes_its_ordinary_way(county: County, company: Company) -> None:
    track = begun(county, company)
    track.sign()
    track.agree("natural_resources")
    track.agree("market_regulation")
    applying.begin(track.item(SCHEME), received_at=at("2026-11-09 09:00"), state="received")
    track.distribute()
    assert not track.item(SCHEME).mock
    assert MockMatter.objects.get(item=track.item(SCHEME)).outcome == "ordinary"


# -- 模拟审批


@begins_with(running)
def test_the_land_counts_as_there_for_a_mock_matter_and_only_for_it(county: County, company: Company) -> None:
    track = running(county, company)
    waiting = [card for card in maps.map_of(track.project.pk, HANDED_IN).cards if card.item.matter_id == PERMIT]
    assert waiting[0].look == "ready"
    track.hand_in(PERMIT)
    assert track.item(PERMIT).state == "received"
    assert "land_supply" in track.item(PERMIT).after


@begins_with(running)
def test_material_of_a_mock_matter_comes_in_at_the_window_only(county: County, company: Company) -> None:
    track = running(county, company)
    item = track.item(PERMIT)
    with pytest.raises(Refused) as refusal:
        onemap.submit_materials(actor=company.actor, item_id=item.pk, materials=[], at=HANDED_IN)
    assert refusal.value.code == "onemap.mock_offline"
    with pytest.raises(Refused) as refusal:
        commit(actor=company.actor, item_id=item.pk, standard_version="1", at=HANDED_IN)
    assert refusal.value.code == "commitments.mock"
    track.hand_in(PERMIT)
    with pytest.raises(Refused) as refusal:
        onemap.withdraw_application(actor=company.actor, item_id=item.pk, why="不办了", at=HANDED_IN)
    assert refusal.value.code == "onemap.mock_offline"
    entry = Entry.objects.get(verb="onemap.submit_materials")
    assert (entry.entrance, entry.via) == ("window", f"mock.application:{track.application.pk}")


@begins_with(running)
def test_a_matter_outside_this_mock_approval_is_not_handed_in_through_it(county: County, company: Company) -> None:
    track = running(county, company)
    other = track.item("construction_permit")
    with pytest.raises(Refused) as refusal:
        mock.hand_in(
            actor=track.window, application_id=track.application.pk, item_id=other.pk, materials=[], at=HANDED_IN
        )
    assert refusal.value.code == "mock.not_in"


@begins_with(running)
def test_taken_back_at_the_window_a_matter_stays_under_mock_approval(county: County, company: Company) -> None:
    track = running(county, company)
    track.hand_in(PERMIT)
    mock.take_back(
        actor=track.window,
        application_id=track.application.pk,
        item_id=track.item(PERMIT).pk,
        why="图纸要改",
        at=HANDED_IN,
    )
    assert (track.item(PERMIT).state, track.item(PERMIT).mock) == ("open", True)
    track.hand_in(PERMIT)


@begins_with(running)
def test_the_mock_document_is_marked_has_no_force_and_stays_with_the_window(county: County, company: Company) -> None:
    track = running(county, company)
    track.mocked(PERMIT)
    item = track.item(PERMIT)
    assert (item.state, item.present.ended_at, item.present.document_number, item.present.delivered_at) == (
        "mock_granted",
        None,
        "",
        None,
    )
    paper = Document.objects.get(kind="mock_result")
    assert paper.data["watermark"] == "模拟"
    assert paper.data["project_code"] == track.project.code
    assert "不具有法律效力" in paper.data["no_force"]
    assert paper.data["valid_until"] == "2027-11-15"  # 13 November 2027 is a Saturday
    assert (paper.unit_id, paper.data["verify_url"]) == (None, None)
    assert paper_of(document=paper, at=MOCKED).size > 1000
    assert not Document.objects.filter(kind="decision", subject_id=item.pk).exists()
    assert not WorkItem.objects.filter(kind="delivery", subject_kind="onemap.mapitem", subject_id=item.pk).exists()
    assert not ChainRow.objects.filter(type="approval.document", label=track.project.code, at=MOCKED).exists()
    assert Document.objects.get(kind="acceptance_notice", subject_id=item.pk).data["watermark"] == "模拟"
    row = MockMatter.objects.get(item=item)
    assert (row.mock_at, row.mock_by_id, row.paper_id) == (MOCKED, track.approver(PERMIT).person_id, paper.pk)
    assert stuck(track.project.pk) == []


@begins_with(running)
def test_a_mock_document_opens_other_mock_matters_and_no_ordinary_one(county: County, company: Company) -> None:
    track = running(county, company)
    with pytest.raises(Refused) as refusal:
        track.hand_in(SCHEME)
    assert refusal.value.code == "onemap.prerequisites"
    track.mocked(PERMIT)
    track.hand_in(SCHEME, MOCKED)
    ordinary = MapItem.objects.filter(project=track.project, mock=False, after__contains=[PERMIT]).first()
    assert ordinary is not None
    with pytest.raises(Refused, match="前置事项") as refusal:
        onemap.submit_materials(actor=company.actor, item_id=ordinary.pk, materials=[], at=MOCKED)
    assert track.item(PERMIT).name in refusal.value.data["waiting_for"]


@begins_with(running)
def test_a_mock_approval_turned_down_leaves_the_matter_open_with_its_reason(county: County, company: Company) -> None:
    track = running(county, company)
    track.hand_in(PERMIT)
    track.accept(PERMIT)
    track.decide(PERMIT, "模1号", granted=False)
    item = track.item(PERMIT)
    assert (item.state, item.mock, next_number(item)) == ("open", True, 2)
    past = Application.objects.get(item=item)
    assert (past.outcome, past.document_number) == ("refused", "模1号")
    assert "设计方案超出限高" in MockMatter.objects.get(item=item).note
    assert Document.objects.get(kind="mock_result").data["outcome"] == "refused"
    track.mocked(PERMIT)


@begins_with(running)
def test_a_mock_matter_is_sent_back_paused_and_resumed_like_any_other(county: County, company: Company) -> None:
    track = running(county, company)
    track.hand_in(PERMIT)
    track.accept(PERMIT)
    item, handler = track.item(PERMIT), track.approver(PERMIT)
    onemap.pause_item(
        actor=handler, item_id=item.pk, reason="expert_review", note="联合审查", at=HANDED_IN + timedelta(hours=1)
    )
    onemap.resume_item(actor=handler, item_id=item.pk, note="审查完", at=HANDED_IN + timedelta(hours=2))
    points = [{"code": "incorrect.contradiction", "subject": "总平面图", "request": "改正"}]
    onemap.send_back(
        actor=handler,
        item_id=item.pk,
        kind="incorrect",
        points=points,
        reason="图纸不一致",
        at=HANDED_IN + timedelta(hours=3),
    )
    track.hand_in(PERMIT, HANDED_IN + timedelta(hours=4))
    assert track.item(PERMIT).state == "accepted"
    assert Document.objects.get(kind="supplement_notice").data["watermark"] == "模拟"


@begins_with(running)
def test_a_result_of_another_system_moves_nothing_under_mock_approval(county: County, company: Company) -> None:
    track = running(county, company)
    from yinuo.engine.base import Actor

    onemap.take_in_result(
        actor=Actor.system(),
        system="工程审批系统",
        external_id="x1",
        project_code=track.project.code or "",
        matter_id=PERMIT,
        status_code=11,
        document_number="外1号",
        at=HANDED_IN,
    )
    assert track.item(PERMIT).state == "open"


@begins_with(both_mocked)
def test_no_start_of_construction_before_the_formal_documents(county: County, company: Company) -> None:
    track = both_mocked(county, company)

    def start() -> None:
        report_progress(
            actor=company.actor,
            project_id=track.project.pk,
            kind="start",
            on=date(2027, 2, 2),
            at=at("2027-02-02 09:00"),
        )

    with pytest.raises(Refused) as refusal:
        start()
    assert refusal.value.code == "mock.start"
    assert "不得开工" in refusal.value.message and any("附件4" in cite for cite in refusal.value.cites)
    assert not ProgressReport.objects.exists()
    track.land()
    for matter in MATTERS:
        track.decide(matter, f"正{matter}", LANDED)
    start()
    assert ProgressReport.objects.count() == 1


@begins_with(both_mocked)
def test_the_plan_counts_a_mock_document_with_the_days_of_the_conversion(county: County, company: Company) -> None:
    track = both_mocked(county, company)
    view = maps.map_of(track.project.pk, MOCKED)
    planned = {card.item.matter_id: card.planned for card in view.cards}
    assert {planned[matter].ends_on for matter in MATTERS if planned[matter]} == {date(2026, 11, 18)}  # type: ignore[union-attr]
    assert {card.look for card in view.cards if card.item.matter_id in MATTERS} == {"mock"}


@begins_with(both_mocked)
def test_a_mock_document_lapses_by_the_clock_after_a_year_and_everybody_hears(county: County, company: Company) -> None:
    track = both_mocked(county, company)
    tick(at("2027-11-15 17:00"))
    assert {track.item(matter).state for matter in MATTERS} == {"mock_granted"}
    tick(at("2027-11-16 09:00"))
    for matter in MATTERS:
        item = track.item(matter)
        assert (item.state, item.mock) == ("open", False)
        past = Application.objects.get(item=item)
        assert past.outcome == "mock_lapsed"
        assert "附件4" in past.result_text
    assert {row.outcome for row in MockMatter.objects.all()} == {"lapsed"}
    application = track.fresh()
    assert application.state == "ended"
    assert Message.objects.filter(template="mock_lapsed", unit_id=company.unit.pk).count() == 2
    assert Message.objects.filter(template="mock_lapsed", person_id=track.approver(PERMIT).person_id).exists()
    assert Message.objects.filter(template="mock_lapsed", person_id=track.window.person_id).exists()
    assert stuck(track.project.pk) == []


# -- 文件转换


@begins_with(both_mocked)
def test_nothing_is_converted_before_the_land_is_registered(county: County, company: Company) -> None:
    track = both_mocked(county, company)
    with pytest.raises(Refused) as refusal:
        track.decide(PERMIT, "正1号")
    assert refusal.value.code == "onemap.mock_land"
    assert not maps.applicable(track.approver(PERMIT), track.item(PERMIT))["decide"]


@begins_with(converting)
def test_all_departments_convert_by_one_moment_in_the_order_of_prerequisites(county: County, company: Company) -> None:
    track = converting(county, company)
    work = WorkItem.objects.filter(kind="mock_conversion", state="running")
    assert work.count() == 2
    assert {one.due_at for one in work} == {at("2027-02-04 18:00")}
    assert {one.waits_for for one in work} == {"staff"}
    with pytest.raises(Refused) as refusal:
        track.decide(SCHEME, "正2号", LANDED)
    assert refusal.value.code == "onemap.prerequisites"
    track.decide(PERMIT, "正1号", LANDED)
    track.decide(SCHEME, "正2号", at("2027-02-02 09:00"))
    for matter, number in zip(MATTERS, ("正1号", "正2号"), strict=True):
        item = track.item(matter)
        assert (item.state, item.mock, item.present.document_number) == ("granted", False, number)
        decision = Document.objects.get(kind="decision", subject_id=item.pk)
        assert (decision.number, decision.unit_id, decision.data["watermark"]) == (number, company.unit.pk, None)
        assert WorkItem.objects.filter(
            kind="delivery", subject_kind="onemap.mapitem", subject_id=item.pk, state="running"
        ).exists()
    assert ChainRow.objects.filter(type="approval.document", label=track.project.code, at=LANDED).exists()
    assert track.fresh().state == "converted"
    service = TrackService.objects.get(track="mock")
    assert (service.project_id, service.department_id) == (track.project.pk, None)
    link = {"token": links.token_of(service, Channel.LINK)}
    assert Message.objects.filter(
        template="review_invited", channel="sms", page="public:review", page_args=link
    ).exists()
    sheet = Document.objects.get(kind="mock_circulation")
    assert [(line["mock_on"], line["formal_on"]) for line in sheet.data["lines"]] == [
        ("2026-11-13", "2027-02-01"),
        ("2026-11-13", "2027-02-02"),
    ]
    assert stuck(track.project.pk) == []


@begins_with(converting)
def test_a_conversion_not_done_in_time_is_red_for_its_department(county: County, company: Company) -> None:
    track = converting(county, company)
    late = at("2027-02-05 09:00")
    tick(late)
    view = maps.map_of(track.project.pk, late)
    assert {card.light for card in view.cards if card.item.matter_id in MATTERS} == {"red"}
    assert track.item(PERMIT).state == "mock_granted"


@begins_with(converting)
def test_a_formal_refusal_at_the_conversion_is_an_ordinary_refusal(county: County, company: Company) -> None:
    track = converting(county, company)
    track.decide(PERMIT, "不1号", LANDED, granted=False)
    assert (track.item(PERMIT).state, track.item(PERMIT).mock) == ("refused", False)
    assert MockMatter.objects.get(item=track.item(PERMIT)).outcome == "refused"


@begins_with(running)
def test_what_has_no_mock_document_when_the_land_comes_goes_on_as_an_ordinary_application(
    county: County, company: Company
) -> None:
    track = running(county, company)
    track.mocked(PERMIT)
    track.hand_in(SCHEME, MOCKED)
    track.accept(SCHEME, MOCKED)
    track.land()
    item = track.item(SCHEME)
    assert (item.state, item.mock) == ("accepted", False)
    assert MockMatter.objects.get(item=item).outcome == "ordinary"
    with pytest.raises(Refused) as refusal:
        track.decide(SCHEME, "正2号", LANDED)
    assert refusal.value.code == "onemap.prerequisites"


@begins_with(both_mocked)
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "lease"}, "mock.land_kind"),
        ({"number": " "}, "mock.number"),
        ({"on": date(2027, 3, 1)}, "mock.land_on"),
        ({"file_id": None}, "mock.land_scan"),
        ({"answers": {"scale": False}}, "mock.questions"),
        ({"version": 1}, "stale"),
    ],
)
def test_the_land_is_registered_whole_or_not_at_all(
    county: County, company: Company, changes: dict[str, Any], code: str
) -> None:
    track = both_mocked(county, company)
    given: dict[str, Any] = {
        "actor": track.window,
        "application_id": track.application.pk,
        "kind": "allocation",
        "number": "划拨〔2027〕1号",
        "on": LANDED.date(),
        "file_id": track.scan(LANDED),
        "answers": {"scale": False, "plan": False, "standards": False, "other": False},
        "at": LANDED,
    }
    with pytest.raises(Refused) as refusal:
        mock.register_land(**{**given, **changes})
    assert refusal.value.code == code
    assert track.fresh().state == "running"


# -- 重新报批


def assert_begun_anew(track: str, words: str) -> None:
    application = track.fresh()
    assert application.state == "ended"
    for matter in MATTERS:
        item = track.item(matter)
        assert (item.state, item.mock) == ("open", False)
        past = Application.objects.get(item=item)
        assert past.outcome == "mock_lapsed"
        assert words in past.result_text and "应重新报批" in past.result_text and "附件4" in past.result_text
    assert {row.outcome for row in MockMatter.objects.all()} == {"again"}
    assert Message.objects.filter(template="mock_again", unit_id=track.company.unit.pk).exists()


@begins_with(both_mocked)
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"site": {"zone_id": "tangji"}}, "所在园区由“未填写”变为“tangji”"),
        ({"land_area": "30000"}, "用地面积由 26000 平方米变为 30000 平方米"),
        ({"floor_area": "10000"}, "建筑面积"),
        ({"total_investment": "9500"}, "总投资由 8600 万元变为 9500 万元"),
    ],
)
def test_a_change_the_facts_tell_of_is_found_when_the_land_is_registered(
    county: County, company: Company, changes: dict[str, Any], words: str
) -> None:
    track = both_mocked(county, company)
    amend(actor=company.actor, project_id=track.project.pk, changes=changes, reason="调整", at=MOCKED)
    assert track.fresh().state == "running"
    track.land()
    assert_begun_anew(track, words)


@begins_with(both_mocked)
def test_an_amount_moved_by_no_more_than_the_share_is_no_major_change(county: County, company: Company) -> None:
    track = both_mocked(county, company)
    amend(
        actor=company.actor, project_id=track.project.pk, changes={"total_investment": "9460"}, reason="调整", at=MOCKED
    )
    track.land()
    assert track.fresh().state == "converting"


@begins_with(both_mocked)
def test_another_subject_is_found_by_its_credit_code(county: County, company: Company) -> None:
    track = both_mocked(county, company)
    other = new_company("甘肃保安腰刀文旅有限公司")
    Project.objects.filter(pk=track.project.pk).update(unit=other.unit)
    track.company = other
    track.land()
    assert_begun_anew(track, "项目主体由“积石山绿源有机肥有限公司”变为“甘肃保安腰刀文旅有限公司”")


@begins_with(both_mocked)
@pytest.mark.parametrize(
    ("question", "words"),
    [("scale", "技术标准"), ("plan", "规划方案调整"), ("standards", "规范发生变更"), ("other", "不符合法律")],
)
def test_a_change_nobody_can_compute_is_asked_and_a_yes_means_approval_anew(
    county: County, company: Company, question: str, words: str
) -> None:
    track = both_mocked(county, company)
    track.land(answers={"scale": False, "plan": False, "standards": False, "other": False, question: True})
    assert_begun_anew(track, words)


@begins_with(both_mocked)
@pytest.mark.parametrize("case", ["land", "other"])
def test_the_window_enters_a_case_also_without_the_land(county: County, company: Company, case: str) -> None:
    track = both_mocked(county, company)
    mock.report_change(
        actor=track.window, application_id=track.application.pk, cases=[case], text="竞买未成交", at=LANDED
    )
    assert_begun_anew(track, "竞买未成交")
    with pytest.raises(Refused) as refusal:
        mock.report_change(
            actor=track.window, application_id=track.application.pk, cases=[case], text="又一次", at=LANDED
        )
    assert refusal.value.code == "mock.state"


@begins_with(running)
@pytest.mark.parametrize(
    ("cases", "text", "code"), [([], "无", "mock.case"), (["weather"], "雨", "mock.case"), (["land"], " ", "mock.text")]
)
def test_a_case_needs_its_name_and_its_circumstances(
    county: County, company: Company, cases: list[str], text: str, code: str
) -> None:
    track = running(county, company)
    with pytest.raises(Refused) as refusal:
        mock.report_change(actor=track.window, application_id=track.application.pk, cases=cases, text=text, at=LANDED)
    assert refusal.value.code == code


@begins_with(converting)
def test_a_major_change_while_the_departments_convert_means_approval_anew_at_once(
    county: County, company: Company
) -> None:
    track = converting(county, company)
    amend(
        actor=company.actor,
        project_id=track.project.pk,
        changes={"total_investment": "12000"},
        reason="追加",
        at=LANDED,
    )
    assert_begun_anew(track, "总投资")
    assert not WorkItem.objects.filter(kind="mock_conversion", state="running").exists()


# -- how it ends otherwise


@begins_with(running)
def test_given_up_at_the_window_every_matter_is_open_again(county: County, company: Company) -> None:
    track = running(county, company)
    track.mocked(PERMIT)
    with pytest.raises(Refused) as refusal:
        mock.withdraw(actor=track.window, application_id=track.application.pk, why=" ", at=MOCKED)
    assert refusal.value.code == "mock.why"
    mock.withdraw(actor=track.window, application_id=track.application.pk, why="改为常规办理", at=MOCKED)
    assert track.fresh().state == "ended"
    assert not MapItem.objects.filter(mock=True).exists()
    assert track.item(PERMIT).state == "open"
    assert stuck(track.project.pk) == []


@begins_with(both_mocked)
def test_a_project_that_ends_takes_its_mock_approval_along(county: County, company: Company) -> None:
    track = both_mocked(county, company)
    terminate(actor=company.actor, project_id=track.project.pk, why="不建了", at=LANDED)
    assert track.fresh().state == "ended"
    assert {row.outcome for row in MockMatter.objects.all()} == {"ended"}
    assert not WorkItem.objects.filter(project_id=track.project.pk, state__in=["running", "paused"]).exists()


def test_only_the_window_of_the_hall_leads_it(county: County, company: Company) -> None:
    project = project_of(county, company)
    for actor in (
        county.actor("approver", "housing"),
        county.actor("general_convener"),
        new_company("别家有限公司").actor,
    ):
        with pytest.raises(Forbidden):
            register(county, company, project, actor=actor)
