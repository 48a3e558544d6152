"""What a report says in figures: tallies against their targets, the problems they show, corrections of earlier ones,
the year's scores.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from yinuo.core.decision import plain
from yinuo.engine.people.models import Department, Hall, Region
from yinuo.engine.rules import pack, roles
from yinuo.rooms.halls import queries as halls
from yinuo.rooms.halls.models import Bulletin
from yinuo.rooms.reform import scoring
from yinuo.rooms.reform.measures import MEASURES, Tallies, Tally, digest_of, tallies
from yinuo.rooms.reform.models import Publication, ReformReport, ReportKind

FULL = Fraction(1)
# What is short of its target is a problem; so is every case of these that is not good.
EVERY_ONE = ("mapped", "on_time", "bad_reviews", "warnings", "commitment_reviews")


@dataclass(frozen=True, slots=True)
class Place:
    """A region the reform is carried out in, its halls, and the comprehensive department that reports of it
    (附件7·第五条).
    """

    region: Region
    halls: Sequence[Hall]
    office: Department

    @property
    def hall_ids(self) -> list[int]:
        return [hall.pk for hall in self.halls]


def places() -> list[Place]:
    """Every region with a hall where projects are filed; where several have such a department, the first hall's
    reports.
    """
    offices: dict[int, Department] = {}
    for office in (
        Department.objects.filter(key=roles().filing_department).select_related("hall__region").order_by("hall_id")
    ):
        offices.setdefault(office.hall.region_id, office)
    found: dict[int, list[Hall]] = {}
    for hall in Hall.objects.filter(region_id__in=offices).order_by("id"):
        found.setdefault(hall.region_id, []).append(hall)
    return sorted(
        (Place(office.hall.region, found[pk], office) for pk, office in offices.items()),
        key=lambda place: place.region.code,
    )


def place_of(region_id: int) -> Place:
    """Raises Region.DoesNotExist where nothing is filed."""
    place = next((one for one in places() if one.region.pk == region_id), None)
    if place is None:
        raise Region.DoesNotExist
    return place


def beginning(kind: str, day: date) -> date:
    """The first day of the quarter or year the day lies in."""
    return halls.quarter_of(day) if kind == ReportKind.QUARTER else date(day.year, 1, 1)


def end_of(kind: str, begins: date) -> date:
    """The day after the last."""
    return ReformReport(kind=kind, begins=begins).until


def rules_day(begins: date) -> date:
    return max(begins, pack().valid_from)


def body_of(place: Place, kind: str, begins: date, at: datetime) -> dict[str, Any]:
    """JSON; shares and scores as text. **Shape** whole, halls, departments: {measure: {count, good, sum, median}}."""
    until = end_of(kind, begins)
    found = tallies(place.hall_ids, begins, until, at)
    months = _months(place, begins, until, at)
    names = {
        office.pk: office for office in Department.objects.filter(hall_id__in=place.hall_ids).select_related("hall")
    }
    body: dict[str, Any] = {
        "kind": kind,
        "region": place.region.name,
        "begins": begins.isoformat(),
        "through": (until - timedelta(days=1)).isoformat(),
        "targets": targets(begins),
        "whole": _plain(found.whole),
        "halls": [_hall(hall, found, months.get(hall.pk, {})) for hall in place.halls],
        "departments": [
            {
                "hall_id": hall_id,
                "department_id": pk,
                "department": names[pk].name,
                "measures": _plain(found.departments[hall_id, pk]),
            }
            for hall_id, pk in sorted(found.departments)
        ],
        **_awarded(place, begins, until),
        "problems": [],
        "corrections": corrections(place, kind, begins, at),
    }
    if kind == ReportKind.YEAR:
        _evaluate(body, found, months, begins)
    body["problems"] = problems(body)
    return body


def cases_digest(place: Place, kind: str, begins: date, at: datetime) -> str:
    return digest_of(place.hall_ids, begins, end_of(kind, begins), at)


def sha256_of(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(
        json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def targets(begins: date) -> dict[str, str]:
    """What the document sets: a share of promises, and every new filing project on its map (正文·一(三))."""
    return {"promised": str(pack().parameter("kpi.commitment_share", rules_day(begins)).value), "mapped": "1"}


def _plain(measures: Mapping[str, Tally]) -> dict[str, dict[str, Any]]:
    return {
        key: {
            "count": measures[key].count,
            "good": measures[key].good,
            "sum": _text(measures[key].sum),
            "median": _text(measures[key].median),
        }
        for key in MEASURES
        if key in measures
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(Decimal(value))


def _months(place: Place, begins: date, until: date, at: datetime) -> dict[int, dict[str, Decimal]]:
    """Each hall's score at the end of every month of the span that the rules have reached."""
    first = rules_day(begins)
    if first >= until:
        return {}
    counted = halls.scores_of(place.hall_ids, first, until - timedelta(days=1), at)
    wanted = {halls.name_of(month) for month in counted.months if begins <= month < until}
    return {
        pk: {name: score for name, score in one.months.items() if name in wanted} for pk, one in counted.halls.items()
    }


def _hall(hall: Hall, found: Tallies, months: Mapping[str, Decimal]) -> dict[str, Any]:
    return {
        "hall_id": hall.pk,
        "hall": hall.name,
        "measures": _plain(found.halls.get(hall.pk, {})),
        "months": {name: plain(score) for name, score in months.items()},
    }


def _awarded(place: Place, begins: date, until: date) -> dict[str, Any]:
    """Honours and the bottom of the ranking, as the halls' bulletins of the span told them (附件7·第二十二条)."""
    region = halls.area_of(place.halls[0].pk).region
    rows = Bulletin.objects.filter(region=region, month__gte=begins, month__lt=until).order_by("month")
    names, ids = {hall.name for hall in place.halls}, set(place.hall_ids)
    honours, bottom = [], []
    for row in rows:
        honours += [
            {"quarter": row.body["quarter"], "name": one["name"], "title": one["title"], "grounds": one["grounds"]}
            for one in row.body["honours"]
            if one["hall_id"] in ids
        ]
        bottom += [{"month": row.body["month"], "hall": name} for name in row.body["bottom"] if name in names]
    return {"honours": honours, "bottom": bottom}


def _evaluate(body: dict[str, Any], found: Tallies, months: Mapping[int, Mapping[str, Decimal]], begins: date) -> None:
    day = rules_day(begins)
    for row in body["halls"]:
        pk = row["hall_id"]
        row["evaluation"] = scoring.scored("hall", found.halls.get(pk, {}), day, months.get(pk, {}))
    for row in body["departments"]:
        row["evaluation"] = scoring.scored("department", found.departments[row["hall_id"], row["department_id"]], day)


# -- problems


def problems(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the figures show to be wrong, named: the whole first, then hall by hall and department by department."""
    found = [_short(body["region"], "whole", None, "promised", body["whole"], body["targets"])]
    for row in body["halls"]:
        found += [_amiss(row["hall"], "hall", row["hall_id"], key, row["measures"]) for key in ("mapped",)]
    for row in body["departments"]:
        whose = (row["department"], "department", row["department_id"])
        found.append(_short(*whose, "promised", row["measures"], body["targets"]))
        found += [_amiss(*whose, key, row["measures"]) for key in EVERY_ONE if key != "mapped"]
        found.append(_lit(*whose, row["measures"]))
    told = [one for one in found if one is not None]
    months: dict[str, list[str]] = {}
    for one in body["bottom"]:
        months.setdefault(one["hall"], []).append(_month(one["month"]))
    told += [
        {"subject": hall, "of": "hall", "id": None, "measure": "bottom", "text": f"{'、'.join(named)}评分排名倒数"}
        for hall, named in months.items()
    ]
    return told


def _short(
    subject: str, of: str, pk: int | None, key: str, measures: Mapping[str, Mapping[str, Any]], goals: Mapping[str, str]
) -> dict[str, Any] | None:
    tally = measures.get(key)
    if tally is None or Fraction(tally["good"], tally["count"]) >= Fraction(goals[key]):
        return None
    text = (
        f"{MEASURES[key].label} {percent(Fraction(tally['good'], tally['count']))}，"
        f"没有达到 {percent(Fraction(goals[key]))}"
    )
    return {
        "subject": subject,
        "of": of,
        "id": pk,
        "measure": key,
        "text": f"{text}（{tally['count']} 件中 {tally['good']} 件）",
    }


MISSED = {
    "mapped": "{n} 个新备案项目还没有“一张图”",
    "on_time": "{n} 件事项超过承诺时限办结",
    "bad_reviews": "{n} 件差评没有办结",
    "warnings": "{n} 条预警期内没有处置完",
    "commitment_reviews": "{n} 项履行中的承诺逾期没有复核",
}


def _amiss(
    subject: str, of: str, pk: int | None, key: str, measures: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any] | None:
    tally = measures.get(key)
    if tally is None or tally["good"] == tally["count"]:
        return None
    text = MISSED[key].format(n=tally["count"] - tally["good"])
    return {"subject": subject, "of": of, "id": pk, "measure": key, "text": text}


def _lit(subject: str, of: str, pk: int | None, measures: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    red = measures.get("red", {}).get("count", 0)
    return {"subject": subject, "of": of, "id": pk, "measure": "red", "text": f"{red} 件事项亮红灯"} if red else None


def percent(share: Fraction) -> str:
    """62.5%: one place, rounded half up, and none where it is whole."""
    return f"{plain(scoring.rounded(share * 1000).quantize(Decimal(1), ROUND_HALF_UP) / 10)}%"


def _month(name: str) -> str:
    return f"{int(name[:4])}年{int(name[5:])}月"


# -- corrections


def corrections(place: Place, kind: str, begins: date, at: datetime) -> list[dict[str, Any]]:
    """Figures of the report before this one that the records now have otherwise; that one itself stays as it is."""
    last = Publication.objects.filter(report__kind=kind, report__region=place.region, report__begins__lt=begins)
    before = last.select_related("report").order_by("-report__begins").first()
    if before is None:
        return []
    report, told = before.report, before.report.figures
    now = tallies(place.hall_ids, report.begins, report.until, at)
    found = _changed(told["whole"], _plain(now.whole), place.region.name)
    for row in told["halls"]:
        found += _changed(row["measures"], _plain(now.halls.get(row["hall_id"], {})), row["hall"])
    for row in told["departments"]:
        key = (row["hall_id"], row["department_id"])
        found += _changed(row["measures"], _plain(now.departments.get(key, {})), row["department"])
    return [{"report": report.span_words, **one} for one in found]


def _changed(
    told: Mapping[str, Mapping[str, Any]], now: Mapping[str, Mapping[str, Any]], subject: str
) -> list[dict[str, Any]]:
    none = {"count": 0, "good": 0}
    pairs = [(key, told.get(key, none), now.get(key, none)) for key in MEASURES]
    return [
        {"subject": subject, "measure": key, "told": said(key, one), "now": said(key, other)}
        for key, one, other in pairs
        if (one["count"], one["good"]) != (other["count"], other["good"])
    ]


def said(key: str, tally: Mapping[str, Any]) -> str:
    """A figure in words: 12／20（60%）, or the number alone where there is nothing to divide."""
    if not MEASURES[key].shared or not tally["count"]:
        return str(tally["count"])
    return f"{tally['good']}／{tally['count']}（{percent(Fraction(tally['good'], tally['count']))}）"
