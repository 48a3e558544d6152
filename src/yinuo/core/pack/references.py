"""Names that must lead somewhere: citations, predicates, facts, departments, stages, matters, parameters; and no
circle.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from yinuo.core.pack.faults import Fault, fault_at
from yinuo.core.pack.load import Reading
from yinuo.core.pack.predicates import BUILT_IN, FILE
from yinuo.core.pack.records import DEPARTMENT_ROLES, HANDLINGS, MATTER_ROLES, SOURCE_ROLES
from yinuo.core.pack.types import Matter, Pack
from yinuo.core.tracks import MARK
from yinuo.core.units import AMOUNTS, WORDS

# What the code asks of every pack, with its unit; the numbers themselves are the pack's.
REQUIRED: Mapping[str, str] = {
    "admission.limit": "working_days",
    "agency.agent_duties": "text",
    "agency.application_limit": "working_days",
    "agency.archive_limit": "working_days",
    "agency.body_duties": "text",
    "agency.confirm_limit": "working_days",
    "agency.endings": "text",
    "agency.enhanced_limit": "working_days",
    "agency.fee": "text",
    "agency.longest": "calendar_days",
    "agency.principle": "text",
    "agency.provincial_grades": "text",
    "agency.sign_limit": "working_days",
    "agency.unit_duties": "text",
    "agency.unit_types": "text",
    "audit.check_limit": "working_days",
    "certificate.number_prefix": "text",
    "certificate.unit_types": "text",
    "change.correction_facts": "text",
    "change.correction_share": "share",
    "change.recode_facts": "text",
    "change.review_facts": "text",
    "chain.grant_longest": "calendar_days",
    "commitment.department_chooses": "flag",
    "commitment.kinds": "text",
    "commitment.legal_effect": "text",
    "commitment.letter_format": "text",
    "commitment.review_again": "working_days",
    "commitment.review_fewer": "months",
    "commitment.review_first": "months",
    "commitment.review_limit": "working_days",
    "commitment.review_more": "months",
    "commitment.review_normal": "months",
    "commitment.terminate_fields": "text",
    "complaint.limit": "working_days",
    "completion.guidance.limit": "working_days",
    "coordination.start_limit": "working_days",
    "credit.audit_classes": "text",
    "credit.evaluation_longest": "calendar_days",
    "credit.rebase": "",
    "credit.repair": "",
    "credit.score_max": "points",
    "credit.score_min": "points",
    "credit.unrated_class": "text",
    "credit.unrated_start": "points",
    "credit_objection.limit": "working_days",
    "credit_review.ask_limit": "working_days",
    "credit_review.limit": "working_days",
    "deficient.excluded": "text",
    "deficient.opinion_limit": "working_days",
    "deficient.published": "flag",
    "delivery.limit": "working_days",
    "difficulty.limit": "",
    "duplicate.window": "calendar_days",
    "filing.instant_kinds": "text",
    "filing.red_classes": "text",
    "filing.required_facts": "text",
    "filing.secret_refused": "flag",
    "filing.unit_types": "text",
    "guidance.limit": "working_days",
    "guidance.mature_departments": "text",
    "hall.assessment_points": "points",
    "hall.bottom": "count",
    "hall.honoured": "count",
    "hall.mean_places": "count",
    "hall.repeat_count": "count",
    "hall.review_bad": "",
    "hall.review_good": "",
    "hall.start": "points",
    "hall.title_hall": "text",
    "hall.title_person": "text",
    "inspection.after_completion": "calendar_days",
    "inspection.announce_days": "working_days",
    "inspection.check_list": "text",
    "inspection.clean_days": "calendar_days",
    "inspection.draw_limit": "working_days",
    "inspection.public_value": "text",
    "inspection.public_value_digits": "count",
    "inspection.publish_limit": "working_days",
    "inspection.rate_fewer": "share",
    "inspection.rate_more": "share",
    "inspection.rate_normal": "share",
    "inspection.rectify_longest": "working_days",
    "inspection.reinspect_limit": "working_days",
    "inspection.team": "count",
    "inspection.trading_classes": "text",
    "kpi.commitment_share": "share",
    "kpi.coverage_share": "share",
    "kpi.high_percentile": "share",
    "land.keeper": "text",
    "land_list.assembly_limit": "working_days",
    "land_list.design_departments": "text",
    "land_list.design_limit": "working_days",
    "land_list.indicator_departments": "text",
    "land_list.indicator_limit": "working_days",
    "light.warn_share": "share",
    "manual_filing.limit": "working_days",
    "mock.bring": "text",
    "mock.change_share": "share",
    "mock.conversion_limit": "working_days",
    "mock.land_matters": "text",
    "mock.offline": "flag",
    "mock.opinion_departments": "text",
    "mock.opinion_limit": "working_days",
    "mock.validity": "months",
    "notice.decision_days": "working_days",
    "notice.period": "working_days",
    "objection.answer_limit": "working_days",
    "place.hall": "text",
    "place.name": "text",
    "place.region": "text",
    "progress.report_interval": "calendar_days",
    "question.limit": "",
    "receipt.limit": "working_days",
    "reform.consent_limit": "working_days",
    "reform.draft_limit": "working_days",
    "reform.indicators": "text",
    "reform.self_report_limit": "working_days",
    "promise_closing.limit": "working_days",
    "regional.approval_limit": "working_days",
    "regional.charge_applicants": "flag",
    "regional.charge_blocks_permit": "flag",
    "regional.charged_with": "text",
    "regional.longest_years": "count",
    "regional.opinion_limit": "working_days",
    "regional.range": "flag",
    "regional.sharing": "flag",
    "remedy.litigation_limit": "months",
    "remedy.reconsideration_limit": "calendar_days",
    "repair.decide_limit": "working_days",
    "repair.rectify_limit": "working_days",
    "review.assign_limit": "working_days",
    "review.call_back_limit": "working_days",
    "review.check_limit": "working_days",
    "review.indicators": "text",
    "review.limit": "working_days",
    "review.rectify_limit": "working_days",
    "review.window": "calendar_days",
    "standard_land.basics": "text",
    "standard_land.conditions.project": "text",
    "standard_land.decide_at_once": "flag",
    "standard_land.regional_matters": "text",
    "standard_land.required_indicators": "text",
    "verification.limit": "working_days",
    "verification.repeat_limit": "",
    "verification.rounds": "count",
    "ruling.measures": "text",
    "ruling.rectify_longest": "working_days",
    "stop.lift_limit": "working_days",
    "warning.again_after": "calendar_days",
    "warning.built_first": "flag",
    "warning.handle_limit": "working_days",
    "warning.idle_term": "calendar_days",
    "warning.not_started_reminder": "months",
    "warning.not_started_term": "months",
    "warning.owner.built_first": "text",
    "warning.owner.idle": "text",
    "warning.owner.not_started": "text",
    "warning.owner.start_unreported": "text",
    "warning.rectify_longest": "working_days",
    "warning.start_report_term": "working_days",
    "warning.verification_matters": "text",
}


# What the program looks up by a fixed id, and no pack can name otherwise.
REQUIRED_PAUSES: Mapping[str, str] = {
    "coordination": "“1+X”协调期间暂停计时",
    "correction": "退回修改期间暂停计时",
    "deficient_gap": "容缺材料待补期间暂停计时",
}
REQUIRED_REASONS: Mapping[str, str] = {
    "not_accepted.not_needed": "不需要许可，不予受理",
    "not_accepted.not_competent": "不属于本部门职权范围，不予受理",
}
# Parameters whose texts are ids of the pack's own departments, matters or classes, or words the program knows.
DEPARTMENTS_NAMED = (
    "land.keeper",
    "land_list.design_departments",
    "land_list.indicator_departments",
    "mock.opinion_departments",
    "guidance.mature_departments",
)
MATTERS_NAMED = (
    "mock.land_matters",
    "regional.charged_with",
    "standard_land.regional_matters",
    "warning.verification_matters",
)
FACTS_NAMED = ("filing.required_facts", "change.recode_facts", "change.review_facts", "change.correction_facts")
CLASSES_NAMED = ("credit.unrated_class", "filing.red_classes")
HANDLINGS_NAMED = ("deficient.excluded",)
REGION = re.compile(r"\d{6}")


def near(word: str, known: Collection[str]) -> str:
    hits = difflib.get_close_matches(word, sorted(known), n=1)
    return f"，是否指 {hits[0]}？" if hits else ""


def reference_faults(reading: Reading) -> Iterator[Fault]:
    yield from _citations(reading)
    yield from _predicates(reading)
    yield from _parameters(reading.pack)
    yield from _named(reading.pack)
    yield from _pauses(reading.pack)
    yield from _roles(reading.pack)
    yield from _departments(reading.pack)
    yield from _stages(reading.pack)
    yield from _matters(reading.pack)
    yield from _circles(reading.pack)
    yield from _lists(reading.pack)


def _lists(pack: Pack) -> Iterator[Fault]:
    """What lists, lowest classes and checks name is there: the row behind which a list stands, and facts."""
    rows = {row.id for row in pack.negative if row.part == "project"}
    for one in pack.lists:
        if one.row not in rows:
            yield fault_at(
                one.where, "unknown-row", f"目录 {one.id}：负面清单第一部分没有 {one.row}{near(one.row, rows)}"
            )
        if one.declared:
            yield from _known_fact(one.where, f"目录 {one.id} 的 declared", one.declared, pack)
            spec = pack.facts.get(one.declared)
            choices = spec.choices if spec and spec.type == "choice" else {}
            for code in one.says if choices else ():
                if code not in choices:
                    yield fault_at(one.where, "missing-choice", f"目录 {one.id}：{one.declared} 没有选项 {code}")
    for least in pack.lowest_classes:
        yield from _known_fact(least.where, f"类别 {least.id}", least.fact, pack)
    for check in pack.checks:
        if not check.facts:
            yield fault_at(check.where, "missing-key", f"核对 {check.id} 要写明不符的是哪几项（facts）")
        for path in check.facts:
            yield from _known_fact(check.where, f"核对 {check.id}", path, pack)


def _known_fact(where: str, what: str, path: str, pack: Pack) -> Iterator[Fault]:
    if path not in pack.facts:
        yield fault_at(where, "unknown-fact", f"{what}：{path} 不在项目信息之列{near(path, pack.facts)}")


def _citations(reading: Reading) -> Iterator[Fault]:
    sources = reading.pack.sources
    for mention in reading.book.cites:
        source_id, _, article = mention.name.partition("#")
        source = sources.get(source_id)
        if source is None:
            yield fault_at(
                mention.where,
                "unknown-citation",
                f"依据 {mention.name}：没有来源 {source_id}{near(source_id, sources)}",
            )
        elif article and article not in source.articles:
            hint = near(article, source.articles)
            yield fault_at(
                mention.where, "unknown-citation", f"依据 {mention.name}：{source.where} 没有列出条文 {article}{hint}"
            )
        elif not article and source.articles:
            yield fault_at(
                mention.where, "unknown-citation", f"依据 {mention.name} 没有写明条文（写作 {source_id}#条文）"
            )


def _predicates(reading: Reading) -> Iterator[Fault]:
    predicates, facts = reading.pack.predicates, reading.pack.facts
    for mention in reading.book.predicates:
        if mention.name not in predicates:
            yield fault_at(
                mention.where,
                "unknown-predicate",
                f"predicates.py 没有条件 {mention.name}{near(mention.name, predicates)}",
            )
    for name, line in reading.predicate_lines.items():
        if name in predicates and name not in BUILT_IN:
            for path in sorted(predicates[name].facts - facts.keys()):
                yield Fault(
                    FILE, line, "unknown-fact", f"条件 {name} 读取的 {path} 不在项目信息之列{near(path, facts)}"
                )
            for path, parameter in sorted(predicates[name].bounds):
                yield from _bound(name, line, path, parameter, reading.pack)


def _bound(name: str, line: int, path: str, parameter: str, pack: Pack) -> Iterator[Fault]:
    """A condition compares a fact with one number of the fact's own unit."""
    known = pack.parameters.get(parameter)
    if known is None:
        yield Fault(
            FILE,
            line,
            "unknown-parameter",
            f"条件 {name} 读取的参数 {parameter} 不存在{near(parameter, pack.parameters)}",
        )
        return
    if path in pack.facts and AMOUNTS.get(known.unit) != pack.facts[path].unit:
        unit = WORDS.get(known.unit) or known.unit
        message = f"条件 {name} 拿 {path}（单位 {pack.facts[path].unit or '无'}）与参数 {parameter}（单位 {unit}）相比"
        yield Fault(FILE, line, "wrong-unit", message)
    for value in known.values:
        if isinstance(value.value, tuple):
            yield fault_at(value.where, "wrong-type", f"条件 {name} 拿参数 {parameter} 作界限，应只有一个值")


def _parameters(pack: Pack) -> Iterator[Fault]:
    for name, unit in REQUIRED.items():
        parameter = pack.parameters.get(name)
        if parameter is None:
            yield Fault("pack.toml", 1, "missing-parameter", f"缺少参数 {name}" + (f"（单位 {unit}）" if unit else ""))
        elif unit and parameter.unit != unit:
            yield fault_at(parameter.where, "wrong-type", f"参数 {name} 的单位应为 {unit}，现为 {parameter.unit}")
    for parameter in pack.parameters.values():
        for value in parameter.values if MARK in parameter.id else ():
            for name in value.value if isinstance(value.value, tuple) else (str(value.value),):
                if name not in pack.predicates:
                    yield fault_at(
                        value.where, "unknown-predicate", f"predicates.py 没有条件 {name}{near(name, pack.predicates)}"
                    )
    named = [parameter for name in FACTS_NAMED if (parameter := pack.parameters.get(name)) is not None]
    for value in (value for parameter in named for value in parameter.values):
        for path in value.value if isinstance(value.value, tuple) else ():
            if path not in pack.facts:
                yield fault_at(value.where, "unknown-fact", f"{path} 不在项目信息之列{near(str(path), pack.facts)}")


def _named(pack: Pack) -> Iterator[Fault]:
    """Ids in parameters lead somewhere; the region is a code of six digits."""
    classes = {name for scale in pack.scales for name in scale.classes}
    kinds: list[tuple[Collection[str], str, str, Collection[str]]] = [
        (DEPARTMENTS_NAMED, "unknown-department", "部门", pack.departments),
        (MATTERS_NAMED, "unknown-matter", "事项", pack.matters),
        (CLASSES_NAMED, "unknown-class", "等次", classes),
        (HANDLINGS_NAMED, "unknown-handling", "办理类型", HANDLINGS),
    ]
    for parameters, code, kind, known in kinds:
        for name in parameters:
            for where, word in _texts_of(pack, name):
                if word not in known:
                    yield fault_at(where, code, f"参数 {name} 写的是 {word}，没有这个{kind}{near(word, known)}")
    for where, word in _texts_of(pack, "place.region"):
        if not REGION.fullmatch(word):
            yield fault_at(where, "wrong-type", f"参数 place.region 应为六位数字的行政区划代码，现为 {word!r}")


def _texts_of(pack: Pack, name: str) -> Iterator[tuple[str, str]]:
    """Each text the parameter ever had, with its place."""
    parameter = pack.parameters.get(name)
    for value in parameter.values if parameter else ():
        for word in value.value if isinstance(value.value, tuple) else (value.value,):
            yield value.where, str(word)


def _pauses(pack: Pack) -> Iterator[Fault]:
    """Pauses and reasons by fixed ids."""
    known = {pause.id for pause in pack.pauses}
    for name, what in REQUIRED_PAUSES.items():
        if name not in known:
            yield Fault(
                "pauses.toml",
                1,
                "missing-pause",
                f"缺少暂停原因 {name}（{what}）：请在 pauses.toml 中写明最长期限和依据",
            )
    for name, what in REQUIRED_REASONS.items():
        if name not in pack.reasons:
            yield Fault(
                "reasons.toml",
                1,
                "missing-reason",
                f"缺少理由 {name}（{what}）：请在 reasons.toml 中写明企业读到的话和依据",
            )


def _roles(pack: Pack) -> Iterator[Fault]:
    """Every part is played by something the pack has; the filing is a matter every filed project needs first."""
    kinds: list[tuple[Mapping[str, str], str, str, Mapping[str, object], str]] = [
        (DEPARTMENT_ROLES, "unknown-department", "部门", pack.departments, "departments.toml"),
        (MATTER_ROLES, "unknown-matter", "事项", pack.matters, "matters/"),
        (SOURCE_ROLES, "unknown-citation", "来源", pack.sources, "sources/"),
    ]
    for parts, code, kind, known, listed in kinds:
        for part, what in parts.items():
            name = getattr(pack.roles, part)
            if name and name not in known:
                message = (
                    f"[roles] 的 {part}（{what}）写的是 {name}，没有这个{kind}{near(name, known)}：请在 {listed} "
                    f"中写明，或者改用已有的编号"
                )
                yield fault_at(pack.roles.where, code, message)
    filing = pack.matters.get(pack.roles.filing_matter)
    if filing is not None and ("filing" not in filing.kinds or filing.needed != "always" or not filing.pre_start):
        message = (
            f"[roles] 的 filing_matter 是 {filing.id}：应为备案项目（kinds 含 filing）一律须办（needed = always）、"
            f"在开工前的事项"
        )
        yield fault_at(filing.where, "wrong-role", message)


def _departments(pack: Pack) -> Iterator[Fault]:
    users = [(matter.department, matter.where) for matter in pack.matters.values()]
    users += [(row.department_id, row.where) for row in pack.negative if row.department_id]
    users += [(stage.department, scheme.where) for scheme in pack.schemes for stage in scheme.stages]
    users += [(benefit.department, benefit.where) for benefit in pack.benefits]
    for name, where in users:
        if name and name not in pack.departments:
            yield fault_at(where, "unknown-department", f"没有部门 {name}{near(name, pack.departments)}")


def _stages(pack: Pack) -> Iterator[Fault]:
    for scheme in pack.schemes:
        stages = [stage.id for stage in scheme.stages]
        moves = f"方案 {scheme.id} 的 moves"
        for matter_id, stage in scheme.moves.items():
            if matter_id not in pack.matters:
                yield fault_at(
                    scheme.where, "unknown-matter", f"{moves}：没有事项 {matter_id}{near(matter_id, pack.matters)}"
                )
            if stage not in stages:
                yield fault_at(scheme.where, "unknown-stage", f"{moves}：没有阶段 {stage}{near(stage, stages)}")
        for matter in pack.matters.values():
            if matter.stage and matter.id not in scheme.moves and matter.stage not in stages:
                yield fault_at(
                    matter.where,
                    "unknown-stage",
                    f"方案 {scheme.id} 没有阶段 {matter.stage}{near(matter.stage, stages)}",
                )


def _matters(pack: Pack) -> Iterator[Fault]:
    for matter in pack.matters.values():
        for other in matter.after:
            if other not in pack.matters:
                yield fault_at(
                    matter.where, "unknown-matter", f"{matter.id} 的前置事项 {other} 不存在{near(other, pack.matters)}"
                )
        if matter.handling == "promised" and not matter.promised and not matter.statutory:
            yield fault_at(matter.where, "missing-limit", f"承诺件 {matter.id} 既没有承诺时限，也没有法定时限")
    by_row = {row.row: row for row in pack.negative if row.part == "matter"}
    for row in pack.negative:
        for name in row.matters:
            if name not in pack.matters:
                yield fault_at(
                    row.where, "unknown-matter", f"{row.id} 所指事项 {name} 不存在{near(name, pack.matters)}"
                )
    for matter in pack.matters.values():
        for number in matter.negative_rows:
            if number not in by_row:
                yield fault_at(matter.where, "unknown-row", f"{matter.id} 所指负面清单第 {number} 项不存在")


def _circles(pack: Pack) -> Iterator[Fault]:
    """One fault for each circle of prerequisites, at its first matter."""
    graph = {matter.id: [name for name in matter.after if name in pack.matters] for matter in pack.matters.values()}
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            circle: list[str] = error.args[1]
            first: Matter = pack.matters[min(circle)]
            yield fault_at(first.where, "cycle", f"前置事项互为前提：{' → '.join(reversed(circle))}")
            graph[circle[0]] = []
            continue
        return
