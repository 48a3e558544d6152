from __future__ import annotations

import pytest

from tests.apps.county import Company, County, at, facts, new_company, new_county
from tests.apps.killing import survives
from tests.apps.test_onemap import ANSWERED, FILED, PDF, REVIEWED, ready
from yinuo.apps.documents.actions import store_upload
from yinuo.apps.onemap.actions import (
    accept,
    answer_guidance,
    confirm_review,
    decide,
    deliver,
    pause_item,
    resume_item,
    send_back,
    submit_materials,
)
from yinuo.apps.onemap.models import GuidanceAnswer, MapItem
from yinuo.apps.projects.actions import file_project, withdraw_filing
from yinuo.apps.projects.models import Project
from yinuo.apps.work.actions import tick

pytestmark = pytest.mark.slow


@pytest.fixture
def stage(committed_db: str) -> tuple[County, Company]:
    return new_county(), new_company()


def test_a_kill_at_any_statement_of_a_filing_leaves_nothing_and_the_retry_files_once(stage: tuple[County, Company]) -> None:
    _, company = stage
    statements = survives(
        lambda: file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=FILED, idempotency_key="k")
    )
    assert statements >= 10
    assert Project.objects.count() == 1


def test_a_kill_at_any_statement_from_review_to_delivery_leaves_nothing_half_done(stage: tuple[County, Company]) -> None:
    """The steps that meet another state than in the matrix, where each is killed too: the last answer draws the map, material comes
    again after a send-back, a filing with a whole map is withdrawn.
    """
    county, company = stage
    project = file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=FILED).project
    reviewer = county.actor("approver")
    confirm_review(actor=reviewer, project_id=project.pk, at=REVIEWED)
    waiting = list(GuidanceAnswer.objects.filter(answered_at__isnull=True).select_related("department").order_by("id"))
    actors = {answer.pk: county.actor("approver", answer.department.key) for answer in waiting}
    for position, answer in enumerate(waiting):
        rows = [{**row, "needed": "no" if row["needed"] == "unknown" else row["needed"]} for row in answer.matters]

        def say(pk: int = answer.pk, rows: list[dict[str, object]] = rows) -> None:
            answer_guidance(actor=actors[pk], answer_id=pk, matters=rows, at=ANSWERED)

        if position == len(waiting) - 1:
            survives(say, at_most=400)
        else:
            say()
    item = ready(Project.objects.get(pk=project.pk))
    handler = county.actor("approver", item.department.key)
    file = store_upload(actor=company.actor, name="材料.pdf", content=PDF, unit_id=company.unit.pk, at=ANSWERED)
    rows = [{"id": material["id"], "file": file.pk} for material in item.materials]

    def hand_in(moment: str) -> None:
        submit_materials(actor=company.actor, item_id=item.pk, materials=rows, note="按通知补正", at=at(moment), idempotency_key=moment)

    hand_in("2026-11-06 09:00")
    points = [{"code": "incomplete.material_missing", "subject": "红线图", "request": "补交"}]
    send_back(actor=handler, item_id=item.pk, kind="incomplete", points=points, reason="缺图", at=at("2026-11-06 10:00"))
    survives(lambda: hand_in("2026-11-06 11:00"))
    accept(actor=handler, item_id=item.pk, at=at("2026-11-06 15:00"))
    pause_item(actor=handler, item_id=item.pk, reason="expert_review", note="评审", at=at("2026-11-09 09:00"))
    resume_item(actor=handler, item_id=item.pk, note="完", at=at("2026-11-10 09:00"))
    decide(actor=handler, item_id=item.pk, granted=True, document_number="甲1", text="", at=at("2026-11-11 09:00"))
    deliver(actor=handler, item_id=item.pk, how="在线", at=at("2026-11-11 10:00"))
    assert MapItem.objects.get(pk=item.pk).delivered_at == at("2026-11-11 10:00")
    survives(lambda: withdraw_filing(actor=reviewer, project_id=project.pk, problem="应办理核准", at=at("2026-11-12 09:00")), at_most=400)


def test_a_kill_in_the_middle_of_a_tick_tells_no_light_twice(stage: tuple[County, Company]) -> None:
    _, company = stage
    file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=FILED)
    survives(lambda: tick(at("2026-11-04 17:00")))
