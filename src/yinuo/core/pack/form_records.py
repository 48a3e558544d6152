"""Reads `facts.toml` and `form.toml`: the facts of a pack, and how people are asked for them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import get_args

from yinuo.core.fact_specs import ENTRIES, FactSpec, FactTable, FactType
from yinuo.core.form import Bundle, Form, Question, Step, Topic, Visibility
from yinuo.core.pack.table import Table

FACTS_FILE, FORM_FILE = "facts.toml", "form.toml"
OF_ENTRIES = f"{ENTRIES}."
TYPES: tuple[str, ...] = get_args(FactType)
# Whether there is any is enough for the self-check, so an amount is ticked like a yes or no.
TICKED = ("flag", "quantity")
_NUMBERS = ("decimal", "quantity", "integer")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SLUG = re.compile(r"[a-z][a-z0-9-]*")


def fact_table(table: Table | None) -> FactTable:
    """The facts in the order written; without the file there are none."""
    if table is None:
        return FactTable({}, {})
    groups: dict[str, str] = {}
    for row in table.tables("group"):
        name = row.text("id")
        if name in groups:
            row.fault("id", "duplicate-id", f"分组 {name} 已经写过")
        groups[name] = row.text("label")
        row.finish()
    specs: dict[str, FactSpec] = {}
    for row in table.tables("fact"):
        spec = _fact(row, groups)
        if spec.path in specs:
            row.fault("path", "duplicate-id", f"项目信息 {spec.path} 已在 {specs[spec.path].where} 写过")
        else:
            specs[spec.path] = spec
        row.finish()
    table.finish()
    return FactTable(specs, groups)


def _fact(row: Table, groups: Mapping[str, str]) -> FactSpec:
    path = row.text("path")
    group, _, name = path.rpartition(".")
    if path and not _NAME.fullmatch(name):
        row.fault("path", "wrong-type", f"path 应由小写字母、数字和下划线组成，前面可有一个分组，现为 {path!r}")
    elif path in groups:
        row.fault("path", "duplicate-id", f"项目信息 {path} 与分组同名")
    elif group and group not in groups:
        row.fault("path", "unknown-group", f"项目信息 {path} 的分组 {group} 没有写明（写作 [[group]]）")
    type_ = row.choice("type", TYPES)
    choices = _choices(row)
    if type_ == "choice" and not choices:
        row.fault("choices", "missing-key", f'{path} 是选择题，缺少选项（写作 [fact.choices]，每行：代码 = "文字"）')
    elif choices and type_ not in ("choice", "text"):
        row.fault("choices", "wrong-type", f"{path} 的类型是 {type_}，不能有选项")
    pattern, help_ = row.text_or("pattern", ""), row.text_or("help", "")
    _check_pattern(row, pattern, help_)
    greatest = row.decimal_or("greatest")
    for key in ("unit", "greatest"):
        if row.has(key) and type_ not in _NUMBERS:
            row.fault(key, "wrong-type", f"{path} 的类型是 {type_}，不能有 {key}")
    return FactSpec(
        path=path,
        type=type_,
        label=row.text("label"),
        unit=row.text_or("unit", ""),
        help=help_,
        choices=choices,
        pattern=pattern,
        greatest="" if greatest is None else str(greatest),
        example=row.text_or("example", ""),
        where=row.where,
    )


def _choices(row: Table) -> dict[str, str]:
    """`{code = "words"}`, or a list of words that are their own codes."""
    if isinstance(row.data.get("choices"), list):
        return {word: word for word in row.texts("choices")}
    found = row.mapping("choices")
    if not all(isinstance(words, str) and words.strip() for words in found.values()):
        row.fault("choices", "wrong-type", 'choices 应写作：代码 = "文字"')
        return {}
    return dict(found)


def _check_pattern(row: Table, pattern: str, help_: str) -> None:
    if not pattern:
        return
    try:
        re.compile(pattern)
    except re.error as error:
        row.fault("pattern", "wrong-type", f"pattern 不是合格的正则表达式：{error}")
    if not help_:
        row.fault("help", "missing-words", "写了 pattern 就要在 help 中说明应当怎样填写，填错时告诉企业的就是这句话")


def form(table: Table | None, facts: FactTable) -> Form:
    """The form; without the file nothing is asked."""
    if table is None:
        return Form()
    asked = [spec for spec in facts.values() if spec.path.startswith(OF_ENTRIES)]
    steps = tuple(_step(row, asked) for row in table.tables("step"))
    bundles = tuple(_bundle(row) for row in table.tables("bundle"))
    questions: dict[str, Question] = {spec.path: Question(spec.path, missing=_ask(spec)) for spec in asked}
    for row in table.tables("question"):
        question = _question(row)
        if question.fact in questions:
            row.fault("fact", "duplicate-id", f"{question.fact} 的问法已在 {questions[question.fact].where} 写过")
        questions[question.fact] = question
    topics = tuple(_topic(row, facts) for row in table.tables("topic"))
    table.finish()
    return Form(steps, bundles, questions, topics)


def _slug(row: Table) -> str:
    slug = row.text("id")
    if slug and not _SLUG.fullmatch(slug):
        row.fault("id", "wrong-type", f"id 用在网址中，只能由小写字母、数字和连字符组成，现为 {slug!r}")
    return slug


def _facts_of(row: Table) -> tuple[str, ...]:
    row.raw("facts")
    return row.texts("facts")


def _among(row: Table, key: str, paths: tuple[str, ...]) -> frozenset[str]:
    found = row.texts(key)
    for path in found:
        if path not in paths:
            row.fault(key, "unknown-fact", f"{key} 所列的 {path} 不在这一页的 facts 中")
    return frozenset(found)


def _ask(spec: FactSpec) -> str:
    return f"填写{spec.label}，以{spec.unit}为单位" if spec.unit else f"请对照目录原文回答：{spec.label}"


def _step(row: Table, asked: Sequence[FactSpec]) -> Step:
    """`entries = true`: the page asks what the lists' entries turn on, each where the industry has such an entry."""
    entries = tuple(spec.path for spec in asked) if row.flag_or("entries", False) else ()
    paths = (*(row.texts("facts") if entries or row.has("entries") else _facts_of(row)), *entries)
    required = _among(row, "required", paths) | frozenset(entries)
    made = Step(_slug(row), row.text("title"), row.text_or("lead", ""), paths, required, row.where)
    row.finish()
    return made


def _bundle(row: Table) -> Bundle:
    made = Bundle(row.text("title"), _facts_of(row), row.where)
    row.finish()
    return made


def _topic(row: Table, facts: FactTable) -> Topic:
    """What is ticked and what has a field of its own follows from the facts' types."""
    entries = tuple(path for path in facts if path.startswith(OF_ENTRIES)) if row.flag_or("entries", False) else ()
    paths = (*(row.texts("facts") if row.has("entries") else _facts_of(row)), *entries)
    flags = tuple(path for path in paths if path in facts and facts[path].type in TICKED)
    made = Topic(
        _slug(row),
        row.text("title"),
        row.text("ask"),
        tuple(path for path in paths if path not in flags),
        flags,
        _among(row, "always", paths),
        row.where,
    )
    row.finish()
    return made


def _question(row: Table) -> Question:
    careful = row.mapping("careful")
    if not all(isinstance(words, str) for words in careful.values()):
        row.fault("careful", "wrong-type", 'careful 应写作：代码 = "文字"')
        careful = {}
    made = Question(
        fact=row.text("fact"),
        missing=row.text_or("missing", ""),
        help=row.text_or("help", "") if row.has("help") else None,
        hint=row.text_or("hint", ""),
        careful=careful,
        when=_visibility(row),
        long=row.flag_or("long", False),
        mu=row.flag_or("mu", False),
        readers=row.texts("readers"),
        where=row.where,
    )
    row.finish()
    return made


def _visibility(row: Table) -> Visibility | None:
    """`when = { fact = "…", is = true }`, or `is = ["code", …]`."""
    if not row.has("when"):
        return None
    table = row.table("when")
    fact, wanted = table.text("fact"), table.raw("is")
    values = tuple(wanted) if isinstance(wanted, list) else () if wanted is None else (wanted,)
    if not all(isinstance(value, str | bool) for value in values) or (wanted is not None and not values):
        table.fault("is", "wrong-type", f"is 应为 true、false 或者选项代码的列表，现为 {wanted!r}")
        values = ()
    table.finish()
    return Visibility(fact, values, row.place("when"))
