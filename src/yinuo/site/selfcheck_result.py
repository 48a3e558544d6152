"""What the rules say of a project described in a self-check: matters, promises, materials, the way to landing, what is
open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from yinuo.core.calendar import DAY, TZ
from yinuo.core.dated import all_at
from yinuo.core.decision import Decision
from yinuo.core.grades import UNRATED, allows
from yinuo.core.pack.types import Matter, StageScheme
from yinuo.core.planner import Plan
from yinuo.core.screen import MatterAnswer, Screening, needed, of_kind, promisable, screen
from yinuo.core.tracks import MARK, eligible
from yinuo.engine.catalogue.queries import tolerances
from yinuo.engine.register import service_names
from yinuo.engine.rules import pack, roles
from yinuo.engine.work.clocks import calendar
from yinuo.rooms.mock.eligibility import FOLLOWS
from yinuo.rooms.onemap import planning
from yinuo.rooms.onemap.building import in_order, limit_fields, prerequisites, stage_of
from yinuo.rooms.onemap.models import MapItem, Route
from yinuo.rooms.regional import queries as regional
from yinuo.site import guidebook
from yinuo.site.selfcheck_questions import turning
from yinuo.site.selfcheck_state import State
from yinuo.ui import words

SHOWN_FIRST = 6


@dataclass(frozen=True, slots=True)
class Line:
    """A matter the project needs; why it may be promised or not, its three parts apart, each with its articles."""

    matter: Matter
    department: str
    limit: str
    why: str
    listed: bool | None
    offered: bool
    promisable: bool | None
    word: str
    colour: str
    reasons: tuple[tuple[str, list[words.CiteLink]], ...]
    pledge: bool = False


@dataclass(frozen=True, slots=True)
class StageOf:
    name: str
    department: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class MaterialOf:
    """A material with the matters that want it, by name; it is got once.

    `later`: for which of them it may come later, and how much.
    """

    name: str
    note: str
    matters: tuple[str, ...]
    later: str = ""


@dataclass(frozen=True, slots=True)
class Landing:
    """The way to the last decision before building: by the promised limits, from a filing on `filed_on`."""

    landing_on: date
    working_days: int
    critical: tuple[str, ...]
    provisional: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether the project meets a track's own conditions: `word` with its colour, what speaks against, and what is not
    told yet.
    """

    word: str
    colour: str
    against: tuple[str, ...]
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Track:
    name: str
    text: str
    refused: bool
    cites: list[words.CiteLink]
    matters: tuple[str, ...] = ()
    there: tuple[str, ...] = ()
    fit: Fit | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to an open question and what it would change; `state` is the check with that answer in it."""

    label: str
    state: State
    adds: tuple[str, ...]
    frees: tuple[str, ...]
    bars: tuple[str, ...]
    undecided: bool


@dataclass(frozen=True, slots=True)
class Open:
    """A fact nobody has told and what hangs on it."""

    path: str
    label: str
    needs: tuple[str, ...]
    promises: tuple[str, ...]
    options: tuple[Option, ...]

    @property
    def weight(self) -> int:
        return len(self.needs) + len(self.promises)


@dataclass(frozen=True, slots=True)
class Result:
    day: date
    stages: tuple[StageOf, ...]
    count: int
    promisable: int
    materials: tuple[tuple[str, tuple[MaterialOf, ...]], ...]
    material_count: int
    best: Landing
    regular: Landing
    before_days: int
    tracks: tuple[Track, ...]
    graded: bool
    open: tuple[Open, ...]
    perhaps: int
    screening: Screening
    stops: tuple[tuple[str, list[words.CiteLink]], ...]


def result(state: State, day: date, offered: Mapping[str, bool]) -> Result:
    """The whole answer, by the rules of `day`."""
    facts = state.nested()
    found = screen(facts, pack(), day, offered=offered)
    scheme = scheme_for(facts, day)
    wanted = [answer for answer in found.matters if answer.needed == "yes"]
    answers = {answer.id: answer for answer in wanted}
    matters = in_order([pack().matters[answer.id] for answer in wanted], scheme)
    lines = {matter.id: _line(matter, answers[matter.id], facts, day, offered) for matter in matters}
    stages = tuple(
        StageOf(
            stage.name,
            pack().departments[stage.department].short_name,
            tuple(lines[matter.id] for matter in matters if stage_of(matter, scheme) == stage.id),
        )
        for stage in scheme.stages
    )
    materials = _materials(matters, day)
    before = pack().integer("review.limit", day) + pack().integer("guidance.limit", day)
    start = calendar().add_working_days(day, before)
    items = _items(matters, scheme, {name for name, line in lines.items() if line.promisable}, day)
    return Result(
        day=day,
        stages=tuple(stage for stage in stages if stage.lines),
        count=len(lines),
        promisable=sum(line.promisable is True and not line.pledge for line in lines.values()),
        materials=materials,
        material_count=sum(len(rows) for _who, rows in materials),
        best=_landing(items, day, start, Route.COMMITMENT),
        regular=_landing(items, day, start, Route.REGULAR),
        before_days=before,
        tracks=_tracks(state, matters, day),
        graded=isinstance(state.facts.get("unit.grade"), str),
        open=_open(state, found, day, offered),
        perhaps=sum(answer.needed == "unknown" for answer in found.matters),
        screening=found,
        stops=tuple((stop.why, words.cite_links(stop.cites)) for stop in found.stops),
    )


def scheme_for(facts: Mapping[str, object], day: date) -> StageScheme:
    """The stages such a project goes through: the first scheme whose condition holds, the unconditional one last."""
    schemes = all_at(pack().schemes, day)
    for scheme in schemes:
        if scheme.when and pack().condition(scheme.when, day)(facts).value is True:
            return scheme
    return next(scheme for scheme in schemes if not scheme.when)


def _line(
    matter: Matter, answer: MatterAnswer, facts: Mapping[str, object], day: date, offered: Mapping[str, bool]
) -> Line:
    decision = promisable(matter.id, facts, pack(), day, offered=offered)
    pledge = matter.id == roles().filing_matter
    word, colour = _verdict(decision, pledge)
    limit = matter.promised_at(day) or matter.statutory_at(day)
    return Line(
        matter,
        pack().departments[matter.department].short_name,
        words.limit_text(limit),
        needed(matter, facts, pack(), day).why,
        answer.listed,
        answer.offered,
        answer.promisable,
        word,
        colour,
        tuple((step.text, words.cite_links(step.cites)) for step in decision.trace),
        pledge,
    )


def _verdict(decision: Decision, pledge: bool) -> tuple[str, str]:
    if pledge:
        return "备案即作承诺", ""
    if decision.outcome["promisable"] is True:
        return "可以承诺", "green"
    if decision.outcome["promisable"] is None:
        return "看情况", "blue"
    return ("不能承诺", "") if decision.outcome["listed"] or decision.outcome["offered"] else ("尚未开办承诺", "")


# -- materials


def _materials(matters: Sequence[Matter], day: date) -> tuple[tuple[str, tuple[MaterialOf, ...]], ...]:
    """Every material named once, by who makes it out; the project's own first."""
    rows: dict[tuple[str, str], tuple[str, list[str]]] = {}
    hall, later = guidebook.hall_id(day), defaultdict[tuple[str, str], list[str]](list)
    known = tolerances(hall, day) if hall is not None else {}
    for matter in matters:
        for row in matter.materials:
            if matter.id in known and row.id in known[matter.id].materials:
                later[row.issued_by or "项目单位", row.name].append(
                    f"{matter.full_name}可以容缺 {known[matter.id].days} 个工作日"
                )
            note, wanting = rows.setdefault((row.issued_by or "项目单位", row.name), (row.note, []))
            if matter.full_name not in wanting:
                wanting.append(matter.full_name)
    made: dict[str, list[MaterialOf]] = {}
    for (issuer, name), (note, wanting) in rows.items():
        made.setdefault(issuer, []).append(MaterialOf(name, note, tuple(wanting), "；".join(later[issuer, name])))
    return tuple(
        (issuer, tuple(made[issuer]))
        for issuer in sorted(made, key=lambda issuer: (issuer != "项目单位", -len(made[issuer])))
    )


# -- the way to landing: the same planning as a project's map


def _items(matters: Sequence[Matter], scheme: StageScheme, free: set[str], day: date) -> list[MapItem]:
    """The map such a project would get, never saved; the filing itself takes no time (F-3)."""
    ids = {matter.id for matter in matters}
    made = []
    for matter in matters:
        limits = limit_fields(matter.promised_at(day), matter.statutory_at(day))
        if matter.id == roles().filing_matter:
            limits["limit_value"] = 0
        made.append(
            MapItem(
                matter_id=matter.id,
                name=matter.full_name,
                stage=stage_of(matter, scheme),
                pre_start=matter.pre_start,
                after=prerequisites(matter.id, ids),
                promisable=matter.id in free and matter.id != roles().filing_matter,
                **limits,
            )
        )
    return made


def _landing(items: Sequence[MapItem], day: date, start: date, route: Route) -> Landing:
    """By `route` wherever a matter may take it and it is not the longer way."""
    for item in items:
        shorter = planning.commitment_days(day) <= planning.regular_days(item)
        item.route = route if route == Route.REGULAR or (item.promisable and shorter) else Route.REGULAR
    found: Plan = planning.plan_of(items, {}, day, datetime.combine(start, time(12), TZ))
    names = {item.matter_id: item.name for item in items}
    after = (day + DAY, found.landing_on + DAY)
    return Landing(
        found.landing_on,
        calendar().working_days_between(*after),
        tuple(names[name] for name in found.critical),
        calendar().provisional_between(*after),
    )


# -- tracks


def _track_names() -> dict[str, str]:
    """What a grade may open or close: the special services, and a zone's assessment."""
    return {**service_names(), "regional": "区域评估评审"}


def _tracks(state: State, matters: Sequence[Matter], day: date) -> tuple[Track, ...]:
    """What the grade may use; until it is told, only the tracks with conditions of their own, and whether the project
    meets them.
    """
    grade = state.facts.get("unit.grade")
    if not isinstance(grade, str):
        return tuple(
            Track(_track_names()[track], "", False, [], fit=_fit(track, state, day, UNRATED))
            for track in _track_names()
            if _conditions(track)
        )
    shared = tuple(matter.full_name for matter in matters if matter.regional)
    found = []
    for effect, name in _track_names().items():
        measure = allows(effect, grade, pack(), day)
        if measure is not None:
            refused = measure.value == "refused"
            regional = effect == "regional" and not refused
            there = _results(state, matters, day) if regional else ()
            fit = None if refused or not _conditions(effect) else _fit(effect, state, day, grade)
            found.append(
                Track(
                    name, measure.text, refused, words.cite_links(measure.cites), shared if regional else (), there, fit
                )
            )
    return tuple(found)


def _conditions(track: str) -> bool:
    return any(name.startswith(f"{track}{MARK}") for name in pack().parameters)


def _fit(track: str, state: State, day: date, grade: str) -> Fit:
    """The track's conditions on what was told; what only the application itself brings is not asked here."""
    decision = eligible(track, state.nested(), pack(), day, grade)
    word, colour = {True: ("符合条件", "green"), False: ("不符合条件", ""), None: ("还有没说清的", "amber")}[
        decision.outcome["eligible"]
    ]
    against = tuple(step.text.removeprefix("不符合：") for step in decision.trace if step.outcome is False)
    asked = tuple(pack().facts.label(path) for path in pack().facts if path in decision.missing and path not in FOLLOWS)
    return Fit(word, colour, against, asked)


def _results(state: State, matters: Sequence[Matter], day: date) -> tuple[str, ...]:
    """Which zones – the named one, where one is named – have results for the project's matters, each with what it
    shares.
    """
    wanted = {matter.id: matter.full_name for matter in matters if matter.regional}
    if not wanted:
        return ()
    zone = state.facts.get("site.zone_id")
    rows = regional.published(day, zone_key=zone if isinstance(zone, str) else "").filter(matter_id__in=list(wanted))
    of_zone: dict[str, list[str]] = {}
    for row in rows:
        of_zone.setdefault(row.zone.name, []).append(wanted[row.matter_id])
    return tuple(f"{name}：{'、'.join(sorted(names))}" for name, names in sorted(of_zone.items()))


# -- what is still open, and what each answer would change


def _open(state: State, found: Screening, day: date, offered: Mapping[str, bool]) -> tuple[Open, ...]:
    """Every fact that would decide something, the weightiest first."""
    needs: dict[str, list[MatterAnswer]] = {}
    promises: dict[str, list[MatterAnswer]] = {}
    facts = state.nested()
    for answer in found.matters:
        if answer.needed == "unknown":
            for path in needed(pack().matters[answer.id], facts, pack(), day).missing:
                needs.setdefault(path, []).append(answer)
        elif answer.needed == "yes" and answer.promisable is None:
            for path in answer.missing:
                promises.setdefault(path, []).append(answer)
    # What only matters along with something else is asked once that holds.
    first = turning(facts, day)
    paths = [
        path
        for path in pack().facts
        if path in pack().form.topic_of and ((path in needs and path in first) or path in promises)
    ]
    made = [_question(path, needs.get(path, []), promises.get(path, []), state, day, offered) for path in paths]
    return tuple(sorted(made, key=lambda row: -row.weight))


def _question(
    path: str,
    needs: Sequence[MatterAnswer],
    promises: Sequence[MatterAnswer],
    state: State,
    day: date,
    offered: Mapping[str, bool],
) -> Open:
    options = [_option(path, value, label, needs, promises, state, day, offered) for value, label in _choices(path)]
    return Open(path, pack().facts.label(path), _names(needs), _names(promises), tuple(options))


def _choices(path: str) -> list[tuple[object, str]]:
    """The answers worth a link of their own: yes and no, or a short list."""
    spec = pack().facts[path]
    if spec.type == "flag":
        return [(True, "是"), (False, "否")]
    if spec.type == "quantity":
        return [(True, "有"), ("0", "没有")]
    if spec.type == "choice" and len(spec.choices) <= 4:
        return list(spec.choices.items())
    return []


def _option(
    path: str,
    value: object,
    label: str,
    needs: Sequence[MatterAnswer],
    promises: Sequence[MatterAnswer],
    state: State,
    day: date,
    offered: Mapping[str, bool],
) -> Option:
    then = state.with_answer(path, value)
    facts = then.nested()
    # The answer may be the very kind that has no such matter.
    matters = [pack().matters[answer.id] for answer in needs]
    verdicts = {matter.id: of_kind(matter, facts) and needed(matter, facts, pack(), day).ok for matter in matters}
    adds = [answer for answer in needs if verdicts[answer.id] is True]
    frees, bars = [], []
    # Matters that wait for the same facts get the same answer: asked once.
    known: dict[tuple[str, ...], bool | None] = {}
    for answer in promises:
        if answer.missing not in known:
            known[answer.missing] = promisable(answer.id, facts, pack(), day, offered=offered).outcome["promisable"]
        if known[answer.missing] is True:
            frees.append(answer)
        elif known[answer.missing] is False:
            bars.append(answer)
    undecided = None in verdicts.values() or None in known.values()
    return Option(label, then, _names(adds), _names(frees), _names(bars), undecided)


def _names(answers: Iterable[MatterAnswer]) -> tuple[str, ...]:
    return tuple(answer.name for answer in answers)
