"""The map over time: for each matter what was, what is running and what is planned, against its statutory limit.

Drawn as one lane a matter, in hundredths of a percent of the time shown; the table and the phone's list say the same in
words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from yinuo.core.calendar import DAY, TZ
from yinuo.engine.rules import pack
from yinuo.engine.work import clocks
from yinuo.engine.work.models import ClockEvent, WorkItem
from yinuo.faces.onemap.map.cards import limit_words, state_of, tags_of, when_of, who_of, word_of
from yinuo.faces.onemap.map.faces import Face
from yinuo.rooms.onemap.models import CONCLUDED, ENDED, ItemState, MapItem
from yinuo.rooms.onemap.queries import Card as Seen
from yinuo.rooms.onemap.queries import MapView, StageColumn
from yinuo.ui.components.marks import MARKS, Mark
from yinuo.ui.components.shapes import State
from yinuo.ui.components.text import closing, zh_date, zh_day

WHOLE, ROOM_FOR_WORDS = 10_000, 9_300
Kind = Literal["law", "real", "rest", "late", "plan", "stop"]
EVENING = time(18)


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a lane; `left` and `width` as SVG wants them."""

    kind: Kind
    left: str
    width: str


@dataclass(frozen=True, slots=True)
class Pause:
    began: str
    ended: str
    reason: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A matter in time. `began`, `due`, `law` and `ended` in words; `ended_planned` where the plan says so."""

    id: int
    name: str
    url: str
    due_url: str
    who: str
    stage: str
    state: State
    mark: Mark
    word: str
    tags: tuple[str, ...]
    on_path: bool
    bars: tuple[Bar, ...]
    began: str
    due: str
    law: str
    ended: str
    planned: bool
    pauses: tuple[Pause, ...]
    when: str
    sort_on: date
    end_mark: str


@dataclass(frozen=True, slots=True)
class Tick:
    at: str
    words: str


@dataclass(frozen=True, slots=True)
class Point:
    """A day of the phone's list with what falls on it; `kind` "" | today | landing."""

    on: date
    kind: str
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Lanes by stage, the scale over them, today and the landing."""

    stages: tuple[tuple[str, str, tuple[Lane, ...]], ...]
    ticks: tuple[Tick, ...]
    weeks: tuple[str, ...]
    today: str
    landing: str
    landing_words: str
    today_words: str
    past: tuple[Point, ...]
    past_count: int
    points: tuple[Point, ...]


class Scale:
    """From instants to places between 0 and 100 %."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last
        self._start = datetime.combine(first, time(), TZ)
        self._whole = datetime.combine(last, time(), TZ) - self._start

    def place(self, at: datetime) -> int:
        return max(0, min(WHOLE, (at - self._start) * WHOLE // self._whole))

    def at(self, moment: datetime) -> str:
        return _percent(self.place(moment))

    def bar(self, kind: Kind, start: datetime, end: datetime) -> Bar | None:
        left, right = self.place(start), self.place(end)
        if end <= start and kind != "plan":
            return None
        return Bar(kind, _percent(min(left, WHOLE - 40)), _percent(max(right - left, 40)))


def _percent(place: int) -> str:
    return f"{place // 100}.{place % 100:02}%"


@dataclass(frozen=True, slots=True)
class _Span:
    """What the lane is drawn from."""

    start: datetime | None
    end: datetime | None
    due: datetime | None
    law: datetime | None
    pauses: tuple[tuple[datetime, datetime, str], ...]
    running: bool
    planned: bool


def chart(view: MapView, histories: Mapping[int, Sequence[WorkItem]], face: Face) -> Chart:
    spans = {seen.item.pk: _span(seen, histories.get(seen.item.pk, ()), view) for seen in view.cards}
    scale = _scale(view, list(spans.values()))
    stages = tuple(
        (
            stage.name,
            stage.department,
            tuple(_lane(stage.name, seen, spans[seen.item.pk], scale, view, face) for seen in _falling(stage, spans)),
        )
        for stage in view.stages
        if stage.cards
    )
    landing = view.landed_at or (_evening(view.plan.landing_on) if view.plan else None)
    landing_on = landing.astimezone(TZ).date() if landing else None
    points = _points([lane for _, _, lanes in stages for lane in lanes], view.now.astimezone(TZ).date(), landing_on)
    past = next(number for number, point in enumerate(points) if point.kind == "today")
    return Chart(
        stages=stages,
        ticks=tuple(_ticks(scale)),
        weeks=tuple(scale.at(_morning(day)) for day in _mondays(scale)),
        today=scale.at(view.now),
        landing=scale.at(landing) if landing else "",
        landing_words=f"{'已落地' if view.landed_at else '预计落地'} {zh_day(landing_on)}" if landing_on else "",
        today_words=f"今天 {zh_day(view.now)}",
        past=points[:past],
        past_count=sum(len(point.lanes) for point in points[:past]),
        points=points[past:],
    )


def _falling(stage: StageColumn, spans: Mapping[int, _Span]) -> list[Seen]:
    """The lanes of a stage as they begin, so that the bars run down the picture; what has no time comes last."""
    never = datetime.max.replace(tzinfo=TZ)
    return sorted(stage.cards, key=lambda seen: (spans[seen.item.pk].start or never, seen.item.position))


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(), TZ)


def _evening(day: date) -> datetime:
    return datetime.combine(day, EVENING, TZ)


def _span(seen: Seen, works: Sequence[WorkItem], view: MapView) -> _Span:
    item = seen.item
    if item.state in ENDED:
        end = item.ended_at
        begun = min([*_begun(item, works), end or view.now])
        return _Span(
            begun, end, None, _law_of(works), tuple(_pauses(works, end or view.now)), running=False, planned=False
        )
    if works and item.state != ItemState.OPEN:
        begun = min([*_begun(item, works), view.now])
        return _Span(
            begun, None, seen.due_at, _law_of(works), tuple(_pauses(works, view.now)), running=True, planned=False
        )
    if seen.planned is None:
        return _Span(None, None, None, None, (), running=False, planned=False)
    start = _evening(seen.planned.starts_on)
    return _Span(
        start,
        _evening(seen.planned.ends_on),
        None,
        _law_planned(item, seen.planned.starts_on),
        (),
        running=False,
        planned=True,
    )


def _begun(item: MapItem, works: Sequence[WorkItem]) -> list[datetime]:
    """A promise's own clock begins after its notice; the matter began when it was received."""
    return [moment for moment in (item.present.received_at, item.present.accepted_at) if moment] + [
        work.started_at for work in works
    ]


def _law_of(works: Sequence[WorkItem]) -> datetime | None:
    return next((work.statutory_due_at for work in reversed(works) if work.statutory_due_at is not None), None)


def _law_planned(item: MapItem, starts_on: date) -> datetime | None:
    """Where the statutory limit would end if the matter began as planned."""
    if item.statutory_value is None:
        return None
    if item.statutory_unit == "calendar":
        return _evening(starts_on + timedelta(days=item.statutory_value))
    return _evening(clocks.calendar().add_working_days(starts_on, item.statutory_value))


def _pauses(works: Sequence[WorkItem], until: datetime) -> Iterator[tuple[datetime, datetime, str]]:
    """Each pause from its beginning to its resume, its longest term or `until`, whichever came first."""
    labels = {reason.id: reason.label for reason in pack().pauses}
    for work in works:
        began: ClockEvent | None = None
        for row in sorted(work.events.all(), key=lambda row: row.pk):
            if row.kind == ClockEvent.Kind.PAUSE:
                began = row
            elif row.kind == ClockEvent.Kind.RESUME and began is not None:
                yield began.at, _ended(began, row.at), labels.get(began.reason, began.reason)
                began = None
        if began is not None:
            yield began.at, _ended(began, work.closed_at or until), labels.get(began.reason, began.reason)


def _ended(pause: ClockEvent, at: datetime) -> datetime:
    return min(pause.ends_by, at) if pause.ends_by else at


def _scale(view: MapView, spans: Sequence[_Span]) -> Scale:
    """From the filing, or the first thing that began, to a week after the last end; a limit of law may run out of the
    picture.
    """
    first = min([view.project.filed_at, *(span.start for span in spans if span.start)])
    ends = [moment for span in spans for moment in (span.end, span.due) if moment]
    last = max([view.now, *ends, *([_evening(view.plan.landing_on)] if view.plan else [])])
    start, end = first.astimezone(TZ).date(), last.astimezone(TZ).date()
    return Scale(start - DAY, end + timedelta(days=max(4, (end - start).days // 12)))


def _lane(stage: str, seen: Seen, span: _Span, scale: Scale, view: MapView, face: Face) -> Lane:
    item, state = seen.item, state_of(seen)
    end_on = (span.end or span.due or view.now).astimezone(TZ).date()
    return Lane(
        id=item.pk,
        name=item.name,
        url=face.item(item),
        due_url=face.due(item) if seen.work is not None and seen.due_at is not None else "",
        who=who_of(seen),
        stage=stage,
        state=state,
        mark=MARKS[state],
        word=word_of(seen) or str(MARKS[state].word),
        tags=tags_of(seen),
        on_path=seen.critical,
        bars=tuple(bar for bar in _bars(span, scale, view.now) if bar is not None),
        began=zh_date(span.start),
        due=closing(span.due) if span.due else limit_words(item.limit_value, item.limit_unit),
        law=closing(span.law) if span.law else "未规定",
        ended=zh_date(span.end or (_evening(seen.planned.ends_on) if seen.planned else None)),
        planned=item.state not in ENDED,
        pauses=tuple(
            Pause(zh_day(start), "至今" if span.running and end >= view.now else zh_day(end), why)
            for start, end, why in span.pauses
        ),
        when=when_of(seen, view.now),
        sort_on=end_on,
        end_mark=scale.at(span.end) if span.end and item.state in CONCLUDED else "",
    )


def _bars(span: _Span, scale: Scale, now: datetime) -> Iterator[Bar | None]:
    if span.start is None:
        return
    if span.law is not None:
        yield scale.bar("law", span.start, span.law)
    if span.planned:
        yield scale.bar("plan", span.start, span.end or span.start)
        return
    reached = span.end or (min(now, span.due) if span.due else now)
    yield scale.bar("real", span.start, max(reached, span.start + timedelta(hours=1)))
    if span.running and span.due is not None:
        yield scale.bar("late", span.due, now) if now > span.due else scale.bar("rest", now, span.due)
    for start, end, _ in span.pauses:
        yield scale.bar("stop", start, end)


def _mondays(scale: Scale) -> Iterator[date]:
    day = scale.first + timedelta(days=-scale.first.weekday() % 7)
    while day < scale.last:
        yield day
        day += timedelta(days=7)


def _ticks(scale: Scale) -> Iterator[Tick]:
    """A date for so many Mondays as the scale has room for, at most about ten."""
    days = list(_mondays(scale))
    step = max(1, -(-len(days) // 10))
    for day in days[::step]:
        if scale.place(_morning(day)) < ROOM_FOR_WORDS:
            yield Tick(scale.at(_morning(day)), f"{day.month}月{day.day}日")


def _points(lanes: Sequence[Lane], today: date, landing: date | None) -> tuple[Point, ...]:
    """The phone's list: day by day what was concluded, is due or is planned to end;
    today and the landing among them.
    """
    by_day: dict[date, list[Lane]] = {}
    for lane in lanes:
        by_day.setdefault(lane.sort_on, []).append(lane)
    days = sorted({*by_day, today, *([landing] if landing else [])})
    made = []
    for day in days:
        if day == today:
            made.append(Point(day, "today", ()))
        if day in by_day:
            made.append(Point(day, "", tuple(by_day[day])))
        if day == landing:
            made.append(Point(day, "landing", ()))
    return tuple(made)
