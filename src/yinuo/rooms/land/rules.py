"""What the rules say of parcels: whether one is a 标准地, what its projects get, and who comes first among equals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from yinuo.core.decision import Decision, ReasonStep
from yinuo.core.grades import allows
from yinuo.core.pack.types import Measure
from yinuo.core.tracks import eligible
from yinuo.engine.catalogue.models import RegionalResult
from yinuo.engine.rules import pack
from yinuo.rooms.land.indicators import INDICATORS, requirements
from yinuo.rooms.land.models import BasicKind, LandUse, Parcel, ParcelBasic, ParcelInterest
from yinuo.rooms.onemap.building import with_grade
from yinuo.rooms.projects.models import Project
from yinuo.rooms.projects.queries import grade_of


def basics_of(parcel: Parcel) -> dict[str, ParcelBasic]:
    """The last word on each of the basics, by kind."""
    return {row.kind: row for row in parcel.basics.order_by("id")}


@dataclass(frozen=True, slots=True)
class Assessed:
    """An assessment the parcel brings with it: which matter, since when, and what shows it."""

    matter_id: str
    name: str
    on: date
    evidence: str


def assessed(parcel: Parcel, day: date) -> dict[str, Assessed]:
    """What is assessed for the parcel on `day`: made for it alone, or shared by its zone."""
    found = {
        row.matter_id: Assessed(row.matter_id, pack().matters[row.matter_id].name, row.on, row.evidence)
        for row in parcel.assessments.order_by("id")
    }
    if parcel.zone_id is not None:
        shared = RegionalResult.objects.filter(zone_id=parcel.zone_id, from_on__lte=day, to_on__gt=day)
        for result in shared.filter(withdrawn_at__isnull=True, superseded_at__isnull=True).order_by("id"):
            evidence = f"{result.title}（{result.document_number}）"
            found[result.matter_id] = Assessed(
                result.matter_id, pack().matters[result.matter_id].name, result.from_on, evidence
            )
    return found


def _step(rule: str, ok: bool, text: str, cites: Iterable[str]) -> ReasonStep:
    return ReasonStep(rule, ok, text, tuple(cites))


def standing(parcel: Parcel, day: date) -> Decision:
    """Is the parcel a 标准地 on `day`? **Shape**: `{"standard": bool, "missing": [text, …]}`; each requirement is a
    step of the trace.

    正文·二(二): clear title, regional assessment, the basics, control indicators, sold as state-owned construction land
    for industry.
    """
    rules, basics, done = pack(), basics_of(parcel), assessed(parcel, day)
    needed, figures = (
        rules.parameter("standard_land.basics", day),
        rules.parameter("standard_land.required_indicators", day),
    )
    regional = rules.parameter("standard_land.regional_matters", day)
    clause = rules.parameter("standard_land.conditions.project", day).cites
    steps = [
        _step("land.use", parcel.land_use == LandUse.INDUSTRIAL, f"用途为{parcel.get_land_use_display()}", clause),
        _step("land.title", parcel.titled_on is not None, "权属清晰", clause),
    ]
    for kind in needed.value:
        row = basics.get(str(kind))
        steps.append(
            _step(f"land.{kind}", row is not None and row.ready, str(BasicKind(str(kind)).label), needed.cites)
        )
    for name in regional.value:
        steps.append(
            _step(
                f"land.assessed.{name}", name in done, f"完成区域评估：{rules.matters[str(name)].name}", regional.cites
            )
        )
    given = {row["id"] for row in parcel.indicators}
    for name in figures.value:
        steps.append(
            _step(
                f"land.indicator.{name}", name in given, f"带有控制性指标：{INDICATORS[str(name)].name}", figures.cites
            )
        )
    missing = [step.text for step in steps if not step.outcome]
    return Decision(
        question="land.standard",
        outcome={"standard": not missing, "missing": missing},
        complete=True,
        missing=(),
        as_of=day,
        pack=rules.id,
        pack_hash=rules.hash,
        trace=tuple(steps),
        overridden=(),
        parameters=(),
    )


def suits(project: Project, day: date) -> Decision:
    """May the project take the “标准地” track: an enterprise's industrial project,
    of a class that is not refused it.
    """
    facts = with_grade(project)
    facts = {**facts, "unit": {**facts["unit"], "type": project.unit.type}}
    return eligible("standard_land", facts, pack(), day, grade_of(project))


def against(decision: Decision) -> list[str]:
    """The words of what stands in the way."""
    return [step.text for step in decision.trace if step.outcome is not True]


def cites_against(decision: Decision) -> list[str]:
    return pack().cite_texts(
        list(dict.fromkeys(cite for step in decision.trace if step.outcome is not True for cite in step.cites))
    )


def at_once(project: Project, parcel: Parcel, day: date) -> Decision:
    """Is a promise of the project decided as soon as its notice is over? **Shape**: `{"at_once": bool}`, with every
    condition in the trace.
    """
    rule, fit = pack().parameter("standard_land.decide_at_once", day), suits(project, day)
    steps = [
        _step("standard_land.decide_at_once", rule.value is True, "公示期满即作出决定", rule.cites),
        _step("land.standard", parcel.standard_id is not None, f"项目使用“标准地”{parcel.number}", rule.cites),
        _step("land.buyer", parcel.unit_id == project.unit_id, f"{project.unit.name}是该地块的受让单位", rule.cites),
        *fit.trace,
    ]
    answer = all(step.outcome is True for step in steps)
    return Decision(
        question="land.at_once",
        outcome={"at_once": answer},
        complete=True,
        missing=(),
        as_of=day,
        pack=fit.pack,
        pack_hash=fit.pack_hash,
        trace=tuple(steps),
        overridden=(),
        parameters=fit.parameters,
    )


@dataclass(frozen=True, slots=True)
class Ranked:
    """One who is interested, with what the measures say of the grade of today.

    `refused`: the class is not let in at all.
    """

    interest: ParcelInterest
    grade: str
    preferred: bool
    refused: bool
    why: str
    cites: list[str]


def _measure(grade: str, standard: bool, day: date) -> Measure | None:
    return allows("standard_land" if standard else "land_list", grade, pack(), day)


def ranked(parcel: Parcel, interests: Sequence[ParcelInterest], grades: dict[int, str], day: date) -> list[Ranked]:
    """同等条件下 the preferred first, then by the day they came; whom the rules refuse comes last.

    No auction: the sale decides.
    """
    rows = []
    for interest in interests:
        grade = grades.get(interest.unit_id, interest.grade)
        measure = _measure(grade, parcel.standard_id is not None, day)
        value = measure.value if measure else ""
        rows.append(
            Ranked(
                interest=interest,
                grade=grade,
                preferred=value == "preferred",
                refused=value == "refused",
                why=measure.text if measure else "规则没有特别规定",
                cites=pack().cite_texts(measure.cites) if measure else [],
            )
        )
    return sorted(rows, key=lambda row: (row.refused, not row.preferred, row.interest.at, row.interest.pk))


def refusal_of(grade: str, standard: bool, day: date) -> Measure | None:
    """The measure that keeps a class away from the parcel; None = it is let in."""
    measure = _measure(grade, standard, day)
    return measure if measure is not None and measure.value == "refused" else None


def promised(parcel: Parcel) -> list[str]:
    """What the buyer promises, in words."""
    return requirements(parcel.indicators)
