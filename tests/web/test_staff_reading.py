from __future__ import annotations

from datetime import date

import pytest

from tests.apps.county import County, at
from tests.web.staffdesk import county
from yinuo.engine.documents.attachments import AttachedFile
from yinuo.engine.work import clocks
from yinuo.engine.work.models import ClockEvent, WorkItem
from yinuo.faces.onemap.versions import versions_of
from yinuo.faces.projects.heading import marks_of
from yinuo.rooms.onemap.models import Application, SendBack, Submission
from yinuo.ui.reading import Look, look

__all__ = ["county"]


def item(
    limit: int | None = 5,
    unit: str = "working",
    *events: ClockEvent,
    start: str = "2026-11-03 10:00",
    **changes: object,
) -> WorkItem:
    """An item as work keeps it, its cached instants derived from its events, never saved."""
    work = WorkItem(
        kind="limit", started_at=at(start), limit_value=limit, limit_unit=unit, rules_on=date(2026, 11, 3), **changes
    )
    clocks.refresh(work, events)
    return work


def pause(moment: str) -> ClockEvent:
    return ClockEvent(kind="pause", at=at(moment), reason="expert_review", ends_by=at("2026-12-30 18:00"))


@pytest.mark.parametrize(
    ("moment", "state", "left", "used"),
    [
        ("2026-11-03 11:00", "green", "剩 5 个工作日", 0),
        ("2026-11-09 18:00", "yellow", "明天 18:00 前", 80),
        ("2026-11-09 17:59", "green", "明天 18:00 前", 80),
        ("2026-11-10 18:00", "yellow", "已到期", 100),
        ("2026-11-11 08:31", "red", "刚刚超期", 100),
    ],
)
def test_a_light_turns_at_its_boundary_and_the_bar_with_it(
    county: County, moment: str, state: str, left: str, used: int
) -> None:
    seen = look(item(), at(moment))
    assert (seen.state, seen.left, seen.used, seen.warn) == (state, left, used, 80)


def test_a_limit_in_calendar_days_counts_days_and_ends_at_midnight(county: County) -> None:
    work = item(30, "calendar")
    assert work.due_at == at("2026-12-04 00:00")
    seen = look(work, at("2026-11-20 00:00"))
    assert seen.left == "剩 14 天"
    assert seen.due == "12月3日 24:00 止 · 共 30 日"


def test_before_a_decision_on_a_promise_counts_its_notice_is_what_runs(county: County) -> None:
    work = item(1, start="2026-11-10 18:00")
    assert look(work, at("2026-11-03 10:00")) == Look(
        "notice", "公示中", due="公示到 11月10日 18:00 · 最迟 11月11日 18:00 决定"
    )
    assert look(work, at("2026-11-10 18:00")).left == "明天 18:00 前"


def test_a_pause_takes_nothing_and_one_that_ended_itself_is_no_pause_any_more(county: County) -> None:
    event = pause("2026-11-05 08:30")
    work = item(5, "working", event, state="paused", paused_at=event.at, pause_ends_at=at("2026-11-12 08:30"))
    early, late = look(work, at("2026-11-06 08:30")), look(work, at("2026-11-11 08:30"))
    assert (early.state, early.used) == (late.state, late.used) == ("paused", 20)
    assert "若现在恢复 11月11日 18:00 止" in early.due
    assert "若现在恢复 11月16日 18:00 止" in late.due
    assert look(work, at("2026-11-12 08:30")).state != "paused"


def test_an_extension_leaves_more_than_the_limit_and_nothing_used(county: County) -> None:
    work = item(5, "working", ClockEvent(kind="extend", at=at("2026-11-03 11:00"), days=10, reason="extension"))
    seen = look(work, at("2026-11-04 09:00"))
    assert (seen.state, seen.used) == ("green", 0)
    assert "11月24日 18:00 止" in seen.due


def test_a_date_beyond_the_published_holidays_says_so(county: County) -> None:
    seen = look(item(60, start="2026-11-24 10:00"), at("2026-11-25 09:00"))
    assert "（暂定）" in seen.due


def test_what_has_no_clock_waits_without_a_bar(county: County) -> None:
    assert look(item(None), at("2026-11-04 09:00")) == Look("ready", "待办")
    assert look(item(None, waits_for="unit"), at("2026-11-04 09:00")) == Look("wait", "等项目单位")


@pytest.mark.parametrize(
    ("grade", "marks"),
    [
        ("A", ["优先办理"]),
        ("A-", ["优先办理"]),
        ("B", ["优先办理"]),
        ("B-", ["优先办理"]),
        ("C+", ["重点审查"]),
        ("D-", ["重点监管"]),
        ("unrated", []),
    ],
)
def test_the_mark_beside_a_company_follows_its_class(county: County, grade: str, marks: list[str]) -> None:
    assert marks_of(grade, date(2026, 11, 3)) == marks


class Item:
    """An item with its versions in memory."""

    def __init__(self, submissions: list[Submission], backs: list[SendBack]) -> None:
        self.applications = Rows([self])
        self.submissions, self.send_backs = Rows(submissions), Rows(backs)


class Rows(list):  # type: ignore[type-arg]
    def all(self) -> Rows:
        return self


FIRST = Application(pk=1)


def handed(number: int, **files: str) -> Submission:
    made = Submission(pk=number, number=number, application=FIRST)
    vars(made)[Submission.materials.cache] = [
        AttachedFile(1, f"{key}.pdf", digest, None, key, key) for key, digest in files.items()
    ]
    return made


def test_a_version_is_compared_with_the_one_sent_back_and_names_what_came_went_and_changed() -> None:
    first, second, third = (
        handed(1, a="1", b="1", c="1"),
        handed(2, a="2", b="1", d="1"),
        handed(3, a="2", b="9", d="1"),
    )
    back = SendBack(pk=1, submission_id=1)
    newest, middle, oldest = versions_of(Item([third, first, second], [back]))  # type: ignore[arg-type]
    assert [newest.against, middle.against, oldest.against] == [1, 1, 0]
    assert {line.name: line.change for line in middle.lines} == {
        "a": "已更换",
        "b": "未变",
        "d": "新增",
        "c": "未再提交",
    }
    assert {line.name: line.change for line in newest.lines} == {
        "a": "已更换",
        "b": "已更换",
        "d": "新增",
        "c": "未再提交",
    }
    assert {line.change for line in oldest.lines} == {""}
    assert oldest.sent_back is back
