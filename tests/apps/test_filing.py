from __future__ import annotations

import pytest

from tests.apps.county import Company, County, at, facts
from yinuo.engine.base import Forbidden, Refused
from yinuo.engine.notices.models import Message
from yinuo.engine.trail.models import ChainRow, Entry, Idempotency
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.projects.actions import file_project, terminate
from yinuo.rooms.projects.models import Project

MORNING = at("2026-11-03 09:12")


def test_a_filing_that_qualifies_has_code_certificate_review_and_messages_at_once(
    county: County, company: Company
) -> None:
    filing = file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=MORNING)
    project = Project.objects.get(pk=filing.project.pk)
    assert project.code is not None
    assert project.code.startswith("2611-622927-04-01-")
    assert project.instant
    assert project.certificate.number.startswith("积发改备〔2026〕11")
    assert project.decision is not None
    assert project.decision.outcome["instant"] is True
    review = WorkItem.objects.get(kind="review")
    assert review.due_at == at("2026-11-04 18:00")
    assert set(Entry.objects.values_list("verb", flat=True)) == {
        "projects.file",
        "projects.assign_code",
        "projects.issue_certificate",
    }
    said = ChainRow.objects.filter(label=project.code)
    assert set(said.values_list("type", flat=True)) == {"project.basic", "project.code_assigned", "approval.document"}
    assert Message.objects.filter(template="filed", person=company.person, channel="sms").count() == 1


def test_nothing_of_a_secret_project_is_kept(county: County, company: Company) -> None:
    secret = facts(declarations={"secret": True})
    with pytest.raises(Refused, match="涉密") as refusal:
        file_project(
            actor=company.actor, unit_id=company.unit.pk, facts=secret, pledged=True, at=MORNING, idempotency_key="k1"
        )
    assert refusal.value.code == "projects.secret"
    assert not Project.objects.exists()
    assert not Entry.objects.exists()
    assert not Idempotency.objects.exists()


@pytest.mark.parametrize("invested", ["0", "0.00"])
def test_an_investment_of_nothing_is_told_at_its_field(county: County, company: Company, invested: str) -> None:
    with pytest.raises(Refused, match="内容有误") as refusal:
        file_project(
            actor=company.actor,
            unit_id=company.unit.pk,
            facts=facts(total_investment=invested),
            pledged=True,
            at=MORNING,
        )
    assert list(refusal.value.errors) == ["total_investment"]
    assert "大于 0" in refusal.value.errors["total_investment"]


def test_a_neighbour_that_only_reports_takes_no_filings(county: County, company: Company) -> None:
    from yinuo.engine.catalogue.queries import filing_halls
    from yinuo.engine.people.models import Hall, Region

    region = Region.objects.create(code="622921", name="临夏县")
    Hall.objects.create(region=region, name="临夏县政务大厅")
    with pytest.raises(Refused, match="不受理这个地区") as refusal:
        file_project(
            actor=company.actor, unit_id=company.unit.pk, facts=facts(region="622921"), pledged=True, at=MORNING
        )
    assert refusal.value.field == "region"
    assert filing_halls() == [county.hall]


def test_nobody_files_for_another_unit(county: County, company: Company) -> None:
    from tests.apps.county import new_company

    other = new_company("甘肃保安腰刀文旅有限公司")
    with pytest.raises(Forbidden):
        file_project(actor=company.actor, unit_id=other.unit.pk, facts=facts(), pledged=True, at=MORNING)


def test_a_request_sent_twice_files_once_and_gets_the_same_answer(county: County, company: Company) -> None:
    first = file_project(
        actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=MORNING, idempotency_key="k1"
    )
    again = file_project(
        actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=MORNING, idempotency_key="k1"
    )
    assert again.repeated
    assert again.project.pk == first.project.pk
    assert Project.objects.count() == 1


def test_a_key_used_for_another_request_is_refused(county: County, company: Company) -> None:
    file_project(
        actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=MORNING, idempotency_key="k1"
    )
    with pytest.raises(Refused, match="请求编号"):
        file_project(
            actor=company.actor,
            unit_id=company.unit.pk,
            facts=facts(name="另一个项目"),
            pledged=True,
            at=MORNING,
            idempotency_key="k1",
        )


def test_missing_facts_are_asked_for_all_at_once(county: County, company: Company) -> None:
    thin = facts()
    del thin["declarations"]["catalogue_class"], thin["site"]["address"]
    with pytest.raises(Refused) as refusal:
        file_project(actor=company.actor, unit_id=company.unit.pk, facts=thin, pledged=True, at=MORNING)
    assert {"declarations.catalogue_class", "site.address"} <= set(refusal.value.errors)
    assert not Project.objects.exists()


def test_a_project_on_the_negative_list_goes_to_manual_handling_with_its_rule(county: County, company: Company) -> None:
    filing = file_project(
        actor=company.actor,
        unit_id=company.unit.pk,
        facts=facts(declarations={"catalogue_class": "restricted"}),
        pledged=True,
        at=MORNING,
    )
    assert filing.project.state == "manual"
    assert filing.project.code is None
    assert [stop["rule"] for stop in filing.decision["outcome"]["stops"]] == ["negative.project.2"]
    assert WorkItem.objects.filter(kind="manual_filing").count() == 1


def test_a_project_that_waits_for_manual_handling_may_be_given_up_before_it_has_a_code(
    county: County, company: Company
) -> None:
    held = facts(declarations={"catalogue_class": "restricted"})
    project = file_project(actor=company.actor, unit_id=company.unit.pk, facts=held, pledged=True, at=MORNING).project
    ended = terminate(actor=company.actor, project_id=project.pk, why="不建了", at=at("2026-11-03 15:00"))
    assert (ended.state, ended.code) == ("terminated", None)
    assert not WorkItem.objects.filter(project_id=project.pk, state__in=["running", "paused"]).exists()


def test_an_instant_filing_takes_few_statements(
    county: County, company: Company, django_assert_max_num_queries: object
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    file_project(
        actor=company.actor,
        unit_id=company.unit.pk,
        facts=facts(name="先行项目"),
        pledged=True,
        at=MORNING,
        idempotency_key="k0",
    )
    with CaptureQueriesContext(connection) as captured:
        file_project(
            actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=MORNING, idempotency_key="k1"
        )
    statements = [query["sql"].split("(")[0][:60] for query in captured.captured_queries]
    # Besides these: BEGIN, COMMIT, and the API's one reading of the key with its person (inside a test, savepoints
    # stand for the former).
    work = [sql for sql in statements if "SAVEPOINT" not in sql]
    assert len(work) == 4, work
