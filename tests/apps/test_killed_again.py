"""Killed before any statement of what follows a decision: a new application, a document given later, a remedy, a
completion's end.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests.apps.county import Company, County, at, new_company, new_county
from tests.apps.test_again import ANEW, refused
from tests.apps.test_commitments import DEPARTMENT, approve, item_of, promised
from tests.apps.test_completion import applied, find, pending
from tests.apps.test_killed_promises import once
from tests.apps.test_later_documents import POINTS, handed
from tests.apps.test_onemap import guided
from tests.beginnings import begins_with
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap import actions
from yinuo.rooms.onemap.models import Application, LaterDocument, MapItem, Remedy
from yinuo.rooms.projects.actions.confirming import confirm_facts
from yinuo.rooms.projects.models import Project

pytestmark = begins_with(guided)


@pytest.fixture
def stage(db: None) -> tuple[County, Company]:
    return new_county(), new_company()


def test_a_killed_new_application_leaves_the_refusal_as_it_was(stage: tuple[County, Company]) -> None:
    county, company = stage
    item = refused(county, company)
    once(
        "onemap.apply_anew",
        lambda: actions.apply_anew(actor=company.actor, item_id=item.pk, why="已改", at=ANEW, idempotency_key="a"),
    )
    assert (
        MapItem.objects.get(pk=item.pk).application,
        Application.objects.filter(item=item, again_at__isnull=False).count(),
    ) == (None, 1)


def test_a_killed_remedy_and_its_outcome_leave_nothing(stage: tuple[County, Company]) -> None:
    county, company = stage
    item = refused(county, company)
    day = date(2026, 11, 10)
    once(
        "onemap.enter_remedy",
        lambda: actions.enter_remedy(
            actor=company.actor,
            item_id=item.pk,
            kind="complaint",
            body="政务大厅",
            filed_on=day,
            text="不服",
            at=ANEW,
            idempotency_key="r",
        ),
    )
    remedy, convener = Remedy.objects.get(), county.actor("general_convener")
    said = {"outcome": "unjustified", "answer": "核查无此事", "concluded_on": day}
    once(
        "onemap.conclude_remedy", lambda: actions.conclude_remedy(actor=convener, remedy_id=remedy.pk, at=ANEW, **said)
    )


@begins_with(promised)
def test_a_killed_document_given_later_is_asked_for_reviewed_and_given_once(stage: tuple[County, Company]) -> None:
    county, company = stage
    commitment = approve(county, promised(county, company))
    item, handler = item_of(commitment.project), county.actor("approver", DEPARTMENT)
    materials = handed(company, item)

    def ask(moment: str) -> None:
        said = {"materials": materials, "purpose": "贷款", "idempotency_key": moment}
        actions.ask_document(actor=company.actor, item_id=item.pk, at=at(moment), **said)

    once("onemap.ask_document", lambda: ask("2026-12-01 09:00"))
    pk = LaterDocument.objects.get().pk
    one = {"actor": handler, "asked_id": pk}
    back = {"points": POINTS, "reason": "缺图", "at": at("2026-12-01 10:00")}
    once("onemap.return_document_request", lambda: actions.return_document_request(**one, **back))
    once("onemap.ask_document", lambda: ask("2026-12-01 11:00"))
    once("onemap.accept_document_request", lambda: actions.accept_document_request(**one, at=at("2026-12-01 15:00")))
    given = {"granted": True, "document_number": "批1", "text": "", "at": at("2026-12-02 09:00")}
    once("onemap.give_document", lambda: actions.give_document(**one, **given))
    once("onemap.deliver_document", lambda: actions.deliver_document(**one, how="在线", at=at("2026-12-02 10:00")))
    assert LaterDocument.objects.get().delivered_at == at("2026-12-02 10:00")


@begins_with(applied)
def test_a_killed_last_finding_neither_completes_nor_delivers_nor_closes_anything(
    stage: tuple[County, Company],
) -> None:
    county, company = stage
    completion = applied(county, company)
    points = pending(completion)
    own = next(point for point in points if point.commitment is None)
    find(county, completion, own, True)
    for point in [point for point in points if point.commitment is not None][:-1]:
        find(county, completion, point, True)
    last = [point for point in points if point.commitment is not None][-1]
    once("commitments.pass_completion", lambda: find(county, completion, last, True))
    assert Project.objects.get(pk=completion.project_id).state == "completed"
    assert WorkItem.objects.get(kind="delivery", subject_id=own.item.pk).state == "done"
    assert not MapItem.objects.filter(project_id=completion.project_id, state="open").exists()


@begins_with(None)
def test_a_killed_confirmation_of_a_fact_changes_no_item(stage: tuple[County, Company]) -> None:
    county, company = stage
    project = guided(county, company, industry="1421", eia="table")
    clerk = county.actor("approver", "ecology")
    answers = {"confirmations.eia_142": True}
    once(
        "projects.confirm_facts",
        lambda: confirm_facts(
            actor=clerk, project_id=project.pk, answers=answers, note="核实", at=at("2026-11-06 09:00")
        ),
    )
    assert item_of(project, "eia_table").promisable is True
