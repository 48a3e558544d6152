"""Whether a project may take one of the special tracks: what its company's class allows, and the track's own
conditions.

A track's conditions are parameters `<track>.conditions.<topic>`, each a list of the pack's named conditions with one
basis.
"""

from __future__ import annotations

from datetime import date

from yinuo.core.decision import Decision, ParameterRead
from yinuo.core.facts import Facts
from yinuo.core.findings import Finding, condition, decide, labels
from yinuo.core.grades import allows
from yinuo.core.pack.types import Pack
from yinuo.core.wording import in_words

MARK = ".conditions."


def eligible(track: str, facts: Facts, pack: Pack, day: date, grade: str) -> Decision:
    """May a project of a company of `grade` take the track? **Shape** of the outcome: `{"eligible": bool|None,
    "support": text}`.

    Unknown facts leave it open and stand in `missing`; every condition is in the trace. Raises ScoreError for an
    unknown grade.
    """
    measure = allows(track, grade, pack, day)
    findings = [Finding(measure.id, measure.value != "refused", measure.text, measure.cites)] if measure else []
    topics = sorted(name for name in pack.parameters if name.startswith(f"{track}{MARK}"))
    for topic in topics:
        value = pack.parameter(topic, day)
        findings += [_asked(str(name), facts, pack, day, value.cites) for name in value.value]
    answer = decide(findings)
    read = sorted({name for finding in findings for name in finding.parameters})
    return Decision(
        question=f"track:{track}",
        outcome={"eligible": answer, "support": measure.value if measure else ""},
        complete=answer is not None,
        missing=tuple(sorted({path for finding in findings for path in finding.missing})) if answer is None else (),
        as_of=day,
        pack=pack.id,
        pack_hash=pack.hash,
        trace=tuple(finding.step(facts) for finding in findings),
        overridden=(),
        parameters=tuple(_read(name, pack, day) for name in read),
    )


def _read(name: str, pack: Pack, day: date) -> ParameterRead:
    value = pack.parameter(name, day)
    return ParameterRead(name, value.value, pack.parameters[name].unit, value.cites)


def _asked(name: str, facts: Facts, pack: Pack, day: date, cites: tuple[str, ...]) -> Finding:
    asked = condition(name, pack, day)
    verdict = asked(facts)
    words = in_words(asked, pack.facts)
    why = {True: f"符合：{words}", False: f"不符合：{words}", None: f"还要知道：{labels(verdict.missing, pack.facts)}"}[
        verdict.value
    ]
    return Finding(name, verdict.value, why, cites, verdict.missing, verdict.used, verdict.parameters)
