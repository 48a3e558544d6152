"""A draw anybody can repeat: who is inspected and by whom, from what was announced, a seed and a value of the public
(双随机).

Before the draw everything it rests on is announced: both lists, who must not inspect what, the rates, the SHA-256 of a
secret seed, and which public value of a later day will be mixed in. Afterwards the seed is shown. Then there is nothing
left to choose: every project and every inspector has a rank, a SHA-256 of all that, and the lowest ranks are drawn.
Ranks are compared, never reduced to a range, so that no remainder favours anybody; and they do not depend on the order
of the lists.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from hashlib import sha256
from typing import Any

import rfc8785

FORMAT = "yinuo-draw/1"
SEED_SIZE = 32
HASH = re.compile(r"[0-9a-f]{64}")
SHARE = re.compile(r"[0-9]+(\.[0-9]+|/[1-9][0-9]*)?")
# What people write between the numbers of a draw they copy from a newspaper.
BETWEEN = re.compile(r"[\s,，、;；+|/·\-]+")
MOST_TEAM, MOST_DIGITS = 9, 60


class DrawError(ValueError):
    """What was announced, or what is to be drawn from it, is not as it must be; `field` names where."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Listed:
    """A project that may be drawn at its rate; or, with a reason, one that is inspected in any case (directed)."""

    project: str
    unit: str
    rate: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PublicValue:
    """The value of the public that is mixed in: whose, of which issue, known on which day, of how many digits."""

    source: str
    issue: str
    on: date
    digits: int


@dataclass(frozen=True, slots=True)
class Announcement:
    """All a draw rests on, as it is published before; lists in the order of their keys, whatever order they came in.

    `inspectors`: public number → department; `conflicts`: (project, number) pairs that must not meet; `team`:
    inspectors of each department to a project.
    """

    plan: str
    departments: tuple[str, ...]
    team: int
    rates: Mapping[str, str]
    projects: tuple[Listed, ...]
    directed: tuple[Listed, ...]
    inspectors: Mapping[str, str]
    conflicts: frozenset[tuple[str, str]]
    public_value: PublicValue
    seed_sha256: str

    def to_json(self) -> dict[str, Any]:
        value = self.public_value
        return {
            "format": FORMAT,
            "plan": self.plan,
            "departments": list(self.departments),
            "team": self.team,
            "rates": dict(sorted(self.rates.items())),
            "projects": [{"project": one.project, "unit": one.unit, "rate": one.rate} for one in self.projects],
            "directed": [{"project": one.project, "unit": one.unit, "reason": one.reason} for one in self.directed],
            "inspectors": [
                {"number": number, "department": self.inspectors[number]} for number in sorted(self.inspectors)
            ],
            "conflicts": [{"project": project, "inspector": number} for project, number in sorted(self.conflicts)],
            "public_value": {
                "source": value.source,
                "issue": value.issue,
                "on": value.on.isoformat(),
                "digits": value.digits,
            },
            "seed_sha256": self.seed_sha256,
        }

    def digest(self) -> str:
        """SHA-256 of the canonical JSON (RFC 8785), in hexadecimal."""
        return sha256(rfc8785.dumps(self.to_json())).hexdigest()

    def candidates(self, project: str, department: str) -> list[str]:
        """The department's inspectors who may look at the project."""
        return [
            number
            for number, of in sorted(self.inspectors.items())
            if of == department and (project, number) not in self.conflicts
        ]


@dataclass(frozen=True, slots=True)
class Team:
    """A project with those who will inspect it, in the order of the departments."""

    listed: Listed
    inspectors: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        kind = {"reason": self.listed.reason} if self.listed.reason else {"rate": self.listed.rate}
        return {"project": self.listed.project, "unit": self.listed.unit, **kind, "inspectors": list(self.inspectors)}


@dataclass(frozen=True, slots=True)
class Result:
    """What was drawn, in the order of the ranks; `quotas`: rate → how many of how many."""

    quotas: Mapping[str, tuple[int, int]]
    projects: tuple[Team, ...]
    directed: tuple[Team, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "quotas": {rate: {"drawn": drawn, "of": of} for rate, (drawn, of) in sorted(self.quotas.items())},
            "projects": [team.to_json() for team in self.projects],
            "directed": [team.to_json() for team in self.directed],
        }


def seed_digest(seed: bytes) -> str:
    """What is published of a seed before the draw."""
    return sha256(seed).hexdigest()


def written_value(text: str, digits: int) -> str:
    """The public value as digits alone, however the newspaper writes it.

    Raises DrawError for another number of digits.
    """
    value = BETWEEN.sub("", text.translate(str.maketrans("０１２３４５６７８９", "0123456789")))
    if not re.fullmatch(r"[0-9]+", value) or len(value) != digits:
        raise DrawError("value", f"公共随机值应为 {digits} 位数字，现有 {len(value)} 个字符")
    return value


def quota(count: int, rate: str) -> int:
    """How many of `count` are drawn at a rate: halves are rounded up; at least one, unless the rate is 0 or nobody is
    there.
    """
    share = Fraction(rate)
    if not count or not share:
        return 0
    return min(count, max(1, int(count * share + Fraction(1, 2))))


def short_of(announcement: Announcement) -> list[tuple[str, str, int]]:
    """(project, department, how many may inspect it) wherever a department could not send a whole team."""
    free = Counter(announcement.inspectors.values())
    barred = Counter((project, announcement.inspectors[number]) for project, number in announcement.conflicts)
    return [
        (one.project, department, free[department] - barred[one.project, department])
        for one in (*announcement.projects, *announcement.directed)
        for department in announcement.departments
        if free[department] - barred[one.project, department] < announcement.team
    ]


class Ranks:
    """The order chance gives everything: by the announcement, the seed and the public value, and by nothing else."""

    def __init__(self, announcement: Announcement, seed: bytes, value: str) -> None:
        if len(seed) != SEED_SIZE or seed_digest(seed) != announcement.seed_sha256:
            raise DrawError("seed", "种子与公布的散列值不符")
        value = written_value(value, announcement.public_value.digits)
        self._key = sha256("\n".join([FORMAT, announcement.digest(), seed.hex(), value]).encode()).hexdigest()

    def of(self, *name: str) -> str:
        return sha256("\n".join([self._key, *name]).encode()).hexdigest()

    def of_project(self, project: str) -> str:
        return self.of("project", project)

    def of_inspector(self, project: str, number: str) -> str:
        return self.of("inspector", project, number)


def draw(announcement: Announcement, seed: bytes, value: str) -> Result:
    """Of each rate its quota, the lowest ranks; to each project its teams: who has fewest so far, among those the
    lowest rank.

    Raises: DrawError for another seed or value than announced, or where a project drawn is left without a whole team.
    """
    ranks = Ranks(announcement, seed, value)
    drawn: list[Listed] = []
    quotas: dict[str, tuple[int, int]] = {}
    for rate, share in sorted(announcement.rates.items()):
        pool = sorted(
            (one for one in announcement.projects if one.rate == rate), key=lambda one: ranks.of_project(one.project)
        )
        quotas[rate] = quota(len(pool), share), len(pool)
        drawn += pool[: quotas[rate][0]]
    order = sorted([*drawn, *announcement.directed], key=lambda one: ranks.of_project(one.project))
    busy: Counter[str] = Counter()
    teams = [Team(one, _team(announcement, ranks, one.project, busy)) for one in order]
    return Result(
        quotas,
        tuple(team for team in teams if not team.listed.reason),
        tuple(team for team in teams if team.listed.reason),
    )


def _team(announcement: Announcement, ranks: Ranks, project: str, busy: Counter[str]) -> tuple[str, ...]:
    chosen: list[str] = []
    for department in announcement.departments:
        free = announcement.candidates(project, department)
        if len(free) < announcement.team:
            raise DrawError(
                "inspectors",
                f"项目 {project}：{department} 回避以后只剩 {len(free)} 名检查人员，应有 {announcement.team} 名",
            )
        free.sort(key=lambda number: (busy[number], ranks.of_inspector(project, number)))
        chosen += free[: announcement.team]
    busy.update(chosen)
    return tuple(chosen)


def substitute(
    announcement: Announcement, seed: bytes, value: str, *, project: str, department: str, out: Collection[str]
) -> str:
    """Who comes in for an inspector who cannot go: the lowest rank of the department that is not in `out`.

    Raises DrawError: nobody.
    """
    ranks = Ranks(announcement, seed, value)
    free = [number for number in announcement.candidates(project, department) if number not in out]
    if not free:
        raise DrawError("inspectors", f"项目 {project}：{department} 没有可以替换的检查人员")
    return min(free, key=lambda number: ranks.of_inspector(project, number))


@dataclass(frozen=True, slots=True)
class Check:
    """One thing a verifier looks at, in words, and whether it holds."""

    check: str
    ok: bool
    why: str


def verify(file: Mapping[str, Any]) -> list[Check]:
    """A draw's file (`announcement`, `announcement_sha256`, `seed`, `value`, `result`) checked from the beginning.

    Raises DrawError: not such a file.
    """
    announcement = parse(_dict(file, "announcement", ""))
    seed, value, stated = seed_of(file), str(file.get("value", "")), file.get("announcement_sha256")
    checks = [
        Check("announcement", stated in (None, announcement.digest()), f"公布的内容，散列值 {announcement.digest()}"),
        Check("seed", seed_digest(seed) == announcement.seed_sha256, f"种子，散列值 {seed_digest(seed)}"),
    ]
    try:
        written = written_value(value, announcement.public_value.digits)
        checks.append(
            Check(
                "value",
                True,
                f"公共随机值 {written}：{announcement.public_value.source}，第 {announcement.public_value.issue} 期",
            )
        )
        again = draw(announcement, seed, value).to_json()
    except DrawError as error:
        return [*checks, Check(error.field, False, str(error))]
    return [*checks, Check("result", again == file.get("result"), "按公布的内容、种子和公共随机值重算的结果")]


def seed_of(file: Mapping[str, Any]) -> bytes:
    text = file.get("seed")
    if not isinstance(text, str) or not HASH.fullmatch(text):
        raise DrawError("seed", "种子应为 64 位小写十六进制数")
    return bytes.fromhex(text)


def parse(data: Mapping[str, Any]) -> Announcement:
    """An announcement as it was published. Raises DrawError naming the field that is not as it must be."""
    if data.get("format") != FORMAT:
        raise DrawError("format", f"应为 {FORMAT}")
    departments = _strings(data, "departments")
    if not departments or len(set(departments)) != len(departments):
        raise DrawError("departments", "应为部门的列表，每个部门写一次")
    rates = {str(rate): _rate(share, f"rates.{rate}") for rate, share in _dict(data, "rates", "").items()}
    projects = [_listed(row, f"projects[{place}]", "rate") for place, row in enumerate(_rows(data, "projects"))]
    directed = [_listed(row, f"directed[{place}]", "reason") for place, row in enumerate(_rows(data, "directed"))]
    inspectors = {
        _text(row, "number", f"inspectors[{place}]."): row for place, row in enumerate(_rows(data, "inspectors"))
    }
    conflicts = [
        (_text(row, "project", f"conflicts[{place}]."), _text(row, "inspector", f"conflicts[{place}]."))
        for place, row in enumerate(_rows(data, "conflicts"))
    ]
    made = Announcement(
        plan=_text(data, "plan", ""),
        departments=tuple(sorted(departments)),
        team=_count(data, "team", MOST_TEAM, ""),
        rates=rates,
        projects=tuple(sorted(projects, key=lambda one: one.project)),
        directed=tuple(sorted(directed, key=lambda one: one.project)),
        inspectors={number: _text(row, "department", f"inspectors {number}.") for number, row in inspectors.items()},
        conflicts=frozenset(conflicts),
        public_value=_public_value(_dict(data, "public_value", "")),
        seed_sha256=_text(data, "seed_sha256", ""),
    )
    _need_whole(made, len(_rows(data, "inspectors")))
    return made


def _need_whole(made: Announcement, inspectors: int) -> None:
    """No name twice, none that leads nowhere."""
    codes = Counter(one.project for one in (*made.projects, *made.directed))
    for code, times in codes.items():
        if times > 1:
            raise DrawError("projects", f"项目 {code} 写了两次")
    if len(made.inspectors) != inspectors:
        raise DrawError("inspectors", "有检查人员的编号写了两次")
    for one in made.projects:
        if one.rate not in made.rates:
            raise DrawError("projects", f"项目 {one.project} 的比例“{one.rate}”没有规定")
    for number, department in made.inspectors.items():
        if department not in made.departments:
            raise DrawError("inspectors", f"检查人员 {number} 的部门 {department} 不在计划里")
    for project, number in made.conflicts:
        if project not in codes or number not in made.inspectors:
            raise DrawError("conflicts", f"回避 {project}、{number} 所指的不在名单里")
    if not HASH.fullmatch(made.seed_sha256):
        raise DrawError("seed_sha256", "应为 64 位小写十六进制数")


def _public_value(data: Mapping[str, Any]) -> PublicValue:
    where = "public_value."
    try:
        on = date.fromisoformat(_text(data, "on", where))
    except ValueError as error:
        raise DrawError("public_value.on", "应为日期，写作 2026-03-01") from error
    return PublicValue(
        _text(data, "source", where), _text(data, "issue", where), on, _count(data, "digits", MOST_DIGITS, where)
    )


def _listed(row: Mapping[str, Any], where: str, kind: str) -> Listed:
    names = {kind: _text(row, kind, f"{where}.")}
    return Listed(_text(row, "project", f"{where}."), _text(row, "unit", f"{where}."), **names)


def _rate(share: Any, where: str) -> str:
    if not isinstance(share, str) or not SHARE.fullmatch(share) or not Fraction(share) <= 1:
        raise DrawError(where, "应为 0 至 1 的小数或者分数，写在引号里")
    return share


def _text(data: Mapping[str, Any], name: str, where: str) -> str:
    value = data.get(name)
    # A line feed would let two names make one rank.
    if not isinstance(value, str) or not value.strip() or "\n" in value:
        raise DrawError(f"{where}{name}", "应为一行文字，不能空着")
    return value


def _count(data: Mapping[str, Any], name: str, most: int, where: str) -> int:
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise DrawError(f"{where}{name}", f"应为 1 至 {most} 的整数")
    return value


def _dict(data: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    value = data.get(name)
    if not isinstance(value, Mapping):
        raise DrawError(f"{where}{name}", "应为一个 JSON 对象")
    return value


def _strings(data: Mapping[str, Any], name: str) -> list[str]:
    value = data.get(name)
    if (
        not isinstance(value, Sequence)
        or isinstance(value, str)
        or not all(isinstance(one, str) and one for one in value)
    ):
        raise DrawError(name, "应为文字的列表")
    return list(value)


def _rows(data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = data.get(name)
    if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(one, Mapping) for one in value):
        raise DrawError(name, "应为 JSON 对象的列表")
    return list(value)
