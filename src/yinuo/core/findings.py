"""What single rules find in the facts of a project, with the words, the articles and the facts behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from yinuo.core.dated import all_at
from yinuo.core.decision import ReasonStep
from yinuo.core.fact_specs import CONFIRMATIONS, FactTable
from yinuo.core.facts import ALWAYS, NEVER, UNKNOWN, Facts, Predicate, look_up
from yinuo.core.pack.types import Matter, NegativeRow, Pack

ON_REQUEST = "on_request"
NONE: frozenset[str] = frozenset()
PARTS = {"project": "一", "matter": "二", "regional": "三"}
LONGEST_TITLE = 40
CONFIRMED = f"{CONFIRMATIONS}."
INNER_QUOTES = str.maketrans("“”", "‘’")  # a quotation within a quotation


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found. `ok` True = does not stand in the way, False = does, None = not decidable from the facts.

    `against`: the answers that contradict each other or the law. `decided_by`: the level above the county that decides.
    """

    rule: str
    ok: bool | None
    why: str
    cites: tuple[str, ...] = ()
    missing: frozenset[str] = NONE
    used: frozenset[str] = NONE
    parameters: frozenset[str] = NONE
    lost: tuple[ReasonStep, ...] = ()
    against: tuple[str, ...] = ()
    decided_by: str = ""

    @property
    def for_reviewer(self) -> bool:
        """Not decidable by anything the company could still say: somebody has to look."""
        return self.ok is None and bool(self.missing) and all(path.startswith(CONFIRMED) for path in self.missing)

    def step(self, facts: Facts) -> ReasonStep:
        values = {path: look_up(facts, path) for path in sorted(self.used)}
        return ReasonStep(
            self.rule, self.ok, self.why, self.cites, {path: v for path, v in values.items() if v is not UNKNOWN}
        )


def decide(findings: Iterable[Finding]) -> bool | None:
    """False when one stands in the way, else None when one is not decidable, else True."""
    answers = {finding.ok for finding in findings}
    return False if False in answers else None if None in answers else True


def condition(name: str, pack: Pack, day: date) -> Predicate:
    """The predicate of that name as it reads on `day`. Raises RuleError for a name the pack does not know."""
    if name == "always":
        return ALWAYS
    if name in ("never", ON_REQUEST):
        return NEVER
    return pack.condition(name, day)


def labels(paths: Iterable[str], facts: FactTable) -> str:
    return "、".join(facts.label(path) for path in sorted(paths))


def title(row: NegativeRow) -> str:
    """The row's name in one breath: its sub-item, or the matter where there is none or it runs on; to be put into
    quotes.
    """
    words = row.sub_matter if row.sub_matter not in ("", "无") and len(row.sub_matter) <= LONGEST_TITLE else row.matter
    return words.translate(INNER_QUOTES)


def place_of(row: NegativeRow) -> str:
    return f"负面清单第{PARTS[row.part]}部分第 {row.row} 项“{title(row)}”"


def row_finding(row: NegativeRow, facts: Facts, pack: Pack, as_of: date) -> Finding:
    """Whether the row binds; an exception that holds re-admits, and the side that lost is kept."""
    bound = condition(row.when, pack, as_of)(facts)
    place = place_of(row)
    if bound.value is False:
        return Finding(row.id, True, f"不属于{place}", row.cites, used=bound.used, parameters=bound.parameters)
    missing, used, parameters = bound.missing, bound.used, bound.parameters
    lost: list[ReasonStep] = []
    for exception in row.exceptions:
        verdict = condition(exception.when, pack, as_of)(facts)
        if verdict.value is True:
            loser = ReasonStep(row.id, False, f"列入{place}", row.cites)
            why = f"虽列入{place}，但符合其除外情形“{exception.label}”"
            return Finding(
                exception.id,
                True,
                why,
                exception.cites,
                used=verdict.used,
                parameters=verdict.parameters,
                lost=(loser,),
            )
        missing, used, parameters = missing | verdict.missing, used | verdict.used, parameters | verdict.parameters
        lost.append(ReasonStep(exception.id, verdict.value, f"除外情形“{exception.label}”", exception.cites))
    if missing:
        return Finding(
            row.id,
            None,
            f"是否列入{place}，取决于：{labels(missing, pack.facts)}",
            row.cites,
            missing,
            used,
            parameters,
        )
    return Finding(row.id, False, f"列入{place}", row.cites, used=used, parameters=parameters, lost=tuple(lost))


def project_findings(facts: Facts, pack: Pack, as_of: date) -> tuple[Finding, ...]:
    """Part one of the list: what it says of the project as a whole."""
    return tuple(row_finding(row, facts, pack, as_of) for row in all_at(pack.negative, as_of) if row.part == "project")


def matter_rows(matter: Matter, rows: Sequence[NegativeRow]) -> tuple[NegativeRow, ...]:
    """The rows of part two that name the matter."""
    return tuple(
        row for row in rows if row.part == "matter" and (matter.id in row.matters or row.row in matter.negative_rows)
    )


def sentence(why: str, cites: Sequence[str], pack: Pack) -> str:
    """A reason with its basis in brackets."""
    return f"{why}（{'；'.join(pack.cite_texts(cites))}）" if cites else why
