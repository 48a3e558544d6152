"""What a record of each kind holds: its steps and fields, which of them must be there, and how each is read from
whatever was sent.

By hand, by another system and on every page the same: `read` alone decides what is right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from yinuo.core.codes import CodeError, check_credit_code
from yinuo.core.wording import day_words
from yinuo.rooms.oversight.models import RecordKind

TEXT_LIMIT = 1000
# What the law books and the pages count in: 万元, four places.
MOST = Decimal(10) ** 12

FieldType = Literal["text", "amount", "date", "choice", "code", "office"]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """`steps`: the steps at which it must be there; None = always, () = never."""

    name: str
    label: str
    type: FieldType = "text"
    choices: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[str, ...] | None = None
    help: str = ""

    def needed(self, step: str) -> bool:
        return self.steps is None or step in self.steps


@dataclass(frozen=True, slots=True)
class KindSpec:
    """`public`: shown to everybody; `number_label`: what its number is called, `numbered`: it must have one."""

    kind: RecordKind
    fields: tuple[FieldSpec, ...]
    public: bool
    on_label: str
    number_label: str = ""
    numbered: bool = False
    steps: Mapping[str, str] = field(default_factory=dict)


OPTIONAL: tuple[str, ...] = ()
SPECS: dict[str, KindSpec] = {
    spec.kind: spec
    for spec in (
        KindSpec(
            RecordKind.BIDDING,
            (
                FieldSpec("section", "标段", steps=OPTIONAL),
                FieldSpec(
                    "method", "招标方式", "choice", {"open": "公开招标", "invited": "邀请招标", "direct": "依法不招标"}
                ),
                FieldSpec("winner", "中标人", steps=("award", "contract")),
                FieldSpec("winner_code", "中标人统一社会信用代码", "code", steps=OPTIONAL),
                FieldSpec("amount", "金额（万元）", "amount", steps=("award", "contract")),
            ),
            public=True,
            on_label="日期",
            number_label="招标编号",
            numbered=True,
            steps={"notice": "招标公告", "opening": "开标", "award": "中标", "contract": "合同签订"},
        ),
        KindSpec(
            RecordKind.PLAN,
            (
                FieldSpec("planned", "计划完成投资（万元）", "amount"),
                FieldSpec("actual", "实际完成投资（万元）", "amount", steps=OPTIONAL),
                FieldSpec("progress", "形象进度", steps=OPTIONAL),
                FieldSpec("reason", "没有按计划完成的原因", steps=OPTIONAL),
            ),
            public=False,
            on_label="统计日期",
            number_label="期间（如 2026-11、2026Q4）",
            numbered=True,
        ),
        KindSpec(
            RecordKind.DISPATCH,
            (
                FieldSpec("question", "督查的问题"),
                FieldSpec("measure", "要求和措施"),
                FieldSpec("due", "办结日期", "date"),
                FieldSpec("office", "交办部门", "office", steps=OPTIONAL, help="不填的由监督员自己督办"),
                FieldSpec("outcome", "办理结果", steps=OPTIONAL),
            ),
            public=False,
            on_label="交办日期",
            number_label="交办编号",
        ),
        KindSpec(
            RecordKind.INSPECTION,
            (
                FieldSpec("body", "检查机关"),
                FieldSpec("subject", "检查内容"),
                FieldSpec(
                    "result",
                    "检查结果",
                    "choice",
                    {"none": "未发现问题", "mended": "当场改正", "order": "责令限期改正", "penalty": "移交处罚"},
                ),
                FieldSpec("note", "情况说明", steps=OPTIONAL),
            ),
            public=True,
            on_label="检查日期",
            number_label="检查文书编号",
        ),
        KindSpec(
            RecordKind.PENALTY,
            (
                FieldSpec("authority", "处罚机关"),
                FieldSpec("fact", "违法事实"),
                FieldSpec("clause", "处罚依据", help="法律法规的名称和条款"),
                FieldSpec("amount", "罚款（万元）", "amount", help="没有罚款的填 0"),
                FieldSpec("other", "其他处罚内容", steps=OPTIONAL),
                FieldSpec("published_until", "公示截止日期", "date"),
            ),
            public=True,
            on_label="决定日期",
            number_label="决定书文号",
            numbered=True,
        ),
        KindSpec(
            RecordKind.SIGHTING,
            (
                FieldSpec(
                    "means",
                    "来源",
                    "choice",
                    {"patrol": "巡查", "utility": "用电用水数据", "satellite": "卫星遥感", "report": "群众反映"},
                ),
                FieldSpec("note", "发现的情况"),
            ),
            public=False,
            on_label="看到开工的日期",
        ),
    )
}


def word_of(kind: str, name: str, value: Any) -> str:
    """A field's value as a page shows it."""
    spec = next((one for one in SPECS[kind].fields if one.name == name), None)
    if spec is None or value is None:
        return ""
    return day_words(date.fromisoformat(value)) if spec.type == "date" else spec.choices.get(str(value), str(value))


def lines(kind: str, data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and words of every field that was filled in, in the order of the form."""
    return [
        (one.label, word_of(kind, one.name, data[one.name]))
        for one in SPECS[kind].fields
        if data.get(one.name) not in (None, "")
    ]


def read(kind: str, step: str, number: str, data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The fields as they are kept, and one message per field at fault, each saying what to do."""
    spec, kept, errors = SPECS[kind], {}, {}
    if spec.steps and step not in spec.steps:
        errors["step"] = f"请选择环节：{'、'.join(spec.steps.values())}"
    if not spec.steps and step:
        errors["step"] = f"{spec.kind.label}记录不分环节，请留空"
    if spec.numbered and not number:
        errors["number"] = f"请填写{spec.number_label}"
    if len(number) > 80:
        errors["number"] = "编号不能超过 80 个字"
    if kind == RecordKind.PLAN and number and not _period(number):
        errors["number"] = "期间请写成 2026-11、2026Q4 或者 2026"
    for unknown in sorted(set(data) - {one.name for one in spec.fields}):
        errors[unknown] = (
            f"{spec.kind.label}记录没有这一项，请去掉；可以填的有 {'、'.join(one.name for one in spec.fields)}"
        )
    for one in spec.fields:
        value = data.get(one.name)
        if value is None or str(value).strip() == "":
            if one.needed(step):
                errors[one.name] = f"请{'选择' if one.type == 'choice' else '填写'}{one.label}"
            continue
        try:
            kept[one.name] = _value(one, value)
        except ValueError as error:
            errors[one.name] = str(error)
    return kept, errors


def _value(spec: FieldSpec, value: Any) -> str:
    text = str(value).strip()
    match spec.type:
        case "amount":
            return _amount(spec, text)
        case "date":
            try:
                return date.fromisoformat(text).isoformat()
            except ValueError:
                raise ValueError(f"{spec.label}请写成 2026-11-30 这样的日期") from None
        case "choice":
            if text not in spec.choices:
                raise ValueError(
                    f"{spec.label}请选择 {'、'.join(f'{key}（{words}）' for key, words in spec.choices.items())}"
                )
        case "code":
            try:
                check_credit_code(text)
            except CodeError as error:
                raise ValueError(f"{spec.label}有误：{error}") from None
    if len(text) > TEXT_LIMIT:
        raise ValueError(f"{spec.label}不能超过 {TEXT_LIMIT} 个字")
    return text


def _amount(spec: FieldSpec, text: str) -> str:
    """A decimal as text, in 万元."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{spec.label}请填写数字") from None
    if not number.is_finite() or not 0 <= number < MOST:
        raise ValueError(f"{spec.label}请填写不小于 0 的数字，单位万元")
    return f"{number.quantize(Decimal('0.0001')).normalize():f}"


def _period(text: str) -> bool:
    year, rest = text[:4], text[4:]
    if not (year.isascii() and year.isdigit()):
        return False
    return rest in ("", "Q1", "Q2", "Q3", "Q4") or (
        len(rest) == 3 and rest[0] == "-" and rest[1:].isascii() and rest[1:].isdigit() and 1 <= int(rest[1:]) <= 12
    )
