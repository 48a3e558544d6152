"""Traps that caught others, and the test in which each is sprung here. A row without a file stands in this one.

| trap | tests |
|---|---|
| `or` for `and`: nearly every day counts | core/test_calendar.py::test_working_days_between_any_two_days_are_what_counting_gives |
| … across month and year | core/test_calendar.py::test_working_days_across_every_month_and_year_end_are_what_counting_gives |
| a nightly “remaining − 1”: a missed night is lost | test_a_missed_tick_changes_nothing, core/test_clock.py::test_a_light_never_goes_back_and_a_missed_tick_changes_nothing |
| … and what the tick alone would have done | test_an_answer_after_the_receipts_limit_counts_from_receipt_though_no_ticker_ran |
| days added for holidays are not themselves checked | core/test_calendar.py::test_the_day_due_is_a_working_day_and_the_count_is_exact |
| overlapping pauses counted twice | core/test_clock.py::test_pauses_are_counted_once_and_only_inside_the_count |
| calendar-day pause added to a working-day deadline | core/test_clock.py::test_a_limit_in_calendar_days_runs_through_days_off_and_ends_on_a_working_day |
| the deadline does not move on resuming | core/test_clock.py::test_the_due_moment_moves_by_exactly_the_working_time_paused |
| holidays make it escalate sooner | core/test_clock.py::test_a_holiday_never_brings_a_due_moment_nearer |
| beyond the published years | core/test_calendar.py::test_beyond_the_published_years_days_are_provisional_and_nothing_raises |
| … shown, and recomputed when the notice arrives | test_a_notice_moves_only_the_clocks_it_touches, test_a_due_day_beyond_the_calendar_is_shown_as_provisional |
| two departments finishing at once: the join is lost | apps/test_together.py::test_departments_answering_in_the_same_instant_draw_the_map_once |
| … a sweeper proves that everything waits for something | test_the_sweeper_finds_whatever_waits_for_nothing, apps/test_life_machine.py::test_a_project_played_at_random_keeps_what_must_always_hold |
| simultaneous creates: the same number | test_eight_writers_with_rollbacks_leave_no_code_twice, apps/test_together.py::test_codes_stay_unique_when_the_provider_repeats_itself_under_eight_writers |
| 1 400 queries for a list | test_lists_cost_the_same_however_long_they_are, web/test_staff_inbox.py::test_the_inbox_takes_ten_queries_whatever_it_holds |
| … for a map, for the zone, for the history of credit | apps/test_onemap.py::test_the_map_takes_the_same_number_of_queries_however_many_items_it_has, apps/test_commitments.py::test_the_zone_is_turned_page_by_page_in_one_query_each, apps/test_credit.py::test_reading_history_and_queue_costs_the_same_however_long_they_are |
| editing a case type changed running cases | test_a_running_project_keeps_the_limits_it_was_filed_under |
| a date outside all ranges takes the last rate | core/pack/test_pack_load.py::test_a_parameter_before_its_first_value_is_a_gap, packs/test_check_dates.py::test_a_day_too_late_is_a_gap_and_a_day_too_early_an_overlap |
| one new required fact makes old returns unreadable | test_a_stored_decision_is_read_back_whole |
| business rules in signal handlers; upward imports | test_no_room_listens_to_signals |
| `id > last` skips late commits | test_a_message_committed_late_is_not_passed_over |
| a worker killed between commit and message | apps/test_lights.py::test_a_text_leaves_though_the_worker_is_killed_between_the_gateway_and_the_commit |
| prerequisites that wait for each other | test_no_answer_makes_two_matters_wait_for_each_other, core/test_planner.py::test_a_cycle_is_named |

Not here: a worker's memory over 50 000 requests is a measurement, not a test; the chain's traps come with the chain.
"""  # noqa: E501

from __future__ import annotations

import json
import re
import shutil
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.apps.county import Company, County, at, facts, new_company, new_county
from tests.apps.granted import grant_all
from tests.apps.test_onemap import ANSWERED, FILED, REVIEWED, guided, hand_in, ready
from tests.apps.test_together import together
from tests.beginnings import begins_with
from yinuo.core.decision import Decision
from yinuo.core.pack.types import DayNotice
from yinuo.engine.base import Refused
from yinuo.engine.notices import queries as notices
from yinuo.engine.notices.models import Message
from yinuo.engine.notices.tasks import send_due
from yinuo.engine.rules import pack
from yinuo.engine.trail.models import StoredDecision
from yinuo.engine.work import clocks, tasks
from yinuo.engine.work import queries as inbox
from yinuo.engine.work.actions import CACHE, import_calendar, tick
from yinuo.engine.work.models import Reminder, WorkItem
from yinuo.rooms.onemap import queries as onemap
from yinuo.rooms.onemap.actions import (
    accept,
    answer_guidance,
    confirm_review,
    decide,
    pause_item,
    send_back,
)
from yinuo.rooms.onemap.models import Application, GuidanceAnswer, MapItem
from yinuo.rooms.onemap.sweeping import stuck
from yinuo.rooms.projects import queries as projects
from yinuo.rooms.projects.actions import file_project, withdraw_filing
from yinuo.rooms.projects.models import Project

TESTS = Path(__file__).resolve().parents[1]
LAPSED = at("2026-11-16 09:00")


def test_the_table_above_names_only_tests_that_exist() -> None:
    rows = [line for line in (__doc__ or "").splitlines() if line.startswith("| ") and not line.startswith("| trap")]
    assert len(rows) >= 20
    for row in rows:
        names = re.findall(r"(?:([\w/]+\.py)::)?(test_\w+)", row.split("|")[2])
        assert names, row
        for file, name in names:
            source = (TESTS / (file or "apps/test_traps.py")).read_text(encoding="utf-8")
            assert f"\ndef {name}(" in source, f"{file}::{name}"


# -- clocks


def lived(county: County, company: Company, *, ticking: bool) -> dict[str, Any]:
    """A matter received, accepted, paused past its longest term and left alone; with a tick every hour, or one at the
    very end.
    """
    item = ready(guided(county, company))
    approver = county.actor("approver", item.department.key)
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=approver, item_id=item.pk, at=at("2026-11-06 15:00"))
    pause_item(
        actor=approver, item_id=item.pk, reason="consult_departments", note="征求意见", at=at("2026-11-09 10:00")
    )
    moment, end = at("2026-11-09 11:00"), at("2027-02-20 09:00")
    while ticking and moment < end:
        tick(moment)
        moment += timedelta(hours=6)
    tick(end)
    work = WorkItem.objects.get(kind="limit", subject_id=item.pk)
    item.refresh_from_db()
    return {
        **{name: getattr(work, name) for name in CACHE},
        "item": item.state,
        "light": work.light_at(end),
        "announced": work.announced,
        "told": sorted(Reminder.objects.filter(item=work).values_list("light", flat=True)),
        "resumed": work.events.get(kind="resume").at,
    }


def test_a_missed_tick_changes_nothing(county: County, company: Company) -> None:
    with transaction.atomic():
        often = lived(county, company, ticking=True)
        transaction.set_rollback(True)
    with transaction.atomic():
        county.people.clear()
        once = lived(county, company, ticking=False)
        # The lights that turned meanwhile are told with the ticks after the pause has ended itself.
        transaction.set_rollback(True)
    assert often["light"] == "red"
    differing = {name for name in often if often[name] != once[name]}
    assert differing <= {"announced", "told", "next_transition_at"}


@begins_with(guided)
def test_an_answer_after_the_receipts_limit_counts_from_receipt_though_no_ticker_ran(
    county: County, company: Company
) -> None:
    """Boundary pair: at the last instant the department still accepts from now, a moment later the law has accepted
    from receipt.
    """
    item = ready(guided(county, company))
    approver = county.actor("approver", item.department.key)
    hand_in(company, item, at("2026-11-06 09:00"))
    due = WorkItem.objects.get(kind="receipt").due_at
    assert due is not None
    for moment, deemed in ((due, False), (due + timedelta(microseconds=1), True)):
        with transaction.atomic():
            accept(actor=approver, item_id=item.pk, at=moment)
            item.refresh_from_db()
            assert item.present.deemed_accepted is deemed
            assert item.present.accepted_at == (at("2026-11-06 09:00") if deemed else moment)
            assert WorkItem.objects.get(kind="limit").started_at == item.present.accepted_at
            transaction.set_rollback(True)


@begins_with(guided)
def test_nothing_is_sent_back_as_incomplete_after_the_receipts_limit_though_no_ticker_ran(
    county: County, company: Company
) -> None:
    item = ready(guided(county, company))
    approver = county.actor("approver", item.department.key)
    hand_in(company, item, at("2026-11-06 09:00"))
    points = [{"code": "incomplete.material_missing", "subject": "图", "request": "补交"}]
    with pytest.raises(Refused, match="视为受理") as refusal:
        send_back(actor=approver, item_id=item.pk, kind="incomplete", points=points, reason="缺图", at=LAPSED)
    assert refusal.value.cites


@begins_with(guided)
@pytest.mark.parametrize("ticked", [True, False])
def test_what_was_sent_back_is_decided_once_the_time_to_correct_it_is_over(
    county: County, company: Company, ticked: bool
) -> None:
    item = ready(guided(county, company))
    approver = county.actor("approver", item.department.key)
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=approver, item_id=item.pk, at=at("2026-11-06 10:00"))
    points = [{"code": "incorrect.contradiction", "subject": "图", "request": "改正"}]
    send_back(
        actor=approver, item_id=item.pk, kind="incorrect", points=points, reason="不一致", at=at("2026-11-09 10:00")
    )
    over = WorkItem.objects.get(kind="limit").pause_ends_at
    assert over is not None

    def refuse(moment: Any) -> None:
        decide(
            actor=approver, item_id=item.pk, granted=False, document_number="甲1", text="未改正",
            reason_code="refusal.conditions_not_met", at=moment,
        )  # fmt: skip

    with pytest.raises(Refused, match="退回修改"):
        refuse(over - timedelta(microseconds=1))
    if ticked:
        tick(over)
        item.refresh_from_db()
        assert onemap.applicable(approver, item)["decide"]
    refuse(over)
    item.refresh_from_db()
    assert item.state == "refused"
    assert list(
        WorkItem.objects.filter(subject_id=item.pk, state__in=["running", "paused"]).values_list("kind", flat=True)
    ) == ["delivery"]


@begins_with(guided)
def test_a_notice_moves_only_the_clocks_it_touches(county: County, company: Company) -> None:
    """One clock ends before the day the notice is about, one after; of a third only the statutory limit reaches that
    far.
    """
    project = guided(county, company)
    item = ready(project)
    hand_in(company, item, at("2026-11-06 09:00"))
    before = WorkItem.objects.get(kind="receipt")
    accept(actor=county.actor("approver", item.department.key), item_id=item.pk, at=at("2026-11-06 15:00"))
    after = WorkItem.objects.get(kind="limit")
    WorkItem.objects.filter(pk=before.pk).update(state="running", closed_at=None)
    WorkItem.objects.filter(pk=after.pk).update(
        limit_value=60, limit_unit="working", statutory_value=90, statutory_unit="working"
    )
    from yinuo.engine.work.actions import rebuild

    rebuild()
    third = WorkItem.objects.get(pk=after.pk)
    third.pk, third.kind, third.limit_value = None, "escalation", 3
    third.save(force_insert=True)
    rebuild()
    was = {work.pk: {name: getattr(work, name) for name in CACHE} for work in WorkItem.objects.filter(state="running")}
    answer = import_calendar(
        actor=county.actor("administrator"),
        days=[DayNotice(date(2026, 12, 15), working=False, name="州庆", cites=())],
        source="州政府通知",
        at=at("2026-11-10 09:00"),
    )
    now = {work.pk: {name: getattr(work, name) for name in CACHE} for work in WorkItem.objects.filter(state="running")}
    moved = {pk for pk in was if was[pk] != now[pk]}
    assert moved == {after.pk, third.pk}
    assert answer["clocks"] == 2
    assert now[third.pk]["due_at"] == was[third.pk]["due_at"]
    assert now[third.pk]["statutory_due_at"] > was[third.pk]["statutory_due_at"]
    again = import_calendar(
        actor=county.actor("administrator"),
        days=[DayNotice(date(2026, 12, 15), working=False, name="州庆", cites=())],
        source="州政府通知",
        at=at("2026-11-10 10:00"),
    )
    assert again == {"days": 0, "clocks": 0}
    assert rebuild() == 0


def test_an_import_that_is_rolled_back_leaves_no_day_in_the_process(county: County) -> None:
    clocks.forget_calendar()
    with transaction.atomic():
        import_calendar(
            actor=county.actor("administrator"),
            days=[DayNotice(date(2026, 11, 4), working=False, name="州庆", cites=())],
            source="州政府通知",
            at=at("2026-11-02 09:00"),
        )
        assert not clocks.calendar().is_working(date(2026, 11, 4))
        transaction.set_rollback(True)
    assert clocks.calendar().is_working(date(2026, 11, 4))


def test_a_clock_counted_by_the_old_calendar_after_an_import_is_counted_again(county: County, company: Company) -> None:
    """Another process may not have read the notice yet when it opens a clock; the job queued with the import sets it
    right.
    """
    old = clocks.calendar()
    import_calendar(
        actor=county.actor("administrator"),
        days=[DayNotice(date(2026, 11, 4), working=False, name="州庆", cites=())],
        source="州政府通知",
        at=at("2026-11-02 09:00"),
    )
    [imported] = jobs("work.calendar_imported")
    clocks._cached = (time.monotonic(), old)
    file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=FILED)
    review = WorkItem.objects.get(kind="review")
    assert review.due_at == at("2026-11-04 18:00")
    tasks.calendar_imported(**imported)
    [later] = jobs("work.rebuild")
    assert tasks.rebuild(**later) == 1
    review.refresh_from_db()
    assert review.due_at == at("2026-11-05 18:00")


def jobs(task: str) -> list[dict[str, Any]]:
    """The arguments of every queued job of a task; a job for later is queued for after every process has read the
    calendar anew.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            (
                "SELECT args, scheduled_at > now() + make_interval(secs => %s) FROM procrastinate_jobs WHERE "
                "task_name = %s"
            ),
            [clocks.FRESH_SECONDS, task],
        )
        rows = cursor.fetchall()
    assert all(later is not False for _, later in rows)
    return [json.loads(arguments) if isinstance(arguments, str) else arguments for arguments, _ in rows]


@begins_with(guided)
def test_a_due_day_beyond_the_calendar_is_shown_as_provisional(county: County, company: Company) -> None:
    project = guided(county, company)
    item = ready(project)
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=county.actor("approver", item.department.key), item_id=item.pk, at=at("2026-11-06 15:00"))
    WorkItem.objects.filter(kind="limit").update(limit_value=60, limit_unit="working")
    from yinuo.engine.work.actions import rebuild

    rebuild()
    work = WorkItem.objects.get(kind="limit")
    assert work.due_at is not None
    assert work.due_at.year == 2027
    assert work.provisional
    card = next(card for card in onemap.map_of(project.pk, ANSWERED).cards if card.item.pk == item.pk)
    assert card.work is not None
    assert card.work.provisional
    whole = [
        DayNotice(date(2027, 1, 1), working=False, name="元旦", cites=()),
        DayNotice(date(2027, 1, 4), working=False, name="元旦", cites=()),
    ]
    import_calendar(
        actor=county.actor("administrator"), days=whole, source="国务院办公厅通知", at=LAPSED, settles_year=True
    )
    settled = WorkItem.objects.get(kind="limit")
    assert not settled.provisional
    assert settled.due_at is not None
    assert settled.due_at > work.due_at


# -- rules


@pytest.fixture
def shorter_from_tomorrow(tmp_path: Path, settings: Any) -> Iterator[None]:
    """The pack with a receipt limit of three working days for what is filed from 2026-11-04 on."""
    folder = tmp_path / "pack"
    shutil.copytree(django_settings.YINUO_PACK_DIR, folder)
    file = folder / "parameters" / "guidance.toml"
    text = file.read_text(encoding="utf-8")
    head, tail = text.split('id = "receipt.limit"')
    old = "from = 2023-02-20\nvalue = 5\n"
    cite = re.search(r"cite = .*\n", tail)
    assert cite is not None
    new = (
        f"from = 2023-02-20\nto = 2026-11-04\nvalue = 5\n{cite[0]}\n[[parameter.value]]\nfrom = 2026-11-04\nvalue = 3\n"
    )
    file.write_text(head + 'id = "receipt.limit"' + tail.replace(old, new, 1), encoding="utf-8")
    settings.YINUO_PACK_DIR = folder
    pack.cache_clear()
    clocks.forget_calendar()
    yield
    pack.cache_clear()
    clocks.forget_calendar()


@begins_with(guided)
@pytest.mark.usefixtures("shorter_from_tomorrow")
def test_a_running_project_keeps_the_limits_it_was_filed_under(county: County, company: Company) -> None:
    old = guided(county, company)
    another = new_company("甘肃保安腰刀文旅有限公司")
    later = timedelta(days=1)
    new = file_project(
        actor=another.actor, unit_id=another.unit.pk, facts=facts(), pledged=True, at=FILED + later
    ).project
    confirm_review(actor=county.actor("approver"), project_id=new.pk, at=REVIEWED + later)
    for answer in GuidanceAnswer.objects.filter(answered_at__isnull=True).select_related("department").order_by("id"):
        rows = [{**row, "needed": "no" if row["needed"] == "unknown" else row["needed"]} for row in answer.matters]
        answer_guidance(
            actor=county.actor("approver", answer.department.key),
            answer_id=answer.pk,
            matters=rows,
            at=ANSWERED + later,
        )
    for project, applicant, days in ((old, company, 5), (new, another, 3)):
        hand_in(applicant, ready(project), at("2026-11-09 09:00"))
        receipt = WorkItem.objects.get(kind="receipt", project_id=project.pk)
        assert receipt.limit_value == days
        assert receipt.due_at == at("2026-11-16 18:00" if days == 5 else "2026-11-12 18:00")


def test_a_stored_decision_is_read_back_whole(county: County, company: Company) -> None:
    """What the rules answered stands in the row, with the pack it was answered by: no later pack is asked to explain
    it.
    """
    file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=FILED)
    stored = StoredDecision.objects.get()
    assert stored.pack_hash == pack().hash
    read = Decision.from_json(stored.body)
    assert read.to_json() == stored.body
    assert read.trace
    assert all(step.cites for step in read.trace)
    assert read.parameters


def test_no_room_listens_to_signals() -> None:
    """What follows from what the rooms register (engine/register.py), not in handlers nobody sees."""
    found = [
        path.name
        for floor in ("engine", "rooms")
        for path in (Path(str(django_settings.SOURCE)) / floor).rglob("*.py")
        if re.search(r"db\.models\.signals|@receiver|post_save|pre_save\.connect", path.read_text())
    ]
    assert found == []


# -- joins and sweeping


def test_no_answer_makes_two_matters_wait_for_each_other(county: County, company: Company) -> None:
    """Each department may say what its matter waits for; the one that would close the circle is told so."""
    project = file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=FILED).project
    confirm_review(actor=county.actor("approver"), project_id=project.pk, at=REVIEWED)
    waiting = list(GuidanceAnswer.objects.filter(answered_at__isnull=True).select_related("department").order_by("id"))
    assert len(waiting) > 2
    rows = {
        answer.pk: [{**row, "needed": "yes" if row["needed"] == "unknown" else row["needed"]} for row in answer.matters]
        for answer in waiting
    }
    first, second = waiting[0], waiting[1]
    one, other = rows[first.pk][0], rows[second.pk][0]
    one["after"], other["after"] = [*one["after"], other["matter_id"]], [*other["after"], one["matter_id"]]

    def say(answer: GuidanceAnswer, said: list[dict[str, Any]]) -> None:
        answer_guidance(
            actor=county.actor("approver", answer.department.key), answer_id=answer.pk, matters=said, at=ANSWERED
        )

    alone = {**one, "after": [one["matter_id"]]}
    with pytest.raises(Refused) as refusal:
        say(first, [alone, *rows[first.pk][1:]])
    assert "互相等待" in refusal.value.errors[one["matter_id"]]
    say(first, rows[first.pk])
    with pytest.raises(Refused) as refusal:
        say(second, rows[second.pk])
    assert "互相等待" in refusal.value.errors[other["matter_id"]]
    other["after"].remove(one["matter_id"])
    for answer in waiting[1:]:
        say(answer, rows[answer.pk])
    assert onemap.map_of(project.pk, ANSWERED).plan is not None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"days": -1}, "办理时限"),
        ({"unit": "lunar"}, "时限单位"),
        ({"level": "x" * 40}, "审批层级"),
        ({"after": "eia_table"}, "前置事项"),
        ({"after": [7]}, "前置事项"),
        ({"materials": [{"name": "图"}]}, "材料"),
        ({"materials": "图"}, "材料"),
        ({"note": 5}, "说明"),
    ],
)
def test_what_a_department_sends_is_looked_at_before_it_is_kept(
    county: County, company: Company, change: dict[str, Any], message: str
) -> None:
    project = file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=FILED).project
    confirm_review(actor=county.actor("approver"), project_id=project.pk, at=REVIEWED)
    answer = GuidanceAnswer.objects.filter(answered_at__isnull=True).select_related("department").order_by("id")[0]
    rows = [{**row, "needed": "yes"} for row in answer.matters]
    rows[0] |= change
    with pytest.raises(Refused) as refusal:
        answer_guidance(
            actor=county.actor("approver", answer.department.key), answer_id=answer.pk, matters=rows, at=ANSWERED
        )
    assert message in refusal.value.errors[rows[0]["matter_id"]]


@begins_with(guided)
def test_the_sweeper_finds_whatever_waits_for_nothing(county: County, company: Company) -> None:
    project = guided(county, company)
    item = ready(project)
    hand_in(company, item, at("2026-11-06 09:00"))
    fresh = file_project(
        actor=company.actor, unit_id=company.unit.pk, facts=facts(name="另一个"), pledged=True, at=FILED
    ).project
    assert stuck() == []

    def broken(break_it: Any) -> list[str]:
        with transaction.atomic():
            break_it()
            found = [one.why for one in stuck()]
            transaction.set_rollback(True)
        return found

    clock = WorkItem.objects.filter(kind="receipt")
    row = MapItem.objects.filter(pk=item.pk)
    assert "没有“收件审查”在办" in broken(lambda: clock.update(state="done", closed_at=LAPSED))[0]
    assert "没有“事项办理”在办" in broken(lambda: row.update(state="accepted"))[0]
    assert "没有“整改”在办" in broken(lambda: row.update(state="incomplete"))[0]
    assert "既没有决定也没有异议" in broken(lambda: row.update(state="notice"))[0]
    assert "没有送达在办" in broken(lambda: grant_all(row, LAPSED))[0]
    assert any("状态与它的申请不一致" in why for why in broken(lambda: row.update(state="granted")))
    assert any(
        "状态与它的申请不一致" in why
        for why in broken(lambda: Application.objects.update(outcome="withdrawn", ended_at=LAPSED))
    )
    closed = {"outcome": "withdrawn", "ended_at": LAPSED, "again_at": LAPSED}
    assert any(
        "不是它现在的申请" in why for why in broken(lambda: Application.objects.filter(item=item).update(**closed))
    )
    assert "时钟不再走" in broken(lambda: clock.update(next_transition_at=None))[0]
    assert "没有征求前期辅导意见" in broken(lambda: Project.objects.filter(pk=fresh.pk).update(state="confirmed"))[0]
    assert (
        "没有“备案复核”在办"
        in broken(lambda: WorkItem.objects.filter(kind="review").update(state="done", closed_at=LAPSED))[0]
    )
    ended = broken(lambda: Project.objects.filter(pk=project.pk).update(state="terminated"))
    assert any("项目已结束" in why for why in ended)
    others = list(MapItem.objects.filter(project=project, state="open").order_by("id")[:2])

    def circle() -> None:
        for one, other in (others, others[::-1]):
            MapItem.objects.filter(pk=one.pk).update(after=[other.matter_id])

    assert "互相等待" in broken(circle)[0]
    withdraw_filing(actor=county.actor("approver"), project_id=project.pk, problem="应办核准", at=LAPSED)
    assert stuck() == []


def test_the_sweeper_finds_a_lost_join(county: County, company: Company) -> None:
    project = file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=FILED).project
    confirm_review(actor=county.actor("approver"), project_id=project.pk, at=REVIEWED)
    answers = GuidanceAnswer.objects.filter(answered_at__isnull=True)
    assert stuck(project.pk) == []
    WorkItem.objects.filter(kind="guidance").update(state="done", closed_at=ANSWERED)
    assert len(stuck(project.pk)) == answers.count()
    answers.update(answered_at=ANSWERED)
    assert [one.why for one in stuck(project.pk)] == ["各部门都已反馈辅导意见，但没有合并"]


def test_eight_writers_with_rollbacks_leave_no_code_twice(committed_db: str) -> None:
    new_county()
    company = new_company()
    given: list[str | None] = []
    lock = threading.Lock()

    class Thrown(Exception):
        pass

    def write(writer: int) -> None:
        for number in range(4):
            try:
                with transaction.atomic():
                    made = file_project(
                        actor=company.actor,
                        unit_id=company.unit.pk,
                        facts=facts(name=f"项目{writer}-{number}"),
                        pledged=True,
                        at=FILED,
                    )
                    if (writer + number) % 3 == 0:
                        raise Thrown
            except Thrown:
                continue
            with lock:
                given.append(made.project.code)

    results = together(*[lambda writer=writer: write(writer) for writer in range(8)])
    assert not [result for result in results if isinstance(result, Exception)], results
    assert len(given) == len(set(given)) == Project.objects.count() > 16
    assert set(given) == set(Project.objects.values_list("code", flat=True))


# -- lists and queues


def test_lists_cost_the_same_however_long_they_are(county: County, company: Company) -> None:
    reviewer = county.actor("approver")

    def cost() -> dict[str, int]:
        spent = {}
        for name, read in {
            "projects of the unit": lambda: projects.page(company.actor),
            "projects of the hall": lambda: projects.page(reviewer, search="项目"),
            "inbox": lambda: [
                (item.department, item.assignee) for item in inbox.page(reviewer, "department", LAPSED).items
            ],
            "counts": lambda: inbox.counts(reviewer, LAPSED),
            "messages": lambda: [message.subject for message in notices.of_actor(company.actor)],
        }.items():
            with CaptureQueriesContext(connection) as captured:
                page = read()
                if hasattr(page, "projects"):
                    assert [projects.grade_of(project) for project in page.projects]
            spent[name] = len(captured)
        return spent

    file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(name="项目0"), pledged=True, at=FILED)
    few = cost()
    for number in range(1, 9):
        file_project(
            actor=company.actor, unit_id=company.unit.pk, facts=facts(name=f"项目{number}"), pledged=True, at=FILED
        )
    assert (
        cost() == few == {"projects of the unit": 1, "projects of the hall": 1, "inbox": 2, "counts": 2, "messages": 1}
    )


def test_a_message_committed_late_is_not_passed_over(committed_db: str) -> None:
    """A transaction that began first commits last: what it queued leaves all the same."""
    new_county()
    company = new_company()
    began, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(name="慢的"), pledged=True, at=FILED)
            began.set()
            go_on.wait(20)

    def fast() -> None:
        began.wait(20)
        file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(name="快的"), pledged=True, at=FILED)
        send_due(FILED)
        go_on.set()

    results = together(slow, fast)
    assert not [result for result in results if isinstance(result, Exception)], results
    assert Message.objects.filter(state="queued", body__contains="慢的").exists()
    send_due(FILED)
    assert not Message.objects.filter(state="queued").exists()
