from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections

from tests.apps.county import Company, County, at, facts, new_company, new_county
from tests.apps.killing import counts, survives
from tests.apps.test_onemap import ANSWERED, FILED, PDF, REVIEWED, ready
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.work.actions import tick
from yinuo.rooms.onemap.actions import (
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
from yinuo.rooms.onemap.models import GuidanceAnswer, MapItem
from yinuo.rooms.projects.actions import file_project, withdraw_filing
from yinuo.rooms.projects.models import Project


@pytest.fixture
def stage(db: None) -> tuple[County, Company]:
    return new_county(), new_company()


class Child:
    """Does `act` in a child process that is killed before its statement `number` (a COMMIT counts; 0: never)."""

    def __init__(self, act: Callable[[], Any], number: int = 0) -> None:
        self.seen = 0
        reader, self.writer = os.pipe()
        connections.close_all()
        with warnings.catch_warnings():
            # A test runner's threads are not needed by the child.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            self._run(act, number)
        os.close(self.writer)
        with os.fdopen(reader, "rb") as told:
            self.seen = len(told.read())
        _, status = os.waitpid(child, 0)
        self.killed = os.WIFSIGNALED(status)
        assert self.killed or os.WEXITSTATUS(status) == 0, "the action failed in the child"

    def _run(self, act: Callable[[], Any], number: int) -> None:
        code = 1

        def strike() -> None:
            self.seen += 1
            if self.seen == number:
                os.kill(os.getpid(), signal.SIGKILL)
            os.write(self.writer, b".")

        def before(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
            strike()
            return execute(sql, params, many, context)

        try:
            connection.ensure_connection()
            commit = connection._commit
            connection._commit = lambda: (strike(), commit())[1]  # type: ignore[method-assign]
            with connection.execute_wrapper(before):
                act()
            code = 0
        except BaseException as error:
            print(f"child: {error!r}", flush=True)
        finally:
            os._exit(code)


def test_a_filing_really_killed_before_any_statement_leaves_nothing_and_the_retry_files_once(committed_db: str) -> None:
    """What `survives` takes PostgreSQL's word for: a process killed outright leaves what was committed, and here that
    is nothing.
    """
    new_county()
    company = new_company()
    own: dict[str, Any] = {
        "actor": company.actor,
        "unit_id": company.unit.pk,
        "facts": facts(),
        "pledged": True,
        "at": FILED,
    }
    before, number = counts(), 1
    while (child := Child(lambda: file_project(**own, idempotency_key="k"), number)).killed:
        assert child.seen == number - 1
        assert counts() == before, f"killed before statement {number}"
        number += 1
    assert number > 7
    assert Project.objects.count() == 1
    assert file_project(**own, idempotency_key="k").project == Project.objects.get()
    assert Project.objects.count() == 1


def test_a_kill_at_any_statement_from_review_to_delivery_leaves_nothing_half_done(
    stage: tuple[County, Company],
) -> None:
    """The steps that meet another state than in the matrix, where each is killed too: the last answer draws the map,
    material comes again after a send-back, a filing with a whole map is withdrawn.
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
            survives(say)
        else:
            say()
    item = ready(Project.objects.get(pk=project.pk))
    handler = county.actor("approver", item.department.key)
    file = store_upload(actor=company.actor, name="材料.pdf", content=PDF, unit_id=company.unit.pk, at=ANSWERED)
    rows = [{"id": material["id"], "file": file.pk} for material in item.materials]

    def hand_in(moment: str) -> None:
        submit_materials(
            actor=company.actor,
            item_id=item.pk,
            materials=rows,
            note="按通知补正",
            at=at(moment),
            idempotency_key=moment,
        )

    hand_in("2026-11-06 09:00")
    points = [{"code": "incomplete.material_missing", "subject": "红线图", "request": "补交"}]
    send_back(
        actor=handler, item_id=item.pk, kind="incomplete", points=points, reason="缺图", at=at("2026-11-06 10:00")
    )
    survives(lambda: hand_in("2026-11-06 11:00"))
    accept(actor=handler, item_id=item.pk, at=at("2026-11-06 15:00"))
    pause_item(actor=handler, item_id=item.pk, reason="expert_review", note="评审", at=at("2026-11-09 09:00"))
    resume_item(actor=handler, item_id=item.pk, note="完", at=at("2026-11-10 09:00"))
    decide(actor=handler, item_id=item.pk, granted=True, document_number="甲1", text="", at=at("2026-11-11 09:00"))
    deliver(actor=handler, item_id=item.pk, how="在线", at=at("2026-11-11 10:00"))
    assert MapItem.objects.get(pk=item.pk).present.delivered_at == at("2026-11-11 10:00")
    survives(
        lambda: withdraw_filing(actor=reviewer, project_id=project.pk, problem="应办理核准", at=at("2026-11-12 09:00"))
    )


def test_a_kill_in_the_middle_of_a_tick_tells_no_light_twice(stage: tuple[County, Company]) -> None:
    _, company = stage
    file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=FILED)
    survives(lambda: tick(at("2026-11-04 17:00")))
