"""What can be wrong between the facts, the form, the rules and the program: each must find what it needs in the others.

A fact on the form is read by something; a fact that rules read is asked somewhere; a question has words of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from yinuo.core.fact_specs import ASKED_ELSEWHERE, BASICS, ENGINE_FACTS, NEVER_IN_AN_ADDRESS, FactSpec
from yinuo.core.form import Question, Step, Topic
from yinuo.core.pack.faults import Fault, fault_at
from yinuo.core.pack.form_records import FACTS_FILE, FORM_FILE
from yinuo.core.pack.load import Reading
from yinuo.core.pack.predicates import BUILT_IN, FILE
from yinuo.core.pack.references import near
from yinuo.core.pack.types import Pack

# What an address of the self-check holds besides the facts.
RESERVED = frozenset({"y", "n", "on", "q", "go", "yes", "rest", "finish"})
SQUARE_METRES = "平方米"


def form_faults(reading: Reading) -> Iterator[Fault]:
    pack = reading.pack
    yield from _engine(pack)
    if not pack.form.steps or not pack.form.topics:
        yield Fault(FORM_FILE, 1, "missing-form", "备案表至少要有一页（[[step]]），自查至少要有一页（[[topic]]）")
        return
    yield from _names(pack)
    yield from _pages("备案表", pack.form.steps, pack)
    yield from _pages("自查", pack.form.topics, pack)
    yield from _places(pack)
    yield from _words(pack)
    yield from _visibilities(pack)
    yield from _never_asked(reading)
    yield from _never_read(pack)


def _engine(pack: Pack) -> Iterator[Fault]:
    """What Python reads by path is there, of a type and with the choices Python knows."""
    for path, needed in ENGINE_FACTS.items():
        spec = pack.facts.get(path)
        types = " 或者 ".join(needed.types)
        if spec is None:
            yield Fault(
                FACTS_FILE,
                1,
                "missing-fact",
                f"缺少项目信息 {path}（{types}，程序用于：{needed.why}）：请写入 facts.toml",
            )
        elif spec.type not in needed.types:
            yield fault_at(
                spec.where,
                "wrong-type",
                f"项目信息 {path} 的类型应为 {types}（程序用于：{needed.why}），现为 {spec.type}",
            )
        elif lost := [choice for choice in needed.choices if choice not in spec.choices]:
            yield fault_at(
                spec.where, "missing-choice", f"项目信息 {path} 缺少程序要用的选项 {'、'.join(lost)}（{needed.why}）"
            )


def _names(pack: Pack) -> Iterator[Fault]:
    """Every fact the form names is one of the pack's."""
    form = pack.form
    told: list[tuple[str, str, Iterable[str]]] = [
        *((step.where, f"备案表的一页 {step.slug}", step.paths) for step in form.steps),
        *((bundle.where, f"折叠的一组“{bundle.title}”", bundle.paths) for bundle in form.bundles),
        *((topic.where, f"自查的一页 {topic.slug}", (*topic.paths, *topic.flags)) for topic in form.topics),
        *((question.where, "一个问法", (question.fact,)) for question in form.questions.values()),
        *((q.when.where, f"{q.fact} 的条件 when", (q.when.fact,)) for q in form.questions.values() if q.when),
    ]
    for where, what, paths in told:
        for path in paths:
            if path not in pack.facts:
                yield fault_at(where, "unknown-fact", f"{what}所列的 {path} 不在 facts.toml 中{near(path, pack.facts)}")


def _pages(what: str, pages: tuple[Step, ...] | tuple[Topic, ...], pack: Pack) -> Iterator[Fault]:
    """One page an id, one page a fact."""
    seen: dict[str, str] = {}
    homes: dict[str, str] = {}
    for page in pages:
        if page.slug in seen:
            yield fault_at(page.where, "duplicate-id", f"{what}的 id {page.slug} 已在 {seen[page.slug]} 写过")
        seen.setdefault(page.slug, page.where)
        for path in (*page.paths, *page.flags) if isinstance(page, Topic) else page.paths:
            if path in homes:
                yield fault_at(page.where, "duplicate-id", f"{what}已在 {homes[path]} 的一页问过 {path}")
            homes.setdefault(path, page.where)


def _places(pack: Pack) -> Iterator[Fault]:
    """What is known from elsewhere is not asked again, and nothing that tells who it is gets into an address."""
    form = pack.form
    for path, step in form.step_of.items():
        if path.startswith(ASKED_ELSEWHERE):
            yield fault_at(
                step.where, "asked-elsewhere", f"备案表不问 {path}：单位信息、涉密声明、模拟审批和人工确认另有地方填"
            )
    for path, topic in form.topic_of.items():
        if path in NEVER_IN_AN_ADDRESS or path.startswith(("mock.", "confirmations.")):
            yield fault_at(topic.where, "asked-elsewhere", f"自查不问 {path}：自查的回答写在网址里，不能写明是谁的项目")
    leaves = Counter(path.rpartition(".")[2] for path in form.topic_of)
    for path, topic in form.topic_of.items():
        leaf = path.rpartition(".")[2]
        if leaf in RESERVED or leaves[leaf] > 1:
            why = "程序另有用处" if leaf in RESERVED else "与另一项相同"
            yield fault_at(topic.where, "duplicate-id", f"自查的 {path} 在网址中写作 {leaf}，{why}：请换一个名称")
    for bundle in form.bundles:
        for path in bundle.paths:
            if path in pack.facts and path not in form.step_of and path not in form.topic_of:
                yield fault_at(bundle.where, "never-asked", f"折叠的一组“{bundle.title}”所列的 {path} 没有一页问到")


def _words(pack: Pack) -> Iterator[Fault]:
    """A required question says in its own words what to do when it is left out; no word is for something else."""
    form = pack.form
    for step in form.steps:
        for path in sorted(step.required & pack.facts.keys()):
            question, label = form.question(path), pack.facts[path].label
            if question.missing in ("", f"选择{label}", f"填写{label}"):
                yield fault_at(
                    question.where or step.where,
                    "missing-words",
                    f"必填的 {path} 没有自己的提示：请在 [[question]] 的 missing 中写明没有填时企业该做什么"
                    f"（不是“选择{label}”）",
                )
    for question in form.questions.values():
        spec = pack.facts.get(question.fact)
        if spec is None:
            continue
        if question.fact not in form.step_of and question.fact not in form.topic_of:
            yield fault_at(question.where, "never-asked", f"写了 {question.fact} 的问法，但是没有一页问到它")
        yield from _fitting(question, spec)
        for name in question.readers:
            if name not in pack.departments:
                yield fault_at(question.where, "unknown-department", f"没有部门 {name}{near(name, pack.departments)}")


def _fitting(question: Question, spec: FactSpec) -> Iterator[Fault]:
    for code in question.careful:
        if code not in spec.choices:
            yield fault_at(
                question.where, "wrong-type", f"careful 的 {code} 不是 {spec.path} 的选项{near(code, spec.choices)}"
            )
    if question.long and spec.type != "text":
        yield fault_at(question.where, "wrong-type", f"long 只用于文字，{spec.path} 的类型是 {spec.type}")
    if question.mu and (spec.type != "decimal" or spec.unit != SQUARE_METRES):
        yield fault_at(question.where, "wrong-type", f"mu 只用于单位是{SQUARE_METRES}的数字，{spec.path} 不是")


def _visibilities(pack: Pack) -> Iterator[Fault]:
    """What a question depends on is asked before it, or on its own page, and can have the values named."""
    order: Mapping[str, int] = {path: n for n, step in enumerate(pack.form.steps) for path in step.paths}
    for question in pack.form.questions.values():
        when = question.when
        if when is None or when.fact not in pack.facts:
            continue
        spec = pack.facts[when.fact]
        wrong: list[str | bool]
        if spec.type == "flag":
            wrong = [value for value in when.values if not isinstance(value, bool)]
        elif spec.type == "choice":
            wrong = [value for value in when.values if value not in spec.choices]
        else:
            yield fault_at(when.where, "wrong-type", f"when 只能看是否或者选择题，{when.fact} 的类型是 {spec.type}")
            continue
        if wrong:
            yield fault_at(when.where, "wrong-type", f"when 的 is 写的是 {wrong[0]!r}，{when.fact} 没有这个回答")
        if question.fact in order and order.get(when.fact, len(order)) > order[question.fact]:
            yield fault_at(
                when.where,
                "never-asked",
                f"{question.fact} 要先有 {when.fact} 的回答才问，但是 {when.fact} 没有在它之前问",
            )


def _never_asked(reading: Reading) -> Iterator[Fault]:
    """A fact that rules read and no page of the form asks: the answer would stay unknown for every project."""
    pack = reading.pack

    def open_(paths: Iterable[str]) -> list[str]:
        asked = pack.form.step_of
        return sorted(
            path for path in paths if path in pack.facts and path not in asked and not path.startswith(ASKED_ELSEWHERE)
        )

    for name, line in reading.predicate_lines.items():
        if name in pack.predicates and name not in BUILT_IN:
            for path in open_(pack.predicates[name].facts):
                yield Fault(
                    FILE, line, "never-asked", f"条件 {name} 读取的 {path} 备案表没有问：请写入 form.toml 的一页"
                )
    entries = [entry for one in pack.lists for entry in one.entries if entry.fact]
    if entries and open_([entries[0].fact]):
        yield fault_at(
            entries[0].where,
            "never-asked",
            "目录条目有要问的，但是备案表没有问：请在 form.toml 的一页写 entries = true",
        )
    required = pack.parameters.get("filing.required_facts")
    for value in required.values if required else ():
        for path in open_(map(str, value.value)) if isinstance(value.value, tuple) else ():
            yield fault_at(value.where, "never-asked", f"备案须填齐的 {path} 备案表没有问：请写入 form.toml 的一页")
    for path in open_(BASICS):
        yield fault_at(
            pack.facts[path].where, "never-asked", f"没有 {path} 不能备案，备案表没有问：请写入 form.toml 的一页"
        )


def _never_read(pack: Pack) -> Iterator[Fault]:
    """A fact on the form that no rule, no parameter and no Python reads, and no department is named to read."""
    read = set(ENGINE_FACTS).union(*(predicate.facts for predicate in pack.predicates.values()))
    read.update(entry.fact for one in pack.lists for entry in one.entries)
    read.update(one.declared for one in pack.lists)
    read.update(one.fact for one in pack.lowest_classes)
    required = pack.parameters.get("filing.required_facts")
    for value in required.values if required else ():
        read.update(map(str, value.value) if isinstance(value.value, tuple) else ())
    # What another question depends on is read by the form itself.
    read.update(question.when.fact for question in pack.form.questions.values() if question.when)
    for path in dict.fromkeys((*pack.form.step_of, *pack.form.topic_of)):
        if path in pack.facts and path not in read and not pack.form.question(path).readers:
            yield fault_at(
                pack.facts[path].where,
                "never-read",
                f"表上问了 {path}，但是没有规则读它：请从 form.toml 去掉，或者在它的 [[question]] 写明由哪个部门看"
                "（readers）",
            )
