"""One project's life played at random: every state it can reach keeps what must always hold,
with or without a ticker.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.apps.county import Company, County, facts
from tests.apps.test_onemap import FILED, PDF
from yinuo.engine.base import Actor, Refused
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.infochain.audit import audit
from yinuo.engine.people.models import Department
from yinuo.engine.rules import pack
from yinuo.engine.trail.models import Entry
from yinuo.engine.work import clocks
from yinuo.engine.work.actions import CACHE, rebuild, tick
from yinuo.engine.work.models import WorkItem, WorkState
from yinuo.rooms.commitments.actions import (
    answer_objection,
    close_notices,
    commit,
    decide_on_commitment,
    raise_objection,
    to_regular,
)
from yinuo.rooms.commitments.models import Commitment, Objection
from yinuo.rooms.onemap import actions as onemap
from yinuo.rooms.onemap.actions.common import waiting_for
from yinuo.rooms.onemap.models import CONCLUDED, ENDED, GuidanceAnswer, MapItem
from yinuo.rooms.onemap.sweeping import stuck
from yinuo.rooms.projects import actions as projects
from yinuo.rooms.projects.models import Project

STEPS = [timedelta(minutes=1), timedelta(hours=3), timedelta(days=1), timedelta(days=4), timedelta(days=45)]
# What an ended matter still may gain: that its decision arrived, a later guidance's remark, and the count of its
# changes.
MAY_STILL_CHANGE = {"_state", "delivered_at", "guidance_note", "version"}
MUST_HAPPEN = {
    "confirm", "answer", "tick", "submit open", "accept received", "pause accepted", "resume paused", "grant accepted",
    "refuse accepted", "deliver granted", "send back incomplete received", "submit incomplete",
    "send back incorrect accepted", "submit incorrect", "take back",
}  # fmt: skip
# What a department is asked to do in a state, likelier things twice.
ASKED = {
    "received": ("accept", "accept", "send back incomplete"),
    "accepted": ("pause", "grant", "send back incorrect", "pause", "refuse", "grant", "extend", "send back incorrect"),
    "paused": ("resume", "grant"),
    "incorrect": ("grant",),
    "granted": ("deliver",),
    "refused": ("deliver",),
}
numbers = st.integers(0, 99)
steps = st.lists(st.tuples(numbers, st.integers(0, 9)), min_size=4, max_size=10)


class Life(RuleBasedStateMachine):
    """A filed project, and everybody who may do something to it.

    A refusal is an answer; what must hold, holds after it.
    """

    county: County
    company: Company
    done: set[str]

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.now = FILED
        self.numbered = 0
        self.ended: dict[int, dict[str, Any]] = {}
        self.before: tuple[Any, ...] = ()
        self.entries = 0

    def teardown(self) -> None:
        """Whatever was lived, the rows and what the chain was told of them agree; but for the score the company begins
        with.
        """
        faults = [fault for fault in audit(None, at=self.now).faults if not fault.startswith("credit.creditevent:")]
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)
        assert faults == []

    @initialize(far=st.sampled_from(["filed", "drawn", "drawn", "drawn"]))
    def file(self, far: str) -> None:
        self.project = projects.file_project(
            actor=self.company.actor, unit_id=self.company.unit.pk, facts=facts(), pledged=True, at=self.now
        ).project
        file = store_upload(
            actor=self.company.actor, name="材料.pdf", content=PDF, unit_id=self.company.unit.pk, at=self.now
        )
        self.paper = file.pk
        if far == "drawn":
            self.the_filing_is_confirmed()
            self.departments_answer(True, 0, 1)

    # -- what the rules below share

    def attempt(self, what: str, act: Callable[[], object]) -> None:
        try:
            with transaction.atomic():
                act()
        except Refused:
            return
        self.done.add(what)

    def items(self, *states: str) -> list[MapItem]:
        found = (
            MapItem.objects.filter(project=self.project).select_related("department", "project").order_by("position")
        )
        return [item for item in found if not states or item.state in states]

    def number(self) -> str:
        self.numbered += 1
        return f"试〔2026〕{self.numbered}号"

    # -- time

    @rule(step=st.sampled_from(STEPS))
    def time_passes(self, step: timedelta) -> None:
        self.now += step

    @rule()
    def the_ticker_runs(self) -> None:
        # A receipt that lapsed opens a clock that may have turned long ago: it is told with the next tick.
        turned = [tick(self.now) for _ in range(4)]
        close_notices(self.now)
        assert turned[-1] == 0
        for work in WorkItem.objects.filter(project_id=self.project.pk, state=WorkState.RUNNING):
            assert work.announced == work.light_at(self.now)
        self.done.add("tick")

    # -- the project

    @precondition(lambda self: Project.objects.get(pk=self.project.pk).state == "filed")
    @rule()
    def the_filing_is_confirmed(self) -> None:
        self.attempt(
            "confirm",
            lambda: onemap.confirm_review(actor=self.county.actor("approver"), project_id=self.project.pk, at=self.now),
        )

    @rule(number=st.integers(0, 39))
    def the_project_may_end(self, number: int) -> None:
        if number == 1:
            actor = self.county.actor("approver")
            self.attempt(
                "withdraw",
                lambda: projects.withdraw_filing(
                    actor=actor, project_id=self.project.pk, problem="应办核准", at=self.now
                ),
            )
        elif number == 2:
            self.attempt(
                "terminate",
                lambda: projects.terminate(
                    actor=self.company.actor, project_id=self.project.pk, why="不建", at=self.now
                ),
            )

    @precondition(lambda self: GuidanceAnswer.objects.filter(answered_at__isnull=True).exists())
    @rule(many=st.booleans(), number=numbers, after=numbers)
    def departments_answer(self, many: bool, number: int, after: int) -> None:
        waiting = list(
            GuidanceAnswer.objects.filter(answered_at__isnull=True).select_related("department").order_by("id")
        )
        known = [row["matter_id"] for answer in GuidanceAnswer.objects.all() for row in answer.matters]
        for answer in waiting if many else [waiting[number % len(waiting)]]:
            rows = [{**row, "needed": "no" if row["needed"] == "unknown" else row["needed"]} for row in answer.matters]
            # A department may make a matter wait for any other – but never so that two wait for each other.
            changed = (
                [{**rows[0], "after": [*rows[0]["after"], known[after % len(known)]]}, *rows[1:]]
                if after % 3 == 0
                else rows
            )
            actor = self.county.actor("approver", answer.department.key)
            for said in (changed, rows) if changed is not rows else (rows,):
                self.attempt(
                    "answer",
                    lambda said=said, actor=actor, pk=answer.pk: onemap.answer_guidance(  # type: ignore[misc]
                        actor=actor, answer_id=pk, matters=said, at=self.now
                    ),
                )

    # -- the items

    @rule(number=numbers, choices=steps)
    def a_matter_goes_its_way(self, number: int, choices: list[tuple[int, int]]) -> None:
        """A chain of steps goes deeper than steps by themselves; the second rule makes it likelier than the rest."""
        self.go(number, choices)

    def go(self, number: int, choices: list[tuple[int, int]]) -> None:
        """Company and department in turn, time passing in between."""
        for turn, (choice, hours) in enumerate(choices):
            (self.the_company_works if turn % 3 == 0 else self.a_department_works)(number, choice)
            self.what_must_hold_holds()
            self.now += timedelta(hours=hours * hours)

    @rule(number=numbers, choices=steps)
    def another_matter_goes_its_way(self, number: int, choices: list[tuple[int, int]]) -> None:
        self.go(number, choices)

    def the_company_works(self, number: int, choice: int) -> None:
        """Hands in what may begin (now and then what may not), corrects what was sent back, takes something back."""
        may = [
            item for item in self.items("open", "incomplete", "incorrect") if choice % 3 == 0 or not waiting_for(item)
        ]
        returned = [item for item in may if item.state != "open"]
        may = returned if returned and choice % 4 else may
        under_way = self.items("received", "incomplete", "accepted", "incorrect", "paused")
        if choice % 11 == 0 and under_way:
            item = under_way[number % len(under_way)]
            self.attempt(
                "take back",
                lambda: onemap.withdraw_application(actor=self.company.actor, item_id=item.pk, why="改", at=self.now),
            )
        elif may:
            item = may[number % len(may)]
            rows = [{"id": material["id"], "file": self.paper} for material in item.materials]
            self.attempt(
                f"submit {item.state}",
                lambda: onemap.submit_materials(
                    actor=self.company.actor, item_id=item.pk, materials=rows, note="按通知补正", at=self.now
                ),
            )

    def a_department_works(self, number: int, choice: int) -> None:
        """Does what the item's state asks for; now and then anything to any item, which is then refused or right."""
        asked = [item for item in self.items() if item.state in ASKED and not item.present.delivered_at]
        if choice % 10 == 0:
            asked = self.items()
        if asked:
            item = asked[number % len(asked)]
            names = ASKED.get(item.state, ()) if choice % 10 else tuple(self.verbs(item, number))
            if names:
                name = names[choice % len(names)]
                self.attempt(f"{name} {item.state}", self.verbs(item, number)[name])

    def verbs(self, item: MapItem, number: int) -> dict[str, Callable[[], object]]:
        """Everything a department may try on an item."""
        known: dict[str, Any] = {
            "actor": self.county.actor("approver", item.department.key),
            "item_id": item.pk,
            "at": self.now,
        }
        head = {**known, "actor": self.county.actor("principal", item.department.key)}
        points = [{"code": "incomplete.material_missing", "subject": "图", "request": "改正"}]
        wrong = [{**points[0], "code": "incorrect.contradiction"}]
        pause = ("expert_review", "consult_departments", "external_approval")[number % 3]
        refusal = {"text": "不符合条件", "reason_code": "refusal.conditions_not_met"}
        return {
            "accept": lambda: onemap.accept(**known),
            "send back incomplete": lambda: onemap.send_back(**known, kind="incomplete", points=points, reason="缺图"),
            "send back incorrect": lambda: onemap.send_back(**known, kind="incorrect", points=wrong, reason="不符"),
            "pause": lambda: onemap.pause_item(**known, reason=pause, note="评审"),
            "resume": lambda: onemap.resume_item(**known, note="完"),
            "extend": lambda: onemap.extend_item(**head, days=1 + number % 12, reason="复杂"),
            "grant": lambda: onemap.decide(**known, granted=True, document_number=self.number(), text=""),
            "refuse": lambda: onemap.decide(**known, granted=False, document_number=self.number(), **refusal),
            "deliver": lambda: onemap.deliver(**known, how="在线"),
        }

    @rule(number=numbers, code=st.sampled_from([3, 9, 10, 11, 13]))
    def another_system_reports(self, number: int, code: int) -> None:
        rows = self.items("open", "received", "accepted", "paused", "incorrect", "notice")
        if number % 4 == 0 and rows:
            item = rows[number % len(rows)]
            self.attempt(
                f"result {code} {item.state}",
                lambda: onemap.take_in_result(
                    actor=Actor.system(),
                    system="工程审批系统",
                    external_id=self.number(),
                    project_code=self.project.code or "",
                    matter_id=item.matter_id,
                    status_code=code,
                    at=self.now,
                ),
            )

    # -- promises

    @rule(number=numbers)
    def a_promise_is_given(self, number: int) -> None:
        offered = [item for item in self.items("open") if item.promisable]
        if offered:
            item = offered[number % len(offered)]
            standard = pack().matters[item.matter_id].standard_at(self.project.rules_on)
            assert standard is not None
            self.attempt(
                "promise",
                lambda: commit(
                    actor=self.company.actor, item_id=item.pk, standard_version=standard.version, at=self.now
                ),
            )

    @precondition(lambda self: Commitment.objects.exists())
    @rule(number=numbers, what=st.sampled_from(["object", "answer", "decide", "decide", "regular"]))
    def a_promise_goes_on(self, number: int, what: str) -> None:
        promises = list(Commitment.objects.select_related("item__department", "department").order_by("id"))
        promise = promises[number % len(promises)]
        department = self.county.actor("approver", promise.department.key)
        objection = Objection.objects.filter(commitment=promise, answered_at__isnull=True).first()
        acts: dict[str, Callable[[], object]] = {
            "object": lambda: raise_objection(actor=Actor.public(), commitment_id=promise.pk, text="不实", at=self.now),
            "decide": lambda: decide_on_commitment(
                actor=department, commitment_id=promise.pk, document_number=self.number(), at=self.now
            ),
            "regular": lambda: to_regular(
                actor=self.company.actor, commitment_id=promise.pk, why="改为常规", at=self.now
            ),
        }
        if objection is not None:
            acts["answer"] = lambda: answer_objection(
                actor=department, objection_id=objection.pk, upheld=number % 2 == 0, answer="核实", at=self.now
            )
        if what in acts:
            self.attempt(f"promise {what}", acts[what])

    # -- what always holds

    @invariant()
    def what_must_hold_holds(self) -> None:
        """After every step that wrote anything; what time alone does is looked at ahead (`moments`)."""
        if not hasattr(self, "project"):
            return
        states = self.states()
        if states != self.before:
            self.every_change_stands_in_the_trail()
            self.everything_under_way_waits_for_something()
            self.the_cache_is_what_the_events_say_and_no_light_is_ever_wrong()
            self.nothing_waits_twice_for_the_same()
            self.nothing_is_decided_before_its_prerequisites()
            self.what_is_concluded_never_changes()
            self.before = states

    def states(self) -> tuple[Any, ...]:
        return (
            tuple(MapItem.objects.order_by("id").values_list("id", "state", "version")),
            tuple(Project.objects.values_list("state", "version")),
            tuple(WorkItem.objects.order_by("id").values_list("id", "state", "assignee", "announced", *CACHE)),
            tuple(GuidanceAnswer.objects.order_by("id").values_list("id", "version")),
            tuple(Commitment.objects.order_by("id").values_list("id", "state", "version")),
        )

    def everything_under_way_waits_for_something(self) -> None:
        assert stuck() == []

    def the_cache_is_what_the_events_say_and_no_light_is_ever_wrong(self) -> None:
        for work in WorkItem.objects.prefetch_related("events"):
            events = sorted(work.events.all(), key=lambda event: event.pk)
            again = copy.copy(work)
            clocks.refresh(again, events)
            if work.is_open:
                assert [getattr(work, name) for name in CACHE] == [getattr(again, name) for name in CACHE]
            for moment in self.moments(work):
                state = clocks.state_of(work, events, moment)
                assert state is None or work.light_at(moment) == state.light, (work.kind, work.state, moment)

    def moments(self, work: WorkItem) -> list[datetime]:
        """Now, and a little before and after everything that will come about by itself."""
        turning = [at for at in (work.yellow_from, work.red_from, work.due_at, work.pause_ends_at) if at]
        around = [
            at + step
            for at in turning
            for step in (-timedelta(microseconds=1), timedelta(0), timedelta(microseconds=1))
        ]
        return [self.now, *(at for at in around if at > self.now)]

    def nothing_waits_twice_for_the_same(self) -> None:
        waiting = list(
            WorkItem.objects.filter(state__in=["running", "paused"]).values_list(
                "kind", "subject_kind", "subject_id", "department"
            )
        )
        assert len(waiting) == len(set(waiting))

    def nothing_is_decided_before_its_prerequisites(self) -> None:
        items = {item.matter_id: item for item in self.items()}
        for item in items.values():
            if (
                item.state in ("granted", "refused")
                and not item.external_results.exists()
                and item.present.accepted_at != self.project.filed_at
            ):
                for first in item.after:
                    assert items[first].state in CONCLUDED
                    assert items[first].present.ended_at <= item.present.ended_at  # type: ignore[operator]

    def every_change_stands_in_the_trail(self) -> None:
        entries = Entry.objects.count()
        assert entries > self.entries
        self.entries = entries

    def what_is_concluded_never_changes(self) -> None:
        for item in MapItem.objects.filter(state__in=ENDED):
            said = {**vars(item), "application": vars(item.present)}
            fixed = {name: value for name, value in said.items() if name not in MAY_STILL_CHANGE}
            fixed["application"] = {
                name: value for name, value in fixed["application"].items() if name not in MAY_STILL_CHANGE
            }
            assert fixed == self.ended.setdefault(item.pk, fixed)
        assert set(self.ended) <= set(MapItem.objects.filter(state__in=ENDED).values_list("pk", flat=True))


def everybody(county: County) -> None:
    """Made before the first example: what an example makes is taken back with it."""
    for key in Department.objects.filter(hall=county.hall).values_list("key", flat=True):
        for role in ("approver", "principal"):
            county.actor(role, key)
    for role in ("general_convener", "supervisor"):
        county.actor(role)


# The same lives every time; YINUO_LIVES=200 plays as many others, to look for what these do not meet.
MANY = os.environ.get("YINUO_LIVES")
PLAYED = settings(
    max_examples=int(MANY or 14),
    stateful_step_count=18,
    deadline=None,
    derandomize=MANY is None,
    # A failing life is read as it was lived: shrinking it would take longer than reading.
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.slow
def test_a_project_played_at_random_keeps_what_must_always_hold(county: County, company: Company) -> None:
    everybody(county)
    done: set[str] = set()
    machine = type("ThisLife", (Life,), {"county": county, "company": company, "done": done})
    run_state_machine_as_test(machine, settings=PLAYED)
    assert rebuild() == 0
    # A machine whose every move is refused proves nothing.
    assert done >= MUST_HAPPEN, sorted(MUST_HAPPEN - done)
