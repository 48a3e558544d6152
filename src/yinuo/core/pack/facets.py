"""What a pack says on a day, one line per thing it says, with whom it concerns; two packs are compared line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from yinuo.core.dated import all_at
from yinuo.core.findings import ON_REQUEST
from yinuo.core.grades import COLOUR_WORDS
from yinuo.core.pack.coverage import boundary_days
from yinuo.core.pack.types import Limit, Matter, Pack
from yinuo.core.units import in_words
from yinuo.core.wording import in_words as in_plain_words

DAY = timedelta(days=1)
_EVERYBODY = "全部项目"
_LEVELS = {"county": "县级", "prefecture": "州级", "province": "省级", "state": "国家级", "utility": "公用企业"}
_HANDLING = {
    "instant": "即办件",
    "promised": "承诺件",
    "reported_upward": "上报件",
    "self_service": "自主办理",
    "utility": "公用服务报装",
}


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing the rules say on a day, in words."""

    label: str
    whom: str
    says: str
    cites: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """From `from_on` on (until `to_on`) the second pack says `after` where the first says `before`; None = says
    nothing.
    """

    key: str
    label: str
    whom: str
    from_on: date
    to_on: date | None
    before: str | None
    after: str | None
    cites: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "label": self.label,
            "whom": self.whom,
            "from": self.from_on.isoformat(),
            "to": self.to_on.isoformat() if self.to_on else None,
            "before": self.before,
            "after": self.after,
            "cites": list(self.cites),
        }


def facets(pack: Pack, day: date) -> dict[str, Facet]:
    """Everything the pack says on a day."""
    return dict(
        [
            *_parameters(pack, day),
            *_grades(pack, day),
            *_points(pack, day),
            *_lists(pack, day),
            *_matters(pack, day),
            *_benefits(pack, day),
            *_reasons(pack),
        ]
    )


def compare(a: Pack, b: Pack) -> list[Change]:
    """What `b` says otherwise than `a`, by the day from which it does."""
    days = sorted({*boundary_days(a), *boundary_days(b), *(day + DAY for day in (a.valid_from, b.valid_from))})
    open_changes: dict[str, Change] = {}
    done: list[Change] = []
    for day in days:
        before = facets(a, day) if day >= a.valid_from else {}
        after = facets(b, day) if day >= b.valid_from else {}
        for key in before.keys() | after.keys() | open_changes.keys():
            change = _change(key, before.get(key), after.get(key), day)
            running = open_changes.get(key)
            if running and change and (running.before, running.after) == (change.before, change.after):
                continue
            if running:
                done.append(_until(open_changes.pop(key), day))
            if change:
                open_changes[key] = change
    return sorted([*done, *open_changes.values()], key=lambda change: (change.from_on, change.key))


def _change(key: str, before: Facet | None, after: Facet | None, day: date) -> Change | None:
    told = after or before
    if told is None or (before and after and before.says == after.says):
        return None
    return Change(
        key,
        told.label,
        told.whom,
        day,
        None,
        before.says if before else None,
        after.says if after else None,
        told.cites,
    )


def _until(change: Change, day: date) -> Change:
    return Change(change.key, change.label, change.whom, change.from_on, day, change.before, change.after, change.cites)


def _parameters(pack: Pack, day: date) -> Iterator[tuple[str, Facet]]:
    for parameter in pack.parameters.values():
        for value in all_at(parameter.values, day):
            yield (
                f"parameter:{parameter.id}",
                Facet(parameter.label, _EVERYBODY, in_words(value.value, parameter.unit), value.cites, value.reading),
            )


def _grades(pack: Pack, day: date) -> Iterator[tuple[str, Facet]]:
    for scale in all_at(pack.scales, day):
        for band in scale.bands:
            low = "[" if band.lowest else "("
            says = f"{low}{in_words(band.low)}, {in_words(band.high)}]，等次 {band.class_}"
            yield f"band:{band.grade}", Facet(f"等级 {band.grade}", f"{band.grade} 级企业", says, scale.cites)
        for name, look in scale.classes.items():
            yield (
                f"class:{name}",
                Facet(
                    f"等次 {name}",
                    f"{name} 等次企业",
                    f"{look['name']}，{COLOUR_WORDS.get(look['colour'], look['colour'])}",
                    scale.cites,
                ),
            )
    for measure in all_at(pack.measures, day):
        whom = f"{measure.class_} 等次企业"
        yield (
            f"measure:{measure.id}",
            Facet(f"措施 {measure.effect}", whom, f"{measure.value}：{measure.text}", measure.cites),
        )


def _points(pack: Pack, day: date) -> Iterator[tuple[str, Facet]]:
    for rule in all_at(pack.point_rules, day):
        cap = f"，单个项目最多 {in_words(rule.cap_per_project)} 分" if rule.cap_per_project is not None else ""
        audit = "，须参考审计结论" if rule.needs_audit else ""
        says = f"{in_words(rule.points)} 分{cap}{audit}；{_match(rule.match)}"
        yield f"points:{rule.id}", Facet(f"加减分 {rule.text}", "企业", says, rule.cites)
    for act in pack.acts_at(day):
        listing = act.at(day)
        note = "未经核实" if act.provenance == "unverified" else ""
        says = f"第 {act.article} 条所列"
        yield f"act:{act.id}", Facet(f"扣分行为 {act.text}", "企业", says, listing.cites if listing else (), note)
    for hall in all_at(pack.hall_rules, day):
        bounds = f"，不超过 {hall.days_at_most} 天" if hall.days_at_most is not None else ""
        bounds += f"，超过 {hall.approval_days_more_than} 天" if hall.approval_days_more_than is not None else ""
        says = f"{in_words(hall.points)} 分{bounds}；{_match(hall.match)}"
        yield f"hall:{hall.id}", Facet(f"大厅评分 {hall.text}", "政务大厅", says, hall.cites)
    for pause in all_at(pack.pauses, day):
        stops = "，不计入法定期限" if pause.stops_statutory else ""
        says = f"最长 {in_words(pause.longest, pause.longest_unit)}{stops}"
        yield f"pause:{pause.id}", Facet(f"暂停原因 {pause.label}", _EVERYBODY, says, pause.cites)


def _benefits(pack: Pack, day: date) -> Iterator[tuple[str, Facet]]:
    for benefit in all_at(pack.benefits, day):
        classes = f"{'、'.join(benefit.classes)} 等次" if benefit.classes else "不分等次"
        says = f"{benefit.text}；{_when(benefit.when, pack, day)}，{classes}"
        note = "未经核实" if benefit.provenance == "unverified" else ""
        yield f"benefit:{benefit.id}", Facet(f"惠企事项 {benefit.name}", "企业", says, benefit.cites, note)


def _reasons(pack: Pack) -> Iterator[tuple[str, Facet]]:
    for reason in pack.reasons.values():
        yield f"reason:{reason.id}", Facet(f"理由 {reason.id}", _EVERYBODY, reason.text, reason.cites)


def _match(match: Mapping[str, Any]) -> str:
    return "、".join(f"{name} = {in_words(value)}" for name, value in match.items()) or "不分情形"


def _lists(pack: Pack, day: date) -> Iterator[tuple[str, Facet]]:
    for row in all_at(pack.negative, day):
        name = row.sub_matter if row.sub_matter not in ("", "无") else row.matter
        exceptions = "".join(
            f"；除外 {exception.label}（{_when(exception.when, pack, day)}）" for exception in row.exceptions
        )
        whom = "符合条件的项目" if row.part == "project" else f"{row.department} 办理的项目"
        yield (
            f"row:{row.id}",
            Facet(f"负面清单 {name}", whom, f"条件 {_when(row.when, pack, day)}{exceptions}", row.cites),
        )
    for scheme in all_at(pack.schemes, day):
        named = {stage.id: stage.name for stage in scheme.stages}
        moves = "".join(
            f"；{_matter(pack, matter)} → {named.get(stage, stage)}" for matter, stage in scheme.moves.items()
        )
        says = " → ".join(f"{stage.name}（{_office(pack, stage.department)}）" for stage in scheme.stages) + moves
        yield (
            f"scheme:{scheme.id}",
            Facet(
                f"阶段方案 {scheme.name}",
                _when(scheme.when, pack, day) if scheme.when else _EVERYBODY,
                says,
                scheme.cites,
            ),
        )


def _matters(pack: Pack, day: date) -> Iterator[tuple[str, Facet]]:
    for matter in pack.matters_at(day):
        kinds = "、".join(pack.facts["kind"].choices[kind] for kind in matter.kinds)
        whom = f"须办理“{matter.full_name}”的{kinds or '各'}类项目"
        yield (
            f"matter:{matter.id}.needed",
            Facet(f"{matter.full_name}：何时须办理", whom, _when(matter.needed, pack, day), matter.basis),
        )
        for key, label, says, cites, provenance in _sayings(pack, matter, day):
            note = "未经核实" if "unverified" in (matter.provenance, provenance) else ""
            yield f"matter:{matter.id}.{key}", Facet(f"{matter.full_name}：{label}", whom, says, cites, note)


def _when(name: str, pack: Pack, day: date) -> str:
    """A condition in words, so that a condition of the same name but another meaning is a difference."""
    return "依申请" if name == ON_REQUEST else in_plain_words(pack.condition(name, day), pack.facts)


def _office(pack: Pack, name: str) -> str:
    return pack.departments[name].name if name in pack.departments else name


def _matter(pack: Pack, name: str) -> str:
    return pack.matters[name].full_name if name in pack.matters else name


def _stage(pack: Pack, name: str, day: date) -> str:
    """The stage's name in the schemes of the day; schemes that call it differently are all told."""
    names = dict.fromkeys(
        stage.name for scheme in all_at(pack.schemes, day) for stage in scheme.stages if stage.id == name
    )
    return "、".join(names) or name


def _sayings(pack: Pack, matter: Matter, day: date) -> Iterator[tuple[str, str, str, tuple[str, ...], str]]:
    basis = matter.basis
    place = f"{_office(pack, matter.department)}，{_LEVELS.get(matter.level, matter.level)}"
    yield (
        "office",
        "办理",
        f"{place}，{_HANDLING.get(matter.handling, matter.handling)}，阶段 {_stage(pack, matter.stage, day)}",
        basis,
        "",
    )
    yield "after", "前置事项", "、".join(_matter(pack, other) for other in matter.after) or "无", basis, ""
    if matter.materials:
        yield "materials", "材料", "、".join(material.name for material in matter.materials), basis, ""
    for limit in all_at(matter.statutory, day):
        yield "statutory", "法定时限", _limit(limit), limit.cites, limit.provenance
    for limit in all_at(matter.promised, day):
        yield "promised", "承诺时限", _limit(limit), limit.cites, limit.provenance
    offer = matter.offered_at(day)
    yield "offer", "信用承诺制", "实行" if offer else "未实行", offer.cites if offer else basis, ""
    standard = matter.standard_at(day)
    if standard:
        yield "standard", "承诺标准", "；".join(_numbered(standard.requirements)), standard.cites, standard.provenance


def _limit(limit: Limit) -> str:
    return in_words(limit.value, limit.unit) + (f"，可延长 {limit.extendable_by}" if limit.extendable_by else "")


def _numbered(texts: Sequence[str]) -> list[str]:
    return [f"{number}. {text}" for number, text in enumerate(texts, start=1)]
