"""容缺受理 from the published list to the filled gap or the returned papers (附件5); each refusal with its code and
clause.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.apps.county import Company, County, at, graded, new_company
from tests.apps.gaps import (
    AGREED,
    APPLIED,
    LACKING,
    LAST,
    MATTER,
    PUBLISHED,
    SIGNED,
    agreed,
    asked,
    clerk,
    files,
    item_of,
    published,
    scan,
    signed,
    without,
    work_of,
)
from tests.apps.mapped import mapped
from tests.apps.test_onemap import guided, hand_in
from tests.beginnings import begins_with
from yinuo.core.pack.types import DayNotice
from yinuo.engine.base import Refused, Stale
from yinuo.engine.catalogue.queries import tolerance
from yinuo.engine.documents.models import Document
from yinuo.engine.notices.models import Message
from yinuo.engine.people.models import Department
from yinuo.engine.rules import pack
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.actions import import_calendar, remind_on_the_day, tick
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.deficient.actions import (
    agree_to_gap,
    decline_gap,
    publish_tolerance,
    say_only_gap_left,
    sign_gap_commitment,
    supply_gap,
)
from yinuo.rooms.deficient.models import DeficientAcceptance
from yinuo.rooms.onemap.actions import decide, pause_item, resume_item, withdraw_application
from yinuo.rooms.onemap.actions.applying import next_number
from yinuo.rooms.onemap.models import Application, MapItem, Submission
from yinuo.rooms.onemap.sweeping import stuck
from yinuo.rooms.projects.actions import terminate
from yinuo.rooms.projects.models import Project
from yinuo.rooms.reviews.actions import review_service
from yinuo.rooms.reviews.models import TrackService

__all__ = ["mapped"]
pytestmark = begins_with(guided)


@pytest.fixture
def project(county: County, company: Company, mapped: Project) -> Project:
    made = mapped
    published(county)
    return made


@pytest.fixture
def item(project: Project) -> MapItem:
    return item_of(project)


def again(item: MapItem) -> MapItem:
    return item_of(item.project, item.matter_id)


def refusal(act: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value


# -- what a department publishes


def test_only_secondary_materials_of_matters_in_scope_are_published_and_with_a_term(
    county: County, company: Company
) -> None:
    office = Department.objects.get(hall=county.hall, key="soil_conservation")
    said: dict[str, Any] = {
        "actor": county.actor("approver", office.key),
        "department": office,
        "from_on": date(2026, 11, 5),
        "at": PUBLISHED,
    }

    def publish(
        matter: str = MATTER, materials: tuple[str, ...] = (LACKING,), days: int = 5, basis: str = "公示"
    ) -> Any:
        return publish_tolerance(matter_id=matter, materials=materials, days=days, basis=basis, **said)

    assert refusal(lambda: publish(materials=("soil_plan",))).code == "catalogue.tolerance_main"
    assert refusal(lambda: publish(materials=("nothing",))).code == "catalogue.tolerance_material"
    for days in (0, 31):
        assert refusal(lambda days=days: publish(days=days)).code == "catalogue.tolerance_days"
    assert refusal(lambda: publish(basis=" ")).code == "catalogue.basis"
    assert refusal(lambda: publish(matter="land_pre_review")).code == "catalogue.department"
    assert publish(days=30).days == 30
    assert tolerance(county.hall.pk, MATTER, date(2026, 11, 4)) is None
    found = tolerance(county.hall.pk, MATTER, date(2026, 11, 5))
    assert found is not None and found.materials == [LACKING]
    publish(materials=())
    assert tolerance(county.hall.pk, MATTER, date(2026, 11, 5)) is None


def test_no_gap_is_published_for_what_is_done_at_once_or_reported_upward(county: County) -> None:
    for handling in ("instant", "reported_upward"):
        matter = next(row for row in pack().matters.values() if row.handling == handling)
        office = Department.objects.get(hall=county.hall, key=matter.department)
        refused = refusal(
            lambda matter=matter, office=office: publish_tolerance(
                actor=county.actor("approver", office.key), department=office, matter_id=matter.id,
                materials=["any"], days=5, from_on=date(2026, 11, 5), basis="公示", at=PUBLISHED,
            )
        )  # fmt: skip
        assert refused.code == "catalogue.tolerance_handling"
        assert "附件5·一" in refused.cites[0]


# -- the whole way


def test_from_the_window_to_the_decision(county: County, company: Company, item: MapItem) -> None:
    approver, window = county.actor("approver", "soil_conservation"), clerk(county)
    row = asked(window, company, item)
    assert (row.state, [one["id"] for one in row.missing]) == ("applied", [LACKING])
    assert again(item).state == "open"
    opinion = work_of(row, "deficient_opinion")
    assert (opinion.due_at, opinion.department_id) == (at("2026-11-09 18:00"), item.department_id)
    row = agree_to_gap(actor=approver, deficient_id=row.pk, days=5, opinion="报告书内容完整。", at=AGREED)
    assert (row.state, row.due_on) == ("notified", date(2026, 11, 13))
    notice = Document.objects.get(kind="deficient_notice")
    assert notice.data["missing"] == ["弃土弃渣综合利用或者存放协议"] and notice.data["due_on"] == "2026-11-13"
    forms = Document.objects.filter(kind="deficient_application").order_by("id")
    assert [form.data["opinions"][0]["text"] is None for form in forms] == [True, False]
    row = sign_gap_commitment(actor=window, deficient_id=row.pk, file_id=scan(window), signed_by="马晓云", at=SIGNED)
    found = again(item)
    assert (found.state, found.present.deficient, found.present.received_at, found.present.accepted_at) == (
        *("accepted", True, APPLIED, SIGNED),
    )
    assert found.handler_id == approver.person_id
    assert work_of(found, "deficient_gap").due_at == LAST
    assert work_of(found, "deficient_gap").waits_for == "unit"
    assert Document.objects.get(kind="acceptance_notice").data["materials"][-1]["note"] == "容缺，待补"
    assert not stuck()

    def grant(moment: str) -> MapItem:
        return decide(
            actor=approver, item_id=item.pk, granted=True, document_number="积水保许〔2026〕1号", text="", at=at(moment)
        )

    assert refusal(lambda: grant("2026-11-09 10:00")).code == "onemap.gap_open"
    say_only_gap_left(actor=approver, deficient_id=row.pk, note="审查完毕，只差协议", at=at("2026-11-09 12:00"))
    assert (again(item).state, work_of(item, "limit").state) == ("paused", "paused")
    before = work_of(item, "limit").due_at
    rows = files(company, item, {LACKING}, at("2026-11-12 20:00"))
    supply_gap(actor=company.actor, deficient_id=row.pk, materials=rows, at=at("2026-11-12 20:00"))
    limit = work_of(item, "limit")
    assert (again(item).state, limit.state) == ("accepted", "running")
    assert before is not None and limit.due_at is not None and limit.due_at > before
    whole = Submission.objects.filter(application__item=item).latest("number")
    assert {one.id for one in whole.materials} == without(item)
    grant("2026-11-13 10:00")
    found = again(item)
    assert (found.state, found.present.deficient) == ("granted", True)
    assert "容缺通过" in Document.objects.get(kind="decision").data["contents"][-1]
    assert "2026年11月12日补齐" in Document.objects.get(kind="decision").data["contents"][-1]
    row = DeficientAcceptance.objects.get()
    assert row.state == "completed"
    service = TrackService.objects.get()
    assert (service.track, service.subject_id, service.department_id) == ("deficient", row.pk, item.department_id)
    assert review_service(
        actor=company.actor, service_id=service.pk, level=5, at=at("2026-11-16 10:00")
    ).about.name.startswith("容缺受理")


def test_a_long_term_never_reddens_the_approver(county: County, company: Company, item: MapItem) -> None:
    """Once only the gap is left nothing of the approver's limit is used, to the gap's last moment."""
    row = signed(county, company, item, days=10)
    approver = county.actor("approver", "soil_conservation")
    say_only_gap_left(actor=approver, deficient_id=row.pk, note="只差协议", at=at("2026-11-06 15:00"))
    tick(at("2026-11-20 23:00"))
    supply_gap(
        actor=company.actor,
        deficient_id=row.pk,
        materials=files(company, item, {LACKING}, at("2026-11-20 23:30")),
        at=at("2026-11-20 23:30"),
    )
    tick(at("2026-11-23 09:00"))
    assert work_of(item, "limit").light_at(at("2026-11-23 09:00")) == "green"
    assert not Entry.objects.filter(verb="work.red").exists()


# -- the term ends


def test_not_completed_in_time_is_given_up_by_the_clock_and_the_item_is_open_again(
    county: County, company: Company, item: MapItem
) -> None:
    row = signed(county, company, item)
    say_only_gap_left(
        actor=county.actor("approver", "soil_conservation"),
        deficient_id=row.pk,
        note="只差协议",
        at=at("2026-11-09 10:00"),
    )
    tick(LAST)
    assert DeficientAcceptance.objects.get().state == "waiting"
    tick(at("2026-11-14 00:01"))
    found, row = again(item), DeficientAcceptance.objects.get()
    assert (found.state, found.application, next_number(found)) == ("open", None, 2)
    assert (row.state, row.ended_at) == ("given_up", LAST)
    past = Application.objects.get(item=item)
    assert (past.outcome, past.ended_at) == ("given_up", LAST)
    assert "视为放弃申请，作退件处理" in past.result_text
    assert not WorkItem.objects.filter(
        subject_kind="onemap.mapitem", subject_id=item.pk, state__in=["running", "paused"]
    ).exists()
    assert Message.objects.filter(template="gap_given_up", channel="site", unit_id=company.unit.pk).exists()
    assert TrackService.objects.get().track == "deficient", "how it was served may be said however it ended"
    assert not Message.objects.filter(template="red").exists()
    assert not stuck()
    hand_in(company, found, at("2026-11-16 09:00"))
    assert again(item).state == "received"


def test_a_ticker_that_slept_changes_nothing_of_the_outcome(county: County, company: Company, item: MapItem) -> None:
    """After the due moment, and before any tick: no completion, no decision;
    the late tick ends it at the due moment.
    """
    row = signed(county, company, item)
    late, approver = at("2026-11-25 09:00"), county.actor("approver", "soil_conservation")
    rows = files(company, item, {LACKING}, late)
    refused = refusal(lambda: supply_gap(actor=company.actor, deficient_id=row.pk, materials=rows, at=late))
    assert refused.code == "deficient.lapsed" and "附件5·二(三)" in refused.cites[0]
    assert (
        refusal(lambda: say_only_gap_left(actor=approver, deficient_id=row.pk, note="差", at=late)).code
        == "deficient.lapsed"
    )
    for granted in (True, False):
        refused = refusal(
            lambda granted=granted: decide(
                actor=approver,
                item_id=item.pk,
                granted=granted,
                document_number="甲1",
                text="不符",
                reason_code="refusal.planning_conflict",
                at=late,
            )
        )
        assert refused.code == "onemap.gap_lapsed"
    assert DeficientAcceptance.objects.get().state == "waiting"
    tick(late)
    assert DeficientAcceptance.objects.get().ended_at == LAST
    assert Application.objects.get(item=item).ended_at == LAST
    # The approver's own clock ended with the application: what the ticker slept through reddens nobody.
    assert work_of(item, "limit").closed_at == LAST


def test_the_company_is_reminded_before_the_day_and_on_it(county: County, company: Company, item: MapItem) -> None:
    signed(county, company, item)
    tick(at("2026-11-13 08:00"))
    assert Message.objects.filter(template="gap_soon", unit_id=company.unit.pk).count() == 1
    assert Message.objects.filter(template="gap_soon", channel="sms", person=company.person).count() == 1
    remind_on_the_day(at("2026-11-13 08:45"))
    remind_on_the_day(at("2026-11-13 09:00"))
    assert Message.objects.filter(template="gap_today", channel="site", unit_id=company.unit.pk).count() == 1
    assert not Message.objects.filter(template__in=["yellow", "red"], subject__contains="黄灯").exists()


# -- refused on the spot


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"missing": []}, "deficient.no_gap"),
        ({"missing": ["soil_plan"]}, "deficient.main_missing"),
        ({"missing": ["site_plan"]}, "deficient.not_tolerable"),
        ({"missing": ["unknown"]}, "deficient.material"),
        ({"missing": [LACKING], "materials": []}, "onemap.materials"),
        ({"no_secret": False}, "deficient.secret"),
        ({"situation": " "}, "onemap.situation"),
        ({"contact_name": ""}, "onemap.contact_name"),
        ({"contact_phone": ""}, "onemap.contact_phone"),
    ],
)
def test_what_cannot_be_tolerated_is_refused_on_the_spot(
    county: County, company: Company, item: MapItem, changes: dict[str, Any], code: str
) -> None:
    refused = refusal(lambda: asked(clerk(county), company, item, **changes))
    assert refused.code == code
    assert not DeficientAcceptance.objects.exists()
    if code in ("deficient.main_missing", "deficient.not_tolerable", "deficient.secret"):
        assert refused.cites and refused.remedy


def test_what_is_neither_handed_in_nor_missing_is_asked_for_and_not_both(
    county: County, company: Company, item: MapItem
) -> None:
    some = files(company, item, without(item, LACKING, "site_plan"), APPLIED)
    assert refusal(lambda: asked(clerk(county), company, item, materials=some)).code == "deficient.left_out"
    whole = files(company, item, without(item), APPLIED)
    assert refusal(lambda: asked(clerk(county), company, item, materials=whole)).code == "deficient.both"


def test_a_gap_is_tolerated_at_the_window_and_nowhere_else(county: County, company: Company, item: MapItem) -> None:
    refused = refusal(lambda: asked(company.actor, company, item))
    assert (refused.code, "综合窗口" in refused.remedy, "附件5·一" in refused.cites[0]) == (
        "deficient.window_only",
        True,
        True,
    )
    visitor = replace(company.actor, entrance="window", via="window.visit:1")
    row = asked(visitor, company, item)
    assert Entry.objects.get(verb="deficient.apply").via == "window.visit:1"
    assert refusal(lambda: asked(visitor, company, item, moment=at("2026-11-06 09:30"))).code == "deficient.pending"
    agree_to_gap(actor=county.actor("approver", "soil_conservation"), deficient_id=row.pk, days=5, at=AGREED)
    online = refusal(
        lambda: sign_gap_commitment(actor=company.actor, deficient_id=row.pk, file_id=1, signed_by="马晓云", at=SIGNED)
    )
    assert online.code == "deficient.window_only"


def test_a_company_of_the_worst_class_is_refused_with_the_clause(
    county: County, company: Company, item: MapItem
) -> None:
    for grade in ("D", "D-"):
        graded(company.unit, grade)
        refused = refusal(lambda: asked(clerk(county), company, item))
        assert refused.code == "deficient.grade" and "附件2·第二十三条(一)" in refused.cites[0]
    graded(company.unit, "C-")
    assert asked(clerk(county), company, item).state == "applied"


def test_what_no_department_has_published_is_not_tolerated(county: County, company: Company, item: MapItem) -> None:
    published(county, materials=())
    refused = refusal(lambda: asked(clerk(county), company, item))
    assert refused.code == "deficient.not_published" and "附件5·三(二)" in refused.cites[0]


@pytest.mark.parametrize("handling", ["instant", "reported_upward"])
def test_what_is_done_at_once_or_reported_upward_is_refused_with_the_clause(
    county: County, company: Company, item: MapItem, handling: str
) -> None:
    on_map = set(MapItem.objects.filter(project=item.project).values_list("matter_id", flat=True))
    other = next(row for row in pack().matters.values() if row.handling == handling and row.id not in on_map)
    MapItem.objects.filter(pk=item.pk).update(matter_id=other.id)
    refused = refusal(lambda: asked(clerk(county), company, item))
    assert refused.code == "deficient.handling" and "附件5·一" in refused.cites[0]


# -- the department


def test_the_term_is_at_most_what_was_published_and_the_notice_is_given_once(
    county: County, company: Company, item: MapItem
) -> None:
    row, approver = asked(clerk(county), company, item), county.actor("approver", "soil_conservation")
    for days in (0, 11):
        refused = refusal(lambda days=days: agree_to_gap(actor=approver, deficient_id=row.pk, days=days, at=AGREED))
        assert refused.code == "deficient.days"
    assert agree_to_gap(actor=approver, deficient_id=row.pk, days=10, at=AGREED).due_on == date(2026, 11, 20)
    assert (
        refusal(lambda: agree_to_gap(actor=approver, deficient_id=row.pk, days=5, at=AGREED)).code == "deficient.state"
    )
    with pytest.raises(Stale):
        decline_gap(actor=approver, deficient_id=row.pk, why="不行", at=AGREED, version=1)


def test_a_department_that_does_not_agree_says_why_and_the_company_applies_whole(
    county: County, company: Company, item: MapItem
) -> None:
    row, approver = asked(clerk(county), company, item), county.actor("approver", "soil_conservation")
    assert refusal(lambda: decline_gap(actor=approver, deficient_id=row.pk, why=" ", at=AGREED)).code == "onemap.why"
    decline_gap(actor=approver, deficient_id=row.pk, why="弃渣量大，协议是审查的前提", at=AGREED)
    assert DeficientAcceptance.objects.get().state == "declined"
    assert (
        "不予容缺受理" in Document.objects.filter(kind="deficient_application").latest("id").data["opinions"][0]["text"]
    )
    assert Message.objects.filter(template="gap_declined", unit_id=company.unit.pk).exists()
    hand_in(company, again(item), at("2026-11-06 15:00"))


def test_a_notice_whose_day_is_over_is_not_signed_any_more(county: County, company: Company, item: MapItem) -> None:
    row, window = agreed(county, company, item, days=1), clerk(county)
    late = at("2026-11-09 18:01")
    refused = refusal(
        lambda: sign_gap_commitment(
            actor=window, deficient_id=row.pk, file_id=scan(window, late), signed_by="马晓云", at=late
        )
    )
    assert refused.code == "deficient.notice_over"
    on_the_day = at("2026-11-09 17:00")
    sign_gap_commitment(
        actor=window, deficient_id=row.pk, file_id=scan(window, on_the_day), signed_by="马晓云", at=on_the_day
    )
    assert work_of(item, "deficient_gap").due_at == at("2026-11-09 18:00")


def test_a_notice_whose_day_became_a_holiday_is_signed_and_kept_to_the_next_working_day(
    county: County, company: Company, item: MapItem
) -> None:
    row, window = agreed(county, company, item, days=5), clerk(county)
    holiday = DayNotice(on=date(2026, 11, 13), working=False, name="州庆", cites=())
    import_calendar(actor=county.actor("administrator"), days=[holiday], source="州政府通知", at=at("2026-11-09 09:00"))
    late = at("2026-11-16 18:01")
    refused = refusal(
        lambda: sign_gap_commitment(
            actor=window, deficient_id=row.pk, file_id=scan(window, late), signed_by="马晓云", at=late
        )
    )
    assert refused.code == "deficient.notice_over"
    moment = at("2026-11-12 10:00")
    signed = sign_gap_commitment(
        actor=window, deficient_id=row.pk, file_id=scan(window, moment), signed_by="马晓云", at=moment
    )
    assert signed.due_on == date(2026, 11, 16)
    assert work_of(item, "deficient_gap").due_at == at("2026-11-17 00:00")


def test_the_commitment_is_a_scan_of_the_units_or_the_clerks(county: County, company: Company, item: MapItem) -> None:
    row, window = agreed(county, company, item), clerk(county)
    stranger = new_company("别的公司")
    foreign = files(stranger, item, {LACKING}, SIGNED)[0]["file"]
    for number in (foreign, 10**9):
        refused = refusal(
            lambda n=number: sign_gap_commitment(
                actor=window, deficient_id=row.pk, file_id=n, signed_by="马晓云", at=SIGNED
            )
        )
        assert refused.code == "deficient.commitment"
    nameless = refusal(
        lambda: sign_gap_commitment(actor=window, deficient_id=row.pk, file_id=scan(window), signed_by=" ", at=SIGNED)
    )
    assert nameless.code == "onemap.signed_by"


# -- filled, once and whole


def test_a_gap_is_filled_with_all_that_was_missing_and_nothing_else(
    county: County, company: Company, item: MapItem
) -> None:
    published(county, materials=(LACKING, "site_plan"))
    window, approver = clerk(county), county.actor("approver", "soil_conservation")
    row = asked(
        window,
        company,
        item,
        materials=files(company, item, without(item, LACKING, "site_plan"), APPLIED),
        missing=[LACKING, "site_plan"],
    )
    agree_to_gap(actor=approver, deficient_id=row.pk, days=5, at=AGREED)
    sign_gap_commitment(actor=window, deficient_id=row.pk, file_id=scan(window), signed_by="马晓云", at=SIGNED)
    moment = at("2026-11-09 09:00")
    half, other = files(company, item, {LACKING}, moment), files(company, item, {"soil_plan"}, moment)
    refused = refusal(lambda: supply_gap(actor=company.actor, deficient_id=row.pk, materials=half, at=moment))
    assert (refused.code, refused.field) == ("onemap.materials", "site_plan")
    assert (
        refusal(lambda: supply_gap(actor=company.actor, deficient_id=row.pk, materials=other, at=moment)).code
        == "deficient.not_missing"
    )
    rows = files(company, item, {LACKING, "site_plan"}, moment)
    first = supply_gap(actor=window, deficient_id=row.pk, materials=rows, at=moment, idempotency_key="k")
    assert supply_gap(actor=window, deficient_id=row.pk, materials=rows, at=moment, idempotency_key="k") == first
    assert Submission.objects.filter(application__item=item).count() == 2
    assert (
        refusal(lambda: supply_gap(actor=window, deficient_id=row.pk, materials=rows, at=moment)).code
        == "deficient.state"
    )


def test_an_application_sent_twice_is_one(county: County, company: Company, item: MapItem) -> None:
    rows = files(company, item, without(item, LACKING), APPLIED)
    first = asked(clerk(county), company, item, materials=rows, idempotency_key="k")
    assert asked(clerk(county), company, item, materials=rows, idempotency_key="k") == first
    assert DeficientAcceptance.objects.count() == 1


# -- what else may become of it


def test_taken_back_refused_or_terminated_the_gap_goes_with_it(
    county: County, company: Company, project: Project, item: MapItem
) -> None:
    signed(county, company, item)
    withdraw_application(actor=company.actor, item_id=item.pk, why="改方案", at=at("2026-11-09 09:00"))
    row = DeficientAcceptance.objects.get()
    assert (row.state, row.ended_why) == ("ended", "申请已撤回")
    assert again(item).present.deficient is False
    assert work_of(item, "deficient_gap").state == "cancelled"
    terminate(actor=county.actor("general_convener"), project_id=project.pk, why="不建了", at=at("2026-11-10 09:00"))
    assert not stuck()


def test_a_refusal_for_other_reasons_does_not_wait_for_the_gap(county: County, company: Company, item: MapItem) -> None:
    signed(county, company, item)
    decide(
        actor=county.actor("approver", "soil_conservation"),
        item_id=item.pk,
        granted=False,
        document_number="乙1",
        text="位于崩塌危险区",
        reason_code="refusal.conditions_not_met",
        at=at("2026-11-09 09:00"),
    )
    assert DeficientAcceptance.objects.get().ended_why == "事项不予许可"
    assert work_of(item, "deficient_gap").state == "cancelled"


def test_a_project_that_ends_ends_what_was_asked(
    county: County, company: Company, project: Project, item: MapItem
) -> None:
    asked(clerk(county), company, item)
    terminate(actor=county.actor("general_convener"), project_id=project.pk, why="不建了", at=at("2026-11-09 09:00"))
    assert DeficientAcceptance.objects.get().ended_why == "项目终止"
    assert not stuck()


def test_handing_everything_in_meanwhile_leaves_nothing_to_tolerate(
    county: County, company: Company, item: MapItem
) -> None:
    row = agreed(county, company, item)
    hand_in(company, item, at("2026-11-06 10:30"))
    assert DeficientAcceptance.objects.get().state == "ended"
    window = clerk(county)
    refused = refusal(
        lambda: sign_gap_commitment(actor=window, deficient_id=row.pk, file_id=scan(window), signed_by="马", at=SIGNED)
    )
    assert refused.code == "deficient.state"


def test_the_pause_for_a_gap_is_not_chosen_by_hand(county: County, company: Company, item: MapItem) -> None:
    row, approver = signed(county, company, item), county.actor("approver", "soil_conservation")
    for reason in ("deficient_gap", "coordination", "correction"):
        refused = refusal(
            lambda r=reason: pause_item(actor=approver, item_id=item.pk, reason=r, note="等", at=at("2026-11-09 09:00"))
        )
        assert refused.code == "onemap.pause_reason"
    pause_item(actor=approver, item_id=item.pk, reason="expert_review", note="评审", at=at("2026-11-09 09:00"))
    refused = refusal(
        lambda: say_only_gap_left(actor=approver, deficient_id=row.pk, note="差", at=at("2026-11-09 10:00"))
    )
    assert refused.code == "onemap.state"
    # Paused for experts, the clock does not run again because the gap is filled.
    supply_gap(
        actor=company.actor,
        deficient_id=row.pk,
        materials=files(company, item, {LACKING}, at("2026-11-10 09:00")),
        at=at("2026-11-10 09:00"),
    )
    assert again(item).state == "paused"
    resume_item(actor=approver, item_id=item.pk, note="评审完", at=at("2026-11-11 09:00"))
    assert again(item).state == "accepted"


# -- a department that does not answer


def test_an_application_nobody_answers_counts_as_accepted_from_its_receipt(
    county: County, company: Company, item: MapItem
) -> None:
    """行政许可法 32: who hands in with a gap waits no longer than who hands in the ordinary way."""
    row = asked(clerk(county), company, item)
    opinion = WorkItem.objects.get(kind="deficient_opinion", subject_id=row.pk)
    assert not WorkItem.objects.filter(kind="receipt", subject_id=row.pk).exists(), (
        "within the day for the opinion nothing else counts"
    )
    assert opinion.due_at is not None
    tick(opinion.due_at + timedelta(minutes=1))
    tick(opinion.due_at + timedelta(minutes=2))
    receipt = WorkItem.objects.get(kind="receipt", subject_kind="deficient.deficientacceptance", subject_id=row.pk)
    assert receipt.started_at == row.applied_at, "it counts from the application, not from the day the opinion was late"
    assert receipt.due_at is not None and again(item).state == "open"
    tick(receipt.due_at + timedelta(minutes=1))
    found = again(item)
    one, handed = found.present, Submission.objects.get(application__item=item)
    assert (found.state, one.deemed_accepted, one.received_at, one.accepted_at) == (
        "accepted",
        True,
        row.applied_at,
        row.applied_at,
    )
    assert one.deficient is False and {part.id for part in handed.materials} == {part.id for part in row.materials}
    row.refresh_from_db()
    assert row.state == "ended" and "视为受理" in row.ended_why
    assert Message.objects.filter(template="gap_deemed", channel="sms").exists()
    assert not WorkItem.objects.filter(
        subject_kind="deficient.deficientacceptance", subject_id=row.pk, state="running"
    ).exists()
    assert refusal(
        lambda: agree_to_gap(actor=county.actor("approver", "soil_conservation"), deficient_id=row.pk, days=3, at=LAST)
    ).code
    assert not stuck()


def test_a_late_opinion_stops_the_receipts_clock(county: County, company: Company, item: MapItem) -> None:
    row = asked(clerk(county), company, item)
    opinion = WorkItem.objects.get(kind="deficient_opinion", subject_id=row.pk)
    assert opinion.due_at is not None
    late = opinion.due_at + timedelta(hours=1)
    tick(late)
    agree_to_gap(actor=county.actor("approver", "soil_conservation"), deficient_id=row.pk, days=3, at=late)
    assert WorkItem.objects.get(kind="receipt", subject_id=row.pk).state == "done"
    tick(late + timedelta(days=20))
    assert again(item).state == "open"
