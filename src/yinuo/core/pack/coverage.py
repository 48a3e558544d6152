"""Walks what the rules say over every day on which they change, and the day before and after: no gap, no conflict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Protocol

from yinuo.core.benefits import benefits
from yinuo.core.dated import RuleError, Span
from yinuo.core.grades import UNRATED, grade_of, measures_of
from yinuo.core.pack.faults import Fault, fault_at
from yinuo.core.pack.load import Reading
from yinuo.core.pack.types import Limit, Matter, Pack
from yinuo.core.screen import screen

DAY = timedelta(days=1)


class Dated(Protocol):
    @property
    def span(self) -> Span: ...
    @property
    def where(self) -> str: ...


def boundary_days(pack: Pack) -> tuple[date, ...]:
    """Every day on which something begins or ends, with the day before and after, from the pack's first day on."""
    days = {pack.valid_from}
    for span in _spans(pack):
        days.add(span.from_on)
        if span.to_on is not None:
            days.add(span.to_on)
    around = {day + step for day in days if date.min < day < date.max for step in (-DAY, DAY * 0, DAY)}
    return tuple(sorted(day for day in around if day >= pack.valid_from))


def _spans(pack: Pack) -> Iterator[Span]:
    dated: list[Iterable[Dated]] = [
        pack.schemes,
        pack.negative,
        pack.scales,
        pack.measures,
        pack.point_rules,
        pack.hall_rules,
        pack.pauses,
    ]
    dated += [pack.benefits, pack.lists, pack.lowest_classes, pack.checks]
    dated += [parameter.values for parameter in pack.parameters.values()]
    dated += [pack.matters.values()]
    for matter in pack.matters.values():
        dated += [matter.statutory, matter.promised, matter.offers, matter.standards]
    dated += [act.listings for act in pack.acts.values()]
    for records in dated:
        for record in records:
            yield record.span
    for hours in pack.calendar.hours:
        yield hours.span


def coverage_faults(reading: Reading, days: Sequence[date]) -> Iterator[Fault]:
    pack, broken = reading.pack, reading.book.broken
    for parameter in pack.parameters.values():
        if parameter.where not in broken:
            first = max(parameter.starts or pack.valid_from, pack.valid_from)
            span = Span(first, parameter.ends)
            yield from _walk(f"参数 {parameter.id}", parameter.values, days, span, parameter.where)
    always = Span(pack.valid_from)
    if pack.scales or pack.measures or pack.point_rules:
        yield from _walk("等级表", pack.scales, days, always, "grades.toml:1")
    if pack.schemes:
        yield from _walk(
            "一般阶段方案（没有 when）", [s for s in pack.schemes if s.when is None], days, always, "schemes.toml:1"
        )
        for when in {scheme.when for scheme in pack.schemes if scheme.when}:
            yield from _walk(
                f"阶段方案 when = {when}", [s for s in pack.schemes if s.when == when], days, None, "schemes.toml:1"
            )
    for matter in pack.matters.values():
        if matter.where not in broken:
            yield from _matter(matter, days)
    yield from _measures(pack, days)
    yield from _benefits(pack, days)
    for act in pack.acts.values():
        yield from _walk(f"扣分行为 {act.id}", act.listings, days, None, act.where)
    yield from _hours(pack, days)


def _walk(name: str, values: Sequence[Dated], days: Sequence[date], wanted: Span | None, where: str) -> Iterator[Fault]:
    """The first day of each stretch without a value within `wanted` (None: a value may be absent), and each pair that
    overlaps.
    """
    missing_before = False
    told: set[tuple[str, ...]] = set()
    for day in days:
        hits = [value for value in values if day in value.span]
        missing = not hits and wanted is not None and day in wanted
        if missing and not missing_before:
            ended = [value for value in values if value.span.to_on is not None and value.span.to_on <= day]
            place = max(ended, key=lambda value: value.span.to_on or day).where if ended else where
            yield fault_at(place, "gap", f"{name}：自 {day} 起没有生效的规定")
        missing_before = missing
        pair = tuple(value.where for value in hits)
        if len(hits) > 1 and pair not in told:
            told.add(pair)
            yield fault_at(
                hits[-1].where, "overlap", f"{name}：{day} 有 {len(hits)} 条规定同时生效（另见 {hits[0].where}）"
            )


def _matter(matter: Matter, days: Sequence[date]) -> Iterator[Fault]:
    for label, limits in (("法定时限", matter.statutory), ("承诺时限", matter.promised)):
        wanted = matter.span if limits else None
        yield from _walk(f"{matter.id} 的{label}", limits, days, wanted, matter.where)
    yield from _walk(f"{matter.id} 的信用承诺决定", matter.offers, days, None, matter.where)
    yield from _walk(f"{matter.id} 的承诺标准", matter.standards, days, None, matter.where)
    for promised in matter.promised:
        for statutory in matter.statutory:
            if _longer(promised, statutory, days):
                message = f"{matter.id} 的承诺时限（{promised.value}）长于法定时限（{statutory.value}）"
                yield fault_at(promised.where, "promised-longer", message)


def _longer(promised: Limit, statutory: Limit, days: Sequence[date]) -> bool:
    together = any(day in promised.span and day in statutory.span for day in days)
    return together and promised.unit == statutory.unit and promised.value > statutory.value


def _measures(pack: Pack, days: Sequence[date]) -> Iterator[Fault]:
    """Every class is told whether it may promise, and nothing is told twice differently."""
    told: set[tuple[str, str]] = set()
    for day in days:
        classes = {band.class_ for scale in pack.scales if day in scale.span for band in scale.bands}
        active = [measure for measure in pack.measures if day in measure.span]
        for class_ in sorted(classes):
            if (class_, "") not in told and not any(m.class_ == class_ and m.effect == "commitment" for m in active):
                told.add((class_, ""))
                yield Fault("measures.toml", 1, "gap", f'等次 {class_}：{day} 没有 effect = "commitment" 的措施')
        for index, measure in enumerate(active):
            if measure.class_ not in classes and classes and (measure.id, "class") not in told:
                told.add((measure.id, "class"))
                yield fault_at(
                    measure.where, "unknown-class", f"措施 {measure.id}：{day} 的等级表没有等次 {measure.class_}"
                )
            for other in active[:index]:
                same = (other.class_, other.effect) == (measure.class_, measure.effect)
                if same and other.value != measure.value and (other.id, measure.id) not in told:
                    told.add((other.id, measure.id))
                    yield fault_at(
                        measure.where, "overlap", f"措施 {measure.id} 与 {other.id}（{other.where}）在 {day} 规定不一"
                    )


def _benefits(pack: Pack, days: Sequence[date]) -> Iterator[Fault]:
    """A class that no scale knows would never get what it is promised."""
    for benefit in pack.benefits:
        scales = [scale for scale in pack.scales if any(day in scale.span and day in benefit.span for day in days)]
        known = {band.class_ for scale in scales for band in scale.bands}
        for name in benefit.classes:
            if name not in known:
                yield fault_at(benefit.where, "unknown-class", f"惠企事项 {benefit.id}：等级表没有等次 {name}")


def _hours(pack: Pack, days: Sequence[date]) -> Iterator[Fault]:
    if not pack.calendar.hours:
        yield Fault("calendars/hours.toml", 1, "gap", "没有办公时间（写作 [[hours]]）")
        return
    for day in days:
        count = sum(day in hours.span for hours in pack.calendar.hours)
        if count != 1:
            code, word = ("gap", "没有") if not count else ("overlap", "有几个")
            yield Fault("calendars/hours.toml", 1, code, f"{day} {word}办公时间")
            return


def entry_point_faults(pack: Pack, days: Sequence[date]) -> Iterator[Fault]:
    """Asks the code what a clerk would ask, on every boundary day; whatever it cannot answer is a fault of the pack."""
    told: set[str] = set()
    for day in days:
        try:
            screen({}, pack, day)
            for scale in pack.scales:
                for band in scale.bands if day in scale.span else ():
                    grade_of(band.high, pack, day)
                    measures_of(band.grade, pack, day)
            benefits({}, pack, day, UNRATED)
        except (RuleError, KeyError, TypeError, ValueError) as error:
            if str(error) not in told:
                told.add(str(error))
                yield Fault("pack.toml", 1, "coverage", f"{day}：{error}")
