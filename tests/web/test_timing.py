"""The words for the time left: nobody takes working hours for hours of the clock."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.apps.county import County, at
from tests.web.staffdesk import county
from yinuo.engine.work.models import WorkItem
from yinuo.ui import timing

__all__ = ["county"]

# A Monday; the office works 08:30–12:00 and 14:30–18:00.
DUE = "2026-11-09 18:00"


@pytest.mark.parametrize(
    ("now", "written"),
    [
        ("2026-11-04 18:00", "剩 3 个工作日"),
        ("2026-11-05 08:31", "剩 2 个工作日"),
        ("2026-11-06 08:30", "剩 2 个工作日"),
        ("2026-11-06 08:31", "下周一 18:00 前"),
        ("2026-11-06 20:00", "下周一 18:00 前"),
        ("2026-11-07 10:00", "下周一 18:00 前"),
        ("2026-11-08 23:59", "明天 18:00 前"),
        ("2026-11-09 00:00", "今天 18:00 前"),
        ("2026-11-09 17:59", "今天 18:00 前"),
        ("2026-11-09 18:00", "已到期"),
        ("2026-11-10 08:30", "已到期"),
        ("2026-11-10 08:31", "刚刚超期"),
        ("2026-11-10 09:30", "超期 1 个工作小时"),
        ("2026-11-11 18:00", "超期 2 个工作日"),
    ],
)
def test_what_ends_within_two_working_days_says_the_moment(county: County, now: str, written: str) -> None:
    assert timing.time_left(at(DUE), at(now)) == written


def test_over_a_holiday_a_weekday_would_mislead_and_the_date_stands(county: County) -> None:
    assert timing.time_left(at("2026-02-24 18:00"), at("2026-02-14 20:00")) == "2月24日 18:00 前"


@pytest.mark.parametrize(
    ("now", "written"),
    [
        ("2026-11-20 00:00", "剩 14 天"),
        ("2026-12-02 00:00", "剩 2 天"),
        ("2026-12-02 00:01", "明天 24:00 前"),
        ("2026-12-03 23:59", "今天 24:00 前"),
        ("2026-12-04 00:00", "已到期"),
        ("2026-12-04 07:00", "超期 7 小时"),
        ("2026-12-07 00:00", "超期 3 天"),
    ],
)
def test_a_limit_in_calendar_days_counts_them_day_and_night(county: County, now: str, written: str) -> None:
    assert timing.time_left(at("2026-12-04 00:00"), at(now), "calendar") == written


def test_beside_the_date_the_hour_is_written_once(county: County) -> None:
    assert timing.time_left_and_due(at(DUE), at("2026-11-04 18:00")) == "剩 3 个工作日 · 11月9日 18:00"
    assert timing.time_left_and_due(at(DUE), at("2026-11-06 20:00")) == "下周一 18:00 前 · 11月9日"
    assert (
        timing.time_left_and_due(at("2026-12-04 00:00"), at("2026-12-03 12:00"), "calendar")
        == "今天 24:00 前 · 12月3日"
    )


def test_a_file_and_a_clock_that_stands_say_an_amount(county: County) -> None:
    assert timing.amount_left(at(DUE), at("2026-11-06 20:00")) == "剩 7 个工作小时"
    assert timing.amount_left(at(DUE), at("2026-11-09 17:30")) == "剩不到 1 个工作小时"
    assert (
        timing.of_clock(WorkItem(state="paused", started_at=at("2026-11-02 09:00")), at(DUE), at("2026-11-06 20:00"))
        == "剩 7 个工作小时"
    )
    assert (
        timing.of_clock(WorkItem(state="running", started_at=at("2026-11-02 09:00")), at(DUE), at("2026-11-06 20:00"))
        == "下周一 18:00 前"
    )


def test_a_span_is_rounded_towards_zero(county: County) -> None:
    day = date(2026, 11, 9)
    assert timing.duration(timedelta(hours=21), day) == "3 个工作日"
    assert timing.duration(timedelta(hours=20, minutes=59), day) == "2 个工作日"
    assert timing.duration(timedelta(hours=13, minutes=59), day) == "13 个工作小时"
    assert timing.duration(timedelta(minutes=59), day) == "不到 1 个工作小时"


def test_a_clock_yet_to_begin_says_when_it_will(county: County) -> None:
    later = WorkItem(state="running", started_at=at("2026-11-06 18:00"))
    assert timing.of_clock(later, at(DUE), at("2026-11-05 09:00")) == "11月6日 18:00 起算"
    assert timing.of_clock(later, at(DUE), at("2026-11-06 18:00")) == "下周一 18:00 前"
