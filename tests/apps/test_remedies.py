"""复议、诉讼、投诉 on a decision, as they are entered and end (U-7)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.apps.county import Company, County, at, new_company
from tests.apps.test_again import REFUSED, anew, refused
from tests.apps.test_onemap import guided, hand_in, ready
from tests.beginnings import begins_with
from yinuo.engine.base import Actor, Forbidden, Refused, Stale
from yinuo.engine.notices.models import Message
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import Light, WorkItem
from yinuo.rooms.onemap import history
from yinuo.rooms.onemap.actions import conclude_remedy, enter_remedy
from yinuo.rooms.onemap.models import MapItem, Remedy
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.onemap.sweeping import stuck
from yinuo.rooms.projects.actions import terminate

pytestmark = begins_with(guided)

ENTERED = at("2026-11-20 09:00")
RULED = at("2027-01-15 09:00")


def enter(actor: Actor, item: MapItem, **changes: Any) -> Remedy:
    said: dict[str, Any] = {
        "kind": "reconsideration",
        "body": "积石山县人民政府",
        "filed_on": date(2026, 11, 18),
        "text": "请求撤销不予许可决定",
    }
    return enter_remedy(actor=actor, item_id=item.pk, at=ENTERED, **{**said, **changes})


def conclude(actor: Actor, remedy: Remedy, **changes: Any) -> Remedy:
    said: dict[str, Any] = {"outcome": "revoked", "answer": "事实不清，撤销原决定", "concluded_on": date(2027, 1, 14)}
    return conclude_remedy(actor=actor, remedy_id=remedy.pk, at=RULED, **{**said, **changes})


def test_a_reconsideration_is_entered_with_its_decision_and_concluded_in_the_bodys_words(
    county: County, company: Company
) -> None:
    item = refused(county, company)
    handler = county.actor("approver", item.department.key)
    remedy = enter(company.actor, item)
    assert (remedy.application.number, remedy.document_number, remedy.entered_as, remedy.outcome) == (
        1,
        "不予〔2026〕1号",
        "unit",
        "",
    )
    told = set(Message.objects.filter(template="remedy_entered").values_list("person_id", "unit_id"))
    assert (None, company.unit.pk) in told
    assert (handler.person_id, None) in told
    done = conclude(handler, remedy)
    assert (done.outcome, done.concluded_on, done.concluded_by_id) == ("revoked", date(2027, 1, 14), handler.person_id)
    item.refresh_from_db()
    assert (item.state, item.present.ended_at) == ("refused", REFUSED)
    assert [row.verb for row in Entry.objects.filter(subject_kind="onemap.remedy").order_by("id")] == [
        "onemap.enter_remedy", "onemap.conclude_remedy",
    ]  # fmt: skip


def test_a_record_stays_with_the_decision_it_is_about_when_the_matter_is_applied_for_again(
    county: County, company: Company
) -> None:
    item = refused(county, company)
    enter(company.actor, item)
    anew(company, item)
    later = enter(
        company.actor, item, kind="litigation", body="积石山县人民法院", application=1, filed_on=date(2026, 11, 19)
    )
    assert (later.application.number, later.document_number) == (1, "不予〔2026〕1号")
    with pytest.raises(Refused) as refusal:
        enter(company.actor, item)
    assert refusal.value.code == "onemap.no_decision"


def test_a_complaint_waits_for_the_hall_within_its_limit_and_not_for_whom_it_is_about(
    county: County, company: Company
) -> None:
    item = refused(county, company)
    handler, convener = county.actor("approver", item.department.key), county.actor("general_convener")
    complaint = enter(company.actor, item, kind="complaint", body="", text="办理人员态度差")
    assert (complaint.body, complaint.document_number) == (item.project.hall.name, "不予〔2026〕1号")
    work = WorkItem.objects.get(kind=MapWork.COMPLAINT)
    assert (work.role, work.department_id, work.hall_id) == ("general_convener", None, item.project.hall_id)
    assert work.due_at == at("2026-11-27 18:00"), "five working days from the day after"
    told = set(Message.objects.filter(template="complaint").values_list("person_id", flat=True))
    assert told == {convener.person_id}, "whom it is about does not learn of it by a message"
    assert Message.objects.filter(template="complaint_received", unit_id=company.unit.pk).exists()
    assert history.remedies_of(item)[0].answer_by == work.due_at  # type: ignore[attr-defined]
    tick(at("2026-11-30 10:00"))
    assert work.light_at(at("2026-11-30 10:00")) == Light.RED
    with pytest.raises(Forbidden, match="总召集人"):
        conclude(handler, complaint, outcome="unjustified")
    with pytest.raises(Refused, match="请选择结果"):
        conclude(convener, complaint, outcome="revoked")
    done = conclude(convener, complaint, outcome="justified", answer="已批评教育并道歉")
    work.refresh_from_db()
    assert (done.outcome, work.state, work.outcome) == ("justified", "done", "justified")


def test_how_a_matter_is_handled_may_be_complained_of_before_it_is_decided_and_the_answer_is_owed_to_the_end(
    county: County, company: Company
) -> None:
    item = ready(guided(county, company))
    hand_in(company, item, at("2026-11-06 09:00"))
    for kind in ("reconsideration", "litigation"):
        with pytest.raises(Refused) as nothing:
            enter(company.actor, item, kind=kind)
        assert nothing.value.code == "onemap.no_decision"
    with pytest.raises(Refused, match="项目备案之后"):
        enter(company.actor, item, kind="complaint", filed_on=date(2026, 10, 1))
    said: dict[str, Any] = {"kind": "complaint", "body": "", "text": "三天没有人接电话", "idempotency_key": "k"}
    complaint = enter(company.actor, item, **said)
    assert enter(company.actor, item, **said).pk == complaint.pk
    assert (complaint.document_number, WorkItem.objects.filter(kind=MapWork.COMPLAINT).count()) == ("", 1)
    with pytest.raises(Forbidden):
        enter(new_company("别家公司").actor, item, kind="complaint")
    terminate(actor=company.actor, project_id=item.project_id, why="不建了", at=ENTERED)
    work = WorkItem.objects.get(kind=MapWork.COMPLAINT)
    assert (work.state, stuck(item.project_id)) == ("running", [])
    conclude(county.actor("comprehensive"), complaint, outcome="unjustified", answer="通话记录显示当日已回电")
    work.refresh_from_db()
    assert work.state == "done"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "letter"}, "onemap.remedy_kind"),
        ({"body": " "}, "onemap.body"),
        ({"text": ""}, "onemap.text"),
        ({"filed_on": date(2026, 11, 8)}, "onemap.remedy_on"),
        ({"filed_on": date(2026, 11, 21)}, "onemap.remedy_on"),
        ({"application": 7}, "onemap.no_decision"),
    ],
)
def test_what_cannot_be_entered_is_refused_by_name(
    county: County, company: Company, changes: dict[str, Any], code: str
) -> None:
    item = refused(county, company)
    with pytest.raises(Refused) as refusal:
        enter(company.actor, item, **changes)
    assert refusal.value.code == code
    assert not Remedy.objects.exists()


def test_an_outcome_has_a_reason_and_a_day_and_is_entered_once(county: County, company: Company) -> None:
    item = refused(county, company)
    handler, remedy = county.actor("approver", item.department.key), enter(company.actor, item)
    for changes, code in (
        ({"answer": ""}, "onemap.answer"),
        ({"concluded_on": date(2026, 11, 17)}, "onemap.remedy_concluded_on"),
        ({"concluded_on": date(2027, 1, 16)}, "onemap.remedy_concluded_on"),
        ({"outcome": "justified"}, "onemap.remedy_outcome"),
    ):
        with pytest.raises(Refused) as refusal:
            conclude(handler, remedy, **changes)
        assert refusal.value.code == code
    with pytest.raises(Stale):
        conclude(handler, remedy, version=9)
    conclude(handler, remedy, version=1)
    with pytest.raises(Refused) as refusal:
        conclude(handler, remedy)
    assert refusal.value.code == "onemap.remedy_ended"


def test_nothing_is_entered_before_a_decision_nor_by_a_stranger(county: County, company: Company) -> None:
    item = ready(guided(county, company))
    with pytest.raises(Refused) as refusal:
        enter(company.actor, item)
    assert refusal.value.code == "onemap.no_decision"
    decided = refused(county, new_company("甘肃保安腰刀文旅有限公司"))
    for actor in (company.actor, Actor.public(), county.actor("approver", "water"), county.actor("administrator")):
        with pytest.raises(Forbidden):
            enter(actor, decided)


def test_an_entry_sent_twice_is_one(county: County, company: Company) -> None:
    item = refused(county, company)
    first = enter(company.actor, item, idempotency_key="r-1")
    assert enter(company.actor, item, idempotency_key="r-1").pk == first.pk
    assert Remedy.objects.count() == 1
