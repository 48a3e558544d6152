"""May an agency body serve a project: the enterprise's own wish apart,
its kind and its two gradings decide (附件6·一).
"""

from __future__ import annotations

from datetime import date

from yinuo.core.decision import Decision, ParameterRead
from yinuo.core.findings import Finding, decide
from yinuo.core.grades import allows, named_grade
from yinuo.core.pack.types import Pack

READ = ("agency.unit_types", "agency.provincial_grades")


def served(unit_type: str, grade: str, provincial_d: bool, pack: Pack, day: date) -> Decision:
    """Whether the unit may have an agent. **Shape** of the outcome: `{"served": bool, "support": text}`; `support` is
    the measure's word for the class: enhanced, favoured, reduced or refused. Raises ScoreError for an unknown grade.
    """
    types, provincial = (pack.parameter(name, day) for name in READ)
    ok = unit_type in types.value
    findings = [Finding(READ[0], ok, "是企业投资建设项目" if ok else "代办服务只面向企业投资建设项目", types.cites)]
    measure, answer = allows("agency", grade, pack, day), named_grade(grade, pack, day)
    if measure is not None:
        word = "未评级" if answer is None else f"信用等级 {answer.grade}（{answer.class_name}）"
        findings.append(Finding(measure.id, measure.value != "refused", f"{word}：{measure.text}", measure.cites))
    listed = "、".join(str(name) for name in provincial.value)
    why = (
        f"被省社会信用信息平台列为差等（{listed}）" if provincial_d else f"没有被省社会信用信息平台列为差等（{listed}）"
    )
    findings.append(Finding(READ[1], not provincial_d, why, provincial.cites))
    return Decision(
        question="agency",
        outcome={"served": decide(findings) is True, "support": measure.value if measure else ""},
        complete=True,
        missing=(),
        as_of=day,
        pack=pack.id,
        pack_hash=pack.hash,
        trace=tuple(finding.step({}) for finding in findings),
        parameters=tuple(
            ParameterRead(name, pack.parameter(name, day).value, "text", pack.parameter(name, day).cites)
            for name in READ
        ),
    )
