"""The window's forms of a mock approval: what is written on 附件4-1, what the conditions still ask, scans, land and
changes.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from yinuo.engine.documents.models import StoredFile
from yinuo.engine.rules import pack
from yinuo.rooms.mock.changes import CASES, QUESTIONS, case_of
from yinuo.rooms.mock.models import LandKind
from yinuo.rooms.onemap.models import MapItem
from yinuo.ui.components.forms import DateInput, DecimalInput
from yinuo.ui.evidence import EvidenceForm
from yinuo.ui.forms import YES_NO, Versioned, choice, set_choices, text_area

CONTACTS_SHOWN = 3


def day(label: str, required: str, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        widget=DateInput(),
        error_messages={"required": required, "invalid": "写成 2027-02-01 这样的日期"},
    )


def line(label: str, required: str = "", help_text: str = "", longest: int = 80) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=bool(required),
        help_text=help_text,
        max_length=longest,
        error_messages={"required": required},
    )


def field_of(path: str) -> forms.Field:
    """A fact the conditions ask for; “不清楚” is an answer, and leaves the condition open."""
    spec = pack().facts[path]
    if spec.type == "flag":
        return choice(spec.label, [*YES_NO, ("", "不清楚")], help_text=spec.help, radio=True)
    if spec.type == "choice":
        return choice(spec.label, spec.choices.items(), help_text=spec.help)
    return forms.CharField(
        label=spec.label, required=False, help_text=spec.help, widget=DecimalInput(unit=spec.unit), max_length=20
    )


def name_of(path: str) -> str:
    return path.replace(".", "__")


class RegisterForm(EvidenceForm):
    """附件4-1 as the applicant brings it, and the facts the conditions turn on."""

    key = forms.CharField(widget=forms.HiddenInput(), max_length=40)
    progress = text_area("项目基本概况及进展情况", "填写项目基本概况及进展情况", rows=3)
    land = text_area("项目用地基本情况", "填写项目用地基本情况", rows=3)
    land_expected_on = day("土地预计取得时间", "填写土地预计取得时间")
    legal_representative = line("法定代表人", "填写法定代表人", longest=60)

    def __init__(
        self, *args: Any, items: Sequence[MapItem], asked: Iterable[str], known: dict[str, Any], **kwargs: Any
    ) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.asked = tuple(asked)
        self.initial.setdefault("key", uuid.uuid4().hex)
        self.fields["files"].label = "已取得的批复复印件"
        self.fields["matters"] = forms.MultipleChoiceField(
            label="需模拟审批的事项",
            choices=[(str(item.pk), f"{item.name}（{item.department.short_name}）") for item in items],
            widget=forms.CheckboxSelectMultiple(),
            error_messages={"required": "选择需模拟审批的事项"},
        )
        for n in range(1, CONTACTS_SHOWN + 1):
            words = f"联系人{'一二三'[n - 1]}"
            self.fields[f"name{n}"] = line(words, "至少写两名联系人" if n < CONTACTS_SHOWN else "", longest=30)
            self.fields[f"phone{n}"] = line(f"{words}电话", "写联系电话" if n < CONTACTS_SHOWN else "", longest=20)
        for path in self.asked:
            self.fields[name_of(path)] = field_of(path)
            if path in known:
                value = known[path]
                self.initial[name_of(path)] = ("yes" if value else "no") if isinstance(value, bool) else value
        self.fields["note"] = text_area(
            "同意列入的实际情况", "", "企业信用等次为 C 的，模拟审批可减少或取消，同意的写明理由。", rows=2
        )
        contacts = [f"{what}{n}" for n in range(1, CONTACTS_SHOWN + 1) for what in ("name", "phone")]
        last = ["progress", "land", "land_expected_on", "legal_representative", "files", "note", "key"]
        self.order_fields(["matters", *[name_of(path) for path in self.asked], *contacts, *last])

    @property
    def contacts(self) -> list[dict[str, str]]:
        data = self.cleaned_data
        return [{"name": data[f"name{n}"], "phone": data[f"phone{n}"]} for n in range(1, CONTACTS_SHOWN + 1)]

    @property
    def answers(self) -> dict[str, dict[str, Any]]:
        made: dict[str, dict[str, Any]] = {}
        for path in self.asked:
            said, (group, _, key) = self.cleaned_data[name_of(path)], path.partition(".")
            if said != "":
                made.setdefault(group, {})[key] = said == "yes" if pack().facts[path].type == "flag" else said
        return made


def scan(label: str, required: str, help_text: str = "") -> forms.FileField:
    return forms.FileField(label=label, help_text=help_text, error_messages={"required": required})


class SignedForm(Versioned):
    form = scan("申请表（附件4-1）扫描件", "上传盖章、签字的申请表")
    commitment = scan("承诺书（附件4-2）扫描件", "上传盖章、签名的承诺书", "原件由窗口留存。")
    committed_on = day("承诺日期", "填写承诺书上的日期")


class OpinionForm(Versioned):
    agreed = choice("意见", [("yes", "同意列入模拟审批"), ("no", "不同意")], "选择同意或者不同意", radio=True)
    text = text_area("意见内容", "写明意见", "会写入申请表（附件4-1）。", rows=3)


class PlainForm(Versioned):
    pass


class LandForm(Versioned):
    """The contract or the decision, and the questions no fact answers."""

    kind = choice("土地手续", LandKind.choices, "选择出让合同或者划拨决定书", radio=True)
    number = line("合同或者决定书编号", "填写编号")
    on = day("签订或者决定日期", "填写日期")
    scan = scan("扫描件", "上传合同或者决定书的扫描件")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, question in QUESTIONS.items():
            self.fields[name] = choice(question, YES_NO, "选择是或者否", radio=True)

    @property
    def answers(self) -> dict[str, bool]:
        return {name: self.cleaned_data[name] == "yes" for name in QUESTIONS}


class ChangeForm(Versioned):
    cases = forms.MultipleChoiceField(
        label="情形", widget=forms.CheckboxSelectMultiple(), error_messages={"required": "选择应当重新报批的情形"}
    )
    text = text_area("具体情况", "写明具体情况", rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "cases", [(name, case_of(name).text) for name in CASES])


class WhyForm(Versioned):
    why = text_area("撤回的原因", "写明撤回的原因", rows=2)


class HandInForm(Versioned):
    """One matter's material: a scan, or a file the unit's library has already."""

    key = forms.CharField(widget=forms.HiddenInput(), max_length=40)
    note = text_area("说明", rows=2)

    def __init__(self, *args: Any, item: MapItem, library: Sequence[StoredFile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.materials = item.materials
        self.initial.setdefault("key", uuid.uuid4().hex)
        kept = [(str(file.pk), file.name) for file in library]
        for n, material in enumerate(self.materials):
            name = f"{material['name']}{'' if material['main'] else '（次要材料）'}"
            self.fields[f"scan{n}"] = forms.FileField(label=name, required=False)
            if kept:
                self.fields[f"kept{n}"] = choice(f"{name}：用材料库里的文件", kept)
        self.order_fields([name for name in self.fields if name not in ("note", "key")])

    @property
    def groups(self) -> list[dict[str, Any]]:
        """One for each material, as the page shows them: its name, whether it is a main one, and its two fields."""
        kept = "kept0" in self.fields
        return [
            {
                "name": row["name"],
                "main": row["main"],
                "scan": self[f"scan{n}"],
                "kept": self[f"kept{n}"] if kept else None,
            }
            for n, row in enumerate(self.materials)
        ]
