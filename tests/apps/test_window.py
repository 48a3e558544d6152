"""The window desk: who may act for a visitor's unit and how far, what is kept of whoever came, and what leaves the
counter.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.apps.county import Company, County, at, facts, free_code, new_company, new_person
from tests.apps.test_onemap import PDF, guided
from tests.beginnings import begins_with
from yinuo.engine.base import Actor, Forbidden, Refused, Stale
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.documents.making import paper_of
from yinuo.engine.documents.models import Document
from yinuo.engine.notices.models import Channel, Message
from yinuo.engine.people.actions import authorise, end_binding, register_unit
from yinuo.engine.people.models import Department, Hall, Membership, ProjectUnit, Region
from yinuo.engine.people.queries import actor_of_membership
from yinuo.engine.trail.models import Entry, Idempotency
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap.actions import accept, apply_anew, decide, submit_materials
from yinuo.rooms.onemap.actions.common import waiting_for
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.onemap.room import MapPaper, MapWork
from yinuo.rooms.projects.actions import file_project
from yinuo.rooms.projects.models import Project
from yinuo.rooms.projects.queries import visible
from yinuo.rooms.window import actions, identity, queries
from yinuo.rooms.window.models import Handout, HandoutLine, Visit
from yinuo.rooms.window.room import WindowPaper

pytestmark = begins_with(guided)

NUMBER = "622927198805204012"
CAME, LATER, EVENING, NEXT_DAY = (
    at("2026-11-06 09:00"),
    at("2026-11-06 09:30"),
    at("2026-11-06 23:59"),
    at("2026-11-07 00:00"),
)


def clerk_of(county: County, hall: Hall | None = None) -> Actor:
    if hall is None:
        return county.actor("window", "government_services")
    office = Department.objects.create(hall=hall, key="government_services", name="政务服务局", short_name="政务局")
    row = Membership.objects.create(
        person=new_person("别县窗口"), department=office, role="window", from_on=at("2026-01-01 00:00").date()
    )
    return actor_of_membership(row)


def came(clerk: Actor, unit_id: int, when: datetime = CAME, **changes: Any) -> Visit:
    said: dict[str, Any] = {
        "visitor": "马建国",
        "identity_kind": "resident",
        "identity_number": NUMBER,
        "authority": "letter",
        "letter_no": "授〔2026〕3号",
        "purpose": "备案新项目",
    }
    return actions.open_visit(actor=clerk, unit_id=unit_id, at=when, **{**said, **changes})


def test_what_is_done_in_a_visit_is_the_units_own_act_marked_with_its_entrance(
    county: County, company: Company
) -> None:
    clerk = clerk_of(county)
    visit = came(clerk, company.unit.pk)
    acting = queries.acting_in(visit)
    filed = file_project(
        actor=acting, unit_id=company.unit.pk, facts=facts(name="窗口来的项目"), pledged=True, at=LATER
    ).project
    assert (filed.unit_id, filed.filed_by_id, filed.filed_via) == (
        company.unit.pk,
        clerk.person_id,
        f"window.visit:{visit.pk}",
    )
    entry = Entry.objects.get(verb="projects.file", subject_id=str(filed.pk))
    assert (entry.role, entry.entrance, entry.via, entry.person_id) == ("unit", "window", visit.via, clerk.person_id)
    assert visible(company.actor).filter(pk=filed.pk).exists()


def test_the_units_own_people_are_told_by_sms_when_somebody_came_what_was_filed_and_when_they_left(
    county: County, company: Company
) -> None:
    visit = came(clerk_of(county), company.unit.pk)
    file_project(
        actor=queries.acting_in(visit),
        unit_id=company.unit.pk,
        facts=facts(name="窗口来的项目"),
        pledged=True,
        at=LATER,
    )
    actions.close_visit(actor=clerk_of(county), visit_id=visit.pk, at=LATER)
    by_sms = Message.objects.filter(channel=Channel.SMS, person=company.person).values_list("template", flat=True)
    assert {"window_opened", "filed", "window_closed"} <= set(by_sms)
    assert not Message.objects.filter(person_id=visit.clerk_id, template="filed").exists()
    told = Message.objects.get(template="window_closed", unit_id=company.unit.pk)
    assert "窗口来的项目" in told.body
    assert visit.receipt_no in told.body


def test_of_the_identity_document_only_a_mask_and_a_keyed_digest_are_kept(county: County, company: Company) -> None:
    visit = came(clerk_of(county), company.unit.pk, idempotency_key="visit:1")
    assert visit.identity_masked == "6229************12"
    assert len(visit.identity_digest) == 64
    stored = repr([list(model.objects.values()) for model in (Visit, Entry, Message, Idempotency, Document)])
    assert NUMBER not in stored
    assert NUMBER[6:14] not in stored
    assert visit.identity_digest == identity.digest("resident", NUMBER) != identity.digest("passport", NUMBER)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"identity_number": "622927198805204010"}, "window.identity"),
        ({"identity_number": "12"}, "window.identity"),
        ({"identity_kind": "diary"}, "window.identity_kind"),
        ({"visitor": "  "}, "window.visitor"),
        ({"purpose": ""}, "window.purpose"),
        ({"letter_no": ""}, "window.letter_no"),
        ({"authority": "friend"}, "window.authority"),
        ({"authority": "authorised", "binding_id": None}, "window.binding"),
        ({"authority": "legal", "visitor": "另一个人"}, "window.legal_representative"),
        ({"visitor": "名" * 61}, "window.too_long"),
    ],
)
def test_a_visit_without_a_paper_that_holds_is_not_opened(
    county: County, company: Company, changes: dict[str, Any], code: str
) -> None:
    ProjectUnit.objects.filter(pk=company.unit.pk).update(legal_representative="马晓云")
    with pytest.raises(Refused) as refusal:
        came(clerk_of(county), company.unit.pk, **changes)
    assert refusal.value.code == code
    assert not Visit.objects.exists()


def test_an_authorised_person_comes_under_their_own_name_and_is_not_told_of_themselves(
    county: County, company: Company
) -> None:
    chosen = {"authority": "authorised", "binding_id": company.binding.pk, "letter_no": ""}
    with pytest.raises(Refused) as refusal:
        came(clerk_of(county), company.unit.pk, **chosen)
    assert refusal.value.code == "window.binding_name"
    came(clerk_of(county), company.unit.pk, visitor=company.person.name, **chosen)
    assert not Message.objects.filter(template="window_opened", person=company.person).exists()
    assert Message.objects.filter(template="window_opened", unit_id=company.unit.pk).exists()


def test_a_clerk_has_one_visitor_at_a_time_and_the_same_request_opens_one_visit(
    county: County, company: Company
) -> None:
    clerk, other = clerk_of(county), new_company("甘肃保安腰刀文旅有限公司")
    visit = came(clerk, company.unit.pk, idempotency_key="visit:1")
    assert came(clerk, company.unit.pk, idempotency_key="visit:1").pk == visit.pk
    with pytest.raises(Refused) as refusal:
        came(clerk, other.unit.pk)
    assert refusal.value.code == "window.visit_open"
    assert refusal.value.data == {"visit": visit.pk}
    colleague = county.add("window", "government_services")
    assert came(actor_of_membership(colleague), other.unit.pk).pk != visit.pk


def test_only_the_visits_clerk_acts_in_it_and_only_while_it_is_open(county: County, company: Company) -> None:
    clerk, colleague = clerk_of(county), actor_of_membership(county.add("window", "government_services"))
    visit = came(clerk, company.unit.pk)
    assert [row.actor.via for row in queries.stand_ins(clerk, LATER)] == [visit.via]
    assert queries.stand_ins(colleague, LATER) == []
    with pytest.raises(Forbidden):
        actions.close_visit(actor=colleague, visit_id=visit.pk, at=LATER)
    assert queries.stand_ins(clerk, EVENING)
    assert queries.stand_ins(clerk, NEXT_DAY) == []
    actions.close_visit(actor=clerk, visit_id=visit.pk, at=LATER)
    assert queries.stand_ins(clerk, LATER) == []


def test_a_visit_reaches_its_unit_alone_and_of_it_the_halls_projects_alone(county: County, company: Company) -> None:
    project = guided(county, company)
    item = MapItem.objects.filter(project=project, state="open").first()
    assert item is not None
    other = new_company("甘肃保安腰刀文旅有限公司")
    acting = queries.acting_in(came(clerk_of(county), other.unit.pk))
    for act in (
        lambda: file_project(actor=acting, unit_id=company.unit.pk, facts=facts(name="别家的"), pledged=True, at=LATER),
        lambda: submit_materials(actor=acting, item_id=item.pk, materials=[], at=LATER),
    ):
        with pytest.raises(Forbidden):
            act()
    hall = Hall.objects.create(name="东乡县政务服务大厅", region=Region.objects.create(code="622926", name="东乡县"))
    abroad = queries.acting_in(came(clerk_of(county, hall), company.unit.pk))
    with pytest.raises(Forbidden):
        submit_materials(actor=abroad, item_id=item.pk, materials=[], at=LATER)
    with pytest.raises(Refused) as refusal:
        file_project(actor=abroad, unit_id=company.unit.pk, facts=facts(name="别县窗口"), pledged=True, at=LATER)
    assert refusal.value.code == "projects.other_hall"
    assert not visible(abroad).exists()


def test_who_acts_for_the_unit_is_said_by_the_unit_alone(county: County, company: Company) -> None:
    acting = queries.acting_in(came(clerk_of(county), company.unit.pk))
    with pytest.raises(Forbidden):
        end_binding(actor=acting, binding=company.binding, at=LATER, why="来访人要求")
    with pytest.raises(Forbidden):
        authorise(
            actor=acting, unit_id=company.unit.pk, account="x", name="某人", basis="委托书", letter_id=1, may_sign=True,
            from_on=LATER.date(), to_on=None, at=LATER,
        )  # fmt: skip


def test_a_visit_left_open_is_over_with_its_day_and_closed_by_the_clock_with_its_receipt(
    county: County, company: Company
) -> None:
    clerk = clerk_of(county)
    visit = came(clerk, company.unit.pk)
    assert actions.close_left_open(EVENING) == 0
    assert actions.close_left_open(at("2026-11-07 02:00")) == 1
    assert actions.close_left_open(at("2026-11-07 02:05")) == 0
    visit.refresh_from_db()
    assert (visit.closed_at, visit.unclosed) == (NEXT_DAY, True)
    assert Document.objects.filter(kind=WindowPaper.RECEIPT, number=visit.receipt_no).count() == 1
    assert came(clerk, company.unit.pk, at("2026-11-09 09:00")).closed_at is None


def test_the_next_visitor_closes_one_forgotten_the_day_before(county: County, company: Company) -> None:
    clerk = clerk_of(county)
    forgotten = came(clerk, company.unit.pk)
    came(clerk, company.unit.pk, at("2026-11-09 09:00"))
    forgotten.refresh_from_db()
    assert (forgotten.closed_at, forgotten.unclosed) == (NEXT_DAY, True)


def test_closing_twice_writes_one_receipt_and_a_stale_form_closes_nothing(county: County, company: Company) -> None:
    clerk = clerk_of(county)
    visit = came(clerk, company.unit.pk)
    with pytest.raises(Stale):
        actions.close_visit(actor=clerk, visit_id=visit.pk, at=LATER, version=7)
    for _ in range(2):
        actions.close_visit(actor=clerk, visit_id=visit.pk, at=LATER, version=1)
    assert Document.objects.filter(kind=WindowPaper.RECEIPT).count() == 1
    assert Entry.objects.filter(verb="window.close_visit").count() == 1


def test_the_receipt_lists_what_was_received_with_codes_and_numbers(county: County, company: Company) -> None:
    project = guided(county, company)
    clerk = clerk_of(county)
    visit = came(clerk, company.unit.pk)
    submission = hand_in_at_the_window(visit, ready_item(project), LATER)
    actions.close_visit(actor=clerk, visit_id=visit.pk, at=at("2026-11-06 10:00"))
    receipt = Document.objects.get(kind=WindowPaper.RECEIPT)
    scans, handed_in = receipt.data["lines"]
    assert (scans["what"], handed_in["what"]) == ("扫描材料，存入单位材料库", "提交申报材料")
    assert scans["times"] == len(submission.materials)
    assert (handed_in["project_code"], handed_in["receipt_no"]) == (project.code, submission.receipt_no)
    assert "马建国" in receipt.data["visitor"]
    assert bytes(paper_of(document=receipt, at=LATER).content).startswith(b"%PDF")


def ready_item(project: Project) -> MapItem:
    items = (
        MapItem.objects.select_related("department", "project")
        .filter(project=project, state="open")
        .order_by("position")
    )
    return next(
        item for item in items if not waiting_for(item) and any(material["main"] for material in item.materials)
    )


def hand_in_at_the_window(visit: Visit, item: MapItem, when: datetime) -> Any:
    acting = queries.acting_in(visit)
    handed = []
    for material in item.materials:
        content = PDF + material["id"].encode()
        file = store_upload(
            actor=acting, name=f"{material['name']}.pdf", content=content, unit_id=visit.unit_id, at=when
        )
        assert file.by_id == visit.clerk_id
        handed.append({"id": material["id"], "file": file.pk})
    return submit_materials(actor=acting, item_id=item.pk, materials=handed, at=when)


@pytest.fixture
def decided(county: County, company: Company) -> MapItem:
    """A matter granted, its decision not delivered yet."""
    item = ready_item(guided(county, company))
    visit = came(clerk_of(county), company.unit.pk)
    hand_in_at_the_window(visit, item, LATER)
    actions.close_visit(actor=clerk_of(county), visit_id=visit.pk, at=LATER)
    approver = county.actor("approver", item.department.key)
    accept(actor=approver, item_id=item.pk, at=at("2026-11-06 10:00"))
    decide(
        actor=approver,
        item_id=item.pk,
        granted=True,
        document_number="甲〔2026〕1号",
        text="",
        at=at("2026-11-06 11:00"),
    )
    item.refresh_from_db()
    return item


def take(clerk: Actor, visit: Visit, ids: list[int], when: datetime, **changes: Any) -> Handout:
    return actions.hand_out(
        actor=clerk, visit_id=visit.pk, document_ids=ids, at=when, **{"signature": "paper", **changes}
    )


AFTERNOON, SIGNED = at("2026-11-06 15:00"), at("2026-11-06 15:10")


def test_a_decision_handed_out_against_signature_is_delivered(
    county: County, company: Company, decided: MapItem
) -> None:
    clerk = clerk_of(county)
    visit = came(clerk, company.unit.pk, AFTERNOON, purpose="领证")
    ready = queries.to_hand_out(company.unit.pk, county.hall.pk)
    assert [row.awaited for row in ready].count(True) == 1
    assert ready[0].awaited
    decision = ready[0].document
    made = take(clerk, visit, [decision.pk], SIGNED, idempotency_key="take:1")
    assert take(clerk, visit, [decision.pk], SIGNED, idempotency_key="take:1").pk == made.pk
    decided.refresh_from_db()
    assert decided.present.delivered_at == SIGNED
    assert not WorkItem.objects.filter(kind=MapWork.DELIVERY, state="running").exists()
    proof = Document.objects.get(kind=MapPaper.DELIVERY)
    assert "马建国签收" in proof.data["how"]
    paper = Document.objects.get(kind=WindowPaper.HANDOUT)
    assert paper.data["documents"][0]["number"] == "甲〔2026〕1号"
    entry = Entry.objects.get(verb="onemap.deliver")
    assert (entry.entrance, entry.via, entry.role) == ("window", visit.via, "window")
    assert HandoutLine.objects.get().delivered


def test_handing_out_is_refused_without_signature_for_another_unit_twice_and_after_the_visit(
    county: County, company: Company, decided: MapItem
) -> None:
    clerk, colleague = clerk_of(county), actor_of_membership(county.add("window", "government_services"))
    decision = queries.to_hand_out(company.unit.pk, county.hall.pk)[0].document
    stranger = came(colleague, new_company("甘肃保安腰刀文旅有限公司").unit.pk, AFTERNOON)
    visit = came(clerk, company.unit.pk, AFTERNOON)
    with pytest.raises(Forbidden):
        take(colleague, visit, [decision.pk], SIGNED)
    cases: list[tuple[str, Actor, Visit, list[int], dict[str, Any]]] = [
        ("window.other_unit", colleague, stranger, [decision.pk], {}),
        ("window.documents", clerk, visit, [], {}),
        ("window.signature", clerk, visit, [decision.pk], {"signature": ""}),
        ("window.scan", clerk, visit, [decision.pk], {"signature": "scan", "scan_id": 10**6}),
    ]
    for code, who, where, ids, changes in cases:
        with pytest.raises(Refused) as refusal:
            take(who, where, ids, SIGNED, **changes)
        assert refusal.value.code == code
    take(clerk, visit, [decision.pk], SIGNED)
    with pytest.raises(Refused) as refusal:
        take(clerk, visit, [decision.pk], SIGNED)
    assert refusal.value.code == "window.handed_out"
    actions.close_visit(actor=clerk, visit_id=visit.pk, at=SIGNED)
    with pytest.raises(Refused) as refusal:
        take(clerk, visit, [decision.pk], at("2026-11-06 15:20"))
    assert refusal.value.code == "window.visit_over"
    assert Handout.objects.count() == 1


def test_the_signed_page_is_kept_and_a_copy_taken_again_delivers_nothing_new(
    county: County, company: Company, decided: MapItem
) -> None:
    clerk = clerk_of(county)
    decision = queries.to_hand_out(company.unit.pk, county.hall.pk)[0].document
    first = came(clerk, company.unit.pk, AFTERNOON)
    scan = store_upload(actor=clerk, name="签字页.pdf", content=PDF, unit_id=None, at=SIGNED)
    take(clerk, first, [decision.pk], SIGNED, signature="scan", scan_id=scan.pk)
    assert Document.objects.get(kind=WindowPaper.HANDOUT).data["scan_sha256"] == scan.sha256
    actions.close_visit(actor=clerk, visit_id=first.pk, at=SIGNED)
    again = came(clerk, company.unit.pk, at("2026-11-06 16:00"))
    take(clerk, again, [decision.pk], at("2026-11-06 16:05"))
    assert list(HandoutLine.objects.order_by("id").values_list("delivered", flat=True)) == [True, False]
    assert Document.objects.filter(kind=MapPaper.DELIVERY).count() == 1


def test_a_unit_nobody_knows_yet_is_entered_by_its_licence_once(county: County) -> None:
    clerk = clerk_of(county)
    code = free_code()
    made = register_unit(actor=clerk, credit_code=code, name="积石山新来有限公司", type="enterprise", at=CAME)
    assert register_unit(actor=clerk, credit_code=code, name="别的名字", type="enterprise", at=LATER).name == made.name
    assert Entry.objects.filter(verb="people.register_unit").count() == 1
    for blank in ("", "  "):
        with pytest.raises(Refused) as unnamed:
            register_unit(actor=clerk, credit_code=free_code(), name=blank, type="enterprise", at=LATER)
        assert (unnamed.value.code, unnamed.value.field) == ("people.unit_name", "name")
    with pytest.raises(Forbidden):
        register_unit(actor=county.actor("approver"), credit_code=code, name="x", type="enterprise", at=LATER)
    with pytest.raises(Refused):
        register_unit(
            actor=clerk,
            credit_code=f"{code[:-1]}{chr(65 + (code[-1] == chr(65)))}",
            name="x",
            type="enterprise",
            at=LATER,
        )


def test_an_appeal_is_applied_for_anew_at_the_window_as_online(county: County, company: Company) -> None:
    item = ready_item(guided(county, company))
    visit = came(clerk_of(county), company.unit.pk)
    hand_in_at_the_window(visit, item, LATER)
    approver = county.actor("approver", item.department.key)
    accept(actor=approver, item_id=item.pk, at=at("2026-11-06 10:00"))
    decide(
        actor=approver, item_id=item.pk, granted=False, document_number="甲2", text="不符合规划",
        reason_code="refusal.planning_conflict", at=at("2026-11-06 11:00"),
    )  # fmt: skip
    again = apply_anew(actor=queries.acting_in(visit), item_id=item.pk, why="已改", at=at("2026-11-06 12:00"))
    assert (again.state, Entry.objects.get(verb="onemap.apply_anew").via) == ("open", visit.via)
