"""A promise signed by hand and sealed, taken in at the window: what it must be, who may take it, and what becomes of
it.
"""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pypdf
import pytest
from django.db import IntegrityError, transaction

from tests.apps.chaining import leaves_saying
from tests.apps.county import Company, County, at, new_company, new_county
from tests.apps.matrix.window import code_of
from tests.apps.test_commitments import AFTER, approve, item_of, object_to, promise
from tests.apps.test_credit_together import together
from tests.apps.test_onemap import PDF, guided
from tests.apps.test_window import CAME, EVENING, LATER, NEXT_DAY, came, clerk_of
from tests.beginnings import begins_with
from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, Forbidden, Refused, Stale
from yinuo.engine.documents.actions import signing_provider, store_upload
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.documents.signing import verify_pdf
from yinuo.engine.documents.usage import uses_of
from yinuo.engine.infochain.audit import audit
from yinuo.engine.infochain.models import LeafRecord
from yinuo.engine.notices.models import Channel, Message
from yinuo.engine.people.models import Department, ProjectUnit
from yinuo.engine.people.queries import actor_of_membership
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments.actions import close_notices, to_regular
from yinuo.rooms.commitments.actions.paper import commit_on_paper
from yinuo.rooms.commitments.models import Commitment, PaperSigning
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project
from yinuo.rooms.window import actions, papers, queries
from yinuo.rooms.window.models import Visit

pytestmark = begins_with(guided)

SIGNER = "马晓云"
TODAY = CAME.astimezone(TZ).date()


def scan_of(visit: Visit, note: bytes = b"", name: str = "承诺书.pdf") -> StoredFile:
    return store_upload(actor=queries.acting_in(visit), name=name, content=PDF + note, unit_id=visit.unit_id, at=CAME)


def take(clerk: Actor, visit: Visit, item: MapItem, **changes: Any) -> Commitment:
    said: dict[str, Any] = {
        "signer": SIGNER,
        "capacity": "legal",
        "signed_on": TODAY,
        "agreed": True,
        "at": LATER,
        **changes,
    }
    for name, value in (("code", lambda: code_of(item, said["signed_on"])), ("scan_id", lambda: scan_of(visit).pk)):
        if name not in said:
            said[name] = value()
    return actions.take_promise(actor=clerk, visit_id=visit.pk, item_id=item.pk, **said)


@pytest.fixture
def clerk(county: County) -> Actor:
    return clerk_of(county)


@pytest.fixture
def item(county: County, company: Company) -> MapItem:
    return item_of(guided(county, company))


@pytest.fixture
def visit(company: Company, clerk: Actor) -> Visit:
    return came(clerk, company.unit.pk)


def words(pdf: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


# -- the way whole


def test_the_library_says_that_the_scan_is_a_promise(clerk: Actor, visit: Visit, item: MapItem) -> None:
    scan = scan_of(visit)
    take(clerk, visit, item, scan_id=scan.pk)
    [use] = uses_of([scan.pk])[scan.pk]
    assert (use.what, use.about, use.page, use.key) == (
        f"纸质承诺书：{item.name}",
        item.project.name,
        "unit:commit",
        item.pk,
    )


def test_the_letter_is_printed_with_its_code_and_nothing_is_written(clerk: Actor, visit: Visit, item: MapItem) -> None:
    files = StoredFile.objects.count()
    printed = words(actions.print_letter(actor=clerk, visit_id=visit.pk, item_id=item.pk, at=LATER))
    assert code_of(item, TODAY) in printed
    assert "供签字盖章的文本" in printed
    assert "尚未签署" not in printed
    assert StoredFile.objects.count() == files
    assert not Commitment.objects.exists()


def test_a_letter_on_paper_is_a_promise_like_any_other_and_says_how_it_was_signed(
    county: County, company: Company, clerk: Actor, visit: Visit, item: MapItem
) -> None:
    made = take(clerk, visit, item, signed_on=TODAY - timedelta(days=1))
    item.refresh_from_db()
    assert (made.state, item.state, item.route, made.notice_until) == (
        "notice",
        "notice",
        "commitment",
        at("2026-11-13 18:00"),
    )
    assert (made.signing, made.signed_by_id, made.signed_on) == ("paper", None, TODAY - timedelta(days=1))
    paper = made.paper
    assert paper is not None
    assert (paper.signer, paper.clerk_id, paper.via, paper.scan.unit_id) == (
        SIGNER,
        clerk.person_id,
        visit.via,
        company.unit.pk,
    )
    letter = bytes(StoredFile.objects.get(pk=made.letter.file_id).content)
    assert verify_pdf(letter, made.letter_sha256, roots=signing_provider().roots(), at=LATER).valid
    for part in (SIGNER, "签字并加盖公章", paper.code, paper.scan_sha256[:32], made.letter.data["number"]):
        assert part in words(letter), part
    assert WorkItem.objects.filter(kind="commitment_decision", state="running").count() == 1
    assert close_notices(AFTER) == 1
    assert approve(county, made).state == "decided"


def test_trail_and_chain_hold_the_scans_digest_and_no_name(clerk: Actor, visit: Visit, item: MapItem) -> None:
    made = take(clerk, visit, item)
    assert made.paper is not None
    entry = Entry.objects.get(verb="commitments.commit_on_paper")
    assert (entry.role, entry.entrance, entry.via, entry.person_id) == ("unit", "window", visit.via, clerk.person_id)
    assert entry.data["scan_sha256"] == made.paper.scan_sha256
    assert leaves_saying("approval.document", "scan_sha256", made.paper.scan_sha256) == 1
    assert leaves_saying("approval.document", "letter_sha256", made.letter_sha256) == 1
    assert SIGNER not in repr([*Entry.objects.values_list("data", "why"), *LeafRecord.objects.values_list("fields")])


def test_everybody_of_the_unit_is_told_at_once_also_who_did_not_come(
    company: Company, clerk: Actor, visit: Visit, item: MapItem
) -> None:
    take(clerk, visit, item)
    told = Message.objects.get(template="commitment_on_paper", channel=Channel.SMS, person=company.person)
    assert item.name in told.body
    assert "如非贵单位签署" in told.body
    assert Message.objects.filter(
        template="commitment_on_paper", unit_id=company.unit.pk, channel=Channel.SITE
    ).exists()
    assert not Message.objects.filter(template="commitment_on_paper", person_id=clerk.person_id).exists()


def test_the_receipt_of_the_visit_names_the_promise(clerk: Actor, visit: Visit, item: MapItem) -> None:
    take(clerk, visit, item)
    lines = papers.lines(queries.done_in(visit))
    assert [(line["what"], line["about"]) for line in lines][-1] == ("提交签字盖章的信用承诺书", item.name)


def test_taken_in_by_mistake_it_is_withdrawn_while_nothing_rests_on_it_and_the_old_letter_is_worth_nothing_then(
    county: County, company: Company, clerk: Actor, visit: Visit, item: MapItem
) -> None:
    first = code_of(item, TODAY)
    made = take(clerk, visit, item)
    to_regular(actor=queries.acting_in(visit), commitment_id=made.pk, why="扫描件传错了", at=LATER)
    with pytest.raises(Stale):
        take(clerk, visit, item, code=first)
    again = take(clerk, visit, item)
    assert again.letter.data["number"].endswith("之2")
    approve(county, again)
    with pytest.raises(Refused):
        to_regular(actor=company.actor, commitment_id=again.pk, why="晚了", at=AFTER)


def test_an_objection_upheld_and_an_altered_scan_stop_a_promise_on_paper_too(
    county: County, clerk: Actor, visit: Visit, item: MapItem
) -> None:
    made = take(clerk, visit, item)
    assert made.paper is not None
    other = scan_of(visit, b"% other")
    assert not [fault for fault in audit(None).faults if "承诺书" in fault]
    with transaction.atomic():
        PaperSigning.objects.bulk_create([PaperSigning(
            scan=other, scan_sha256=made.paper.scan_sha256, code=made.paper.code, signer=SIGNER, capacity="legal",
            signed_on=TODAY, clerk_id=made.paper.clerk_id, via=visit.via, at=LATER,
        )])  # fmt: skip
        Commitment.objects.filter(pk=made.pk).update(paper=PaperSigning.objects.latest("id"))
        with pytest.raises(Refused) as refusal:
            approve(county, Commitment.objects.get(pk=made.pk))
        assert refusal.value.code == "commitments.letter_altered"
        assert [
            fault
            for fault in audit(None).faults
            if "纸质承诺书扫描件的散列现为" in fault and made.paper.scan_sha256 in fault
        ]
        transaction.set_rollback(True)
    object_to(made)
    with pytest.raises(Refused) as refusal:
        approve(county, made)
    assert refusal.value.code == "commitments.objection_open"


# -- what is refused


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": "0000-0000-0000"}, "commitments.code"),
        ({"code": ""}, "commitments.code"),
        ({"signed_on": TODAY + timedelta(days=1)}, "commitments.signed_on"),
        ({"signed_on": date(2023, 2, 19), "code": ""}, "commitments.signed_on"),
        ({"agreed": False}, "commitments.agreed"),
        ({"scan_id": 999999}, "commitments.scan"),
        ({"signer": " "}, "commitments.signer"),
        ({"signer": "另一个人"}, "commitments.legal_representative"),
        ({"capacity": "friend"}, "commitments.capacity"),
        ({"capacity": "authorised"}, "commitments.authority"),
        ({"capacity": "authorised", "authority": "授" * 121}, "commitments.too_long"),
    ],
)
def test_a_letter_that_cannot_be_is_refused_and_leaves_nothing(
    company: Company, clerk: Actor, visit: Visit, item: MapItem, changes: dict[str, Any], code: str
) -> None:
    ProjectUnit.objects.filter(pk=company.unit.pk).update(legal_representative=SIGNER)
    with pytest.raises(Refused) as refusal:
        take(clerk, visit, item, **changes)
    assert refusal.value.code == code
    assert not Commitment.objects.exists()
    assert not PaperSigning.objects.exists()


def test_the_day_it_was_filed_and_today_are_days_it_can_have_been_signed_on(
    clerk: Actor, visit: Visit, item: MapItem
) -> None:
    filed = item.project.filed_at.astimezone(TZ).date()
    with pytest.raises(Refused, match="那时还没有"):
        take(clerk, visit, item, signed_on=filed - timedelta(days=1))
    assert take(clerk, visit, item, signed_on=filed).signed_on == filed


def test_other_words_than_those_printed_are_not_promised(
    company: Company, clerk: Actor, visit: Visit, item: MapItem
) -> None:
    printed = code_of(item, TODAY)
    ProjectUnit.objects.filter(pk=company.unit.pk).update(legal_representative="新来的法人")
    with pytest.raises(Stale) as refusal:
        take(clerk, visit, item, code=printed, signer="新来的法人")
    assert refusal.value.code == "commitments.code"


def test_the_code_is_taken_however_it_is_typed(clerk: Actor, visit: Visit, item: MapItem) -> None:
    assert take(clerk, visit, item, code=f" {code_of(item, TODAY).lower().replace('-', ' ')} ").state == "notice"


def test_a_scan_is_a_pdf_or_a_picture_of_the_units_own_library(
    company: Company, clerk: Actor, visit: Visit, item: MapItem
) -> None:
    neighbours = new_company("甘肃保安腰刀文旅有限公司")
    foreign = store_upload(actor=neighbours.actor, name="承诺书.pdf", content=PDF, unit_id=neighbours.unit.pk, at=CAME)
    issued = StoredFile.objects.create(
        sha256="0" * 64,
        name="表.xlsx",
        content_type="application/zip",
        size=1,
        content=b"0",
        unit=company.unit,
        by=company.person,
        at=CAME,
    )
    for scan in (foreign, issued):
        with pytest.raises(Refused) as refusal:
            take(clerk, visit, item, scan_id=scan.pk)
        assert refusal.value.code == "commitments.scan"


def test_what_may_not_be_promised_is_neither_printed_nor_taken(
    county: County, company: Company, clerk: Actor, visit: Visit, item: MapItem
) -> None:
    project = item.project
    for matter, code in (
        ("soil_conservation_plan", "commitments.not_promisable"),
        ("drawing_review", "onemap.prerequisites"),
    ):
        other = item_of(project, matter)
        for act in (
            lambda other=other: take(clerk, visit, other, code=""),
            lambda other=other: actions.print_letter(actor=clerk, visit_id=visit.pk, item_id=other.pk, at=LATER),
        ):
            with pytest.raises(Refused) as refusal:
                act()
            assert refusal.value.code == code
    Project.objects.filter(pk=project.pk).update(stopped_at=CAME)
    with pytest.raises(Refused) as refusal:
        take(clerk, visit, item, code="")
    assert refusal.value.code == "projects.stopped"
    Project.objects.filter(pk=project.pk).update(stopped_at=None)
    promise(company, item)
    for act in (
        lambda: take(clerk, visit, item, code=""),
        lambda: actions.print_letter(actor=clerk, visit_id=visit.pk, item_id=item.pk, at=LATER),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == "onemap.state"


def test_only_the_clerk_of_an_open_visit_of_that_unit_takes_it(
    county: County, company: Company, clerk: Actor, visit: Visit, item: MapItem
) -> None:
    colleague = actor_of_membership(county.add("window", "government_services"))
    neighbours = new_company("甘肃保安腰刀文旅有限公司")
    theirs = came(colleague, neighbours.unit.pk)
    scan = scan_of(visit)
    said: dict[str, Any] = {"code": code_of(item, TODAY), "scan_id": scan.pk}
    for actor, where in (
        (colleague, visit),
        (company.actor, visit),
        (queries.acting_in(visit), visit),
        (county.actor("approver", "natural_resources"), visit),
        (colleague, theirs),
    ):
        with pytest.raises(Forbidden):
            take(actor, where, item, **said)
        with pytest.raises(Forbidden):
            actions.print_letter(actor=actor, visit_id=where.pk, item_id=item.pk, at=LATER)
    with pytest.raises(Refused) as refusal:
        take(clerk, visit, item, **said, at=NEXT_DAY)
    assert refusal.value.code == "window.visit_over"
    actions.close_visit(actor=clerk, visit_id=visit.pk, at=LATER)
    with pytest.raises(Refused) as refusal:
        take(clerk, visit, item, **said, at=EVENING)
    assert refusal.value.code == "window.visit_over"
    assert not Commitment.objects.exists()


def test_the_step_itself_refuses_the_unit_and_another_hall(
    county: County, company: Company, clerk: Actor, visit: Visit, item: MapItem
) -> None:
    window = Department.objects.get(pk=clerk.department_id)
    said: dict[str, Any] = {
        "item_id": item.pk,
        "window": window,
        "code": code_of(item, TODAY),
        "scan_id": scan_of(visit).pk,
        "signer": SIGNER,
        "capacity": "legal",
        "authority": "",
        "signed_on": TODAY,
        "agreed": True,
        "at": LATER,
    }
    acting = queries.acting_in(visit)
    abroad = Actor(
        acting.person_id,
        "unit",
        hall_id=(acting.hall_id or 0) + 1,
        unit_id=acting.unit_id,
        entrance="window",
        via=acting.via,
    )
    agent = Actor(
        acting.person_id,
        "unit",
        hall_id=acting.hall_id,
        unit_id=acting.unit_id,
        entrance="agent",
        via="agency.agreement:1",
    )
    for actor in (company.actor, abroad, agent, clerk):
        with pytest.raises(Forbidden):
            commit_on_paper(actor=actor, **said)
    assert commit_on_paper(actor=acting, **said).signing == "paper"


def test_the_database_wants_every_promise_signed_in_exactly_one_way(
    company: Company, clerk: Actor, visit: Visit, item: MapItem
) -> None:
    made = take(clerk, visit, item)
    for changes in ({"signed_by": company.person}, {"paper": None}):
        with pytest.raises(IntegrityError, match="promise_signed_one_way"), transaction.atomic():
            Commitment.objects.filter(pk=made.pk).update(**changes)


# -- twice, and at once


def test_sent_twice_it_is_taken_once_and_another_letter_under_its_key_is_refused(
    clerk: Actor, visit: Visit, item: MapItem
) -> None:
    said = {"code": code_of(item, TODAY), "scan_id": scan_of(visit).pk, "idempotency_key": "paper"}
    assert take(clerk, visit, item, **said).pk == take(clerk, visit, item, **said).pk
    assert Commitment.objects.count() == PaperSigning.objects.count() == 1
    with pytest.raises(Refused) as refusal:
        take(clerk, visit, item, **said, signer="另一个人")
    assert refusal.value.code == "idempotency.reused"


def test_a_letter_at_the_counter_and_a_signature_online_at_once_are_one_promise(committed_db: str) -> None:
    county, company = new_county(), new_company()
    item, clerk = item_of(guided(county, company)), clerk_of(county)
    visit = came(clerk, company.unit.pk)
    said = {"code": code_of(item, TODAY), "scan_id": scan_of(visit).pk}
    twice = {**said, "idempotency_key": "paper"}
    results = together(
        lambda: take(clerk, visit, item, **twice),
        lambda: take(clerk, visit, item, **twice),
        lambda: take(clerk, visit, item, **said),
        lambda: promise(company, item, LATER),
        lambda: actions.close_visit(actor=clerk, visit_id=visit.pk, at=LATER),
    )
    assert Commitment.objects.count() == 1
    assert PaperSigning.objects.count() == (Commitment.objects.get().paper_id is not None)
    refused = [result.code for result in results[:4] if isinstance(result, Refused)]
    assert set(refused) <= {"onemap.state", "window.visit_over"}
    assert len(refused) in (2, 3)
    assert Entry.objects.filter(verb__in=["commitments.commit", "commitments.commit_on_paper"]).count() == 1
