"""The public's forms. Those of GET filter or look up; nothing they carry is kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import unquote, urlsplit

from django import forms

from yinuo.core.codes import CodeError, parse_project_code
from yinuo.engine.rules import pack
from yinuo.site import guidebook
from yinuo.ui.components.forms import CodeInput, DateInput
from yinuo.ui.forms import set_choices

ANY = ("", "全部")


class GuideFilter(forms.Form):
    q = forms.CharField(label="事项名称或关键词", required=False, max_length=60)
    stage = forms.ChoiceField(label="阶段", required=False)
    department = forms.ChoiceField(label="部门", required=False)
    promise = forms.ChoiceField(
        label="能否承诺",
        required=False,
        choices=[ANY, ("yes-depends", "可以或视项目可承诺"), ("later", "尚未开办承诺"), ("no", "不能承诺")],
    )

    def __init__(self, data: Any, *, day: date) -> None:
        super().__init__(data)
        rules = pack()
        used = {matter.department for matter in rules.matters_at(day)}
        offices = [(key, row.short_name) for key, row in rules.departments.items() if key in used]
        set_choices(self, "stage", [ANY, *((row.id, row.name) for row in guidebook.scheme(day).stages)])
        set_choices(self, "department", [ANY, *offices])


class VerifyForm(forms.Form):
    """A project code, or what a phone read from the certificate's QR code."""

    code = forms.CharField(
        label="项目代码",
        max_length=300,
        help_text="印在备案证上，形如 2611-622927-04-01-123452。也可以粘贴扫码得到的网址。",
        widget=CodeInput(),
        error_messages={"required": "填写项目代码"},
    )
    project_code = ""
    credit_code = ""

    def clean_code(self) -> str:
        typed: str = self.cleaned_data["code"].strip()
        if "/verify/" in typed:
            parts = [unquote(part) for part in urlsplit(typed).path.split("/verify/", 1)[1].split("/")]
            typed, self.credit_code = parts[0], parts[1].strip() if len(parts) > 1 else ""
        try:
            parse_project_code(typed)
        except CodeError as error:
            raise forms.ValidationError(str(error)) from error
        self.project_code = typed
        return typed


class ReceiptForm(forms.Form):
    no = forms.CharField(
        label="回执编号", max_length=24, widget=CodeInput(), error_messages={"required": "填写回执上的编号"}
    )

    def clean_no(self) -> str:
        return str(self.cleaned_data["no"]).strip().upper()


class AsOf(forms.Form):
    """Which day's rules to show."""

    on = forms.DateField(
        label="以哪一天的规则为准",
        required=False,
        widget=DateInput(),
        error_messages={"invalid": "日期写作 2026-11-24"},
    )


UNSURE = ("", "不清楚")


class AskForm(AsOf):
    """May it be promised? The first three questions; what else would decide is asked afterwards, by its own name."""

    matter = forms.ChoiceField(label="审批事项", error_messages={"required": "选择要问的事项"})
    kind = forms.ChoiceField(label="项目类型", required=False)
    grade = forms.ChoiceField(label="企业信用等级", required=False)

    def __init__(self, data: Any, *, day: date, facts: Iterable[str] = ()) -> None:
        super().__init__(data)
        rules = pack()
        groups: dict[str, list[tuple[str, str]]] = {}
        for matter in rules.matters_at(day):
            groups.setdefault(rules.departments[matter.department].short_name, []).append((matter.id, matter.full_name))
        scale = next((row for row in rules.scales if day in row.span), None)
        grades = (
            [(band.grade, f"{band.grade}（{scale.classes[band.class_]['name']}）") for band in scale.bands]
            if scale
            else []
        )
        set_choices(self, "matter", [("", "请选择"), *groups.items()])
        set_choices(self, "kind", [UNSURE, *pack().facts["kind"].choices.items()])
        set_choices(self, "grade", [UNSURE, *grades, ("unrated", "未评级")])
        for path in facts:
            self.fields[f"f.{path}"] = fact_field(path)
        self.order_fields(["matter", "kind", "grade", *(f"f.{path}" for path in facts), "on"])

    def facts(self) -> dict[str, Any]:
        """What was answered, in the shape the rules read; an empty answer is unknown and stays away."""
        found: dict[str, Any] = {}
        if kind := self.cleaned_data.get("kind"):
            found["kind"] = kind
        for name, value in self.cleaned_data.items():
            if name.startswith("f.") and value not in ("", None):
                _put(found, name[2:], {"yes": True, "no": False}.get(value, value) if is_flag(name[2:]) else value)
        return found


def is_flag(path: str) -> bool:
    return pack().facts[path].type in ("flag", "quantity")


def fact_field(path: str) -> forms.Field:
    """The field that asks for a fact; always optional, for unknown is an answer."""
    spec = pack().facts[path]
    if spec.type == "flag":
        return forms.ChoiceField(
            label=spec.label, required=False, help_text=spec.help, choices=[UNSURE, ("yes", "是"), ("no", "否")]
        )
    if spec.choices:
        return forms.ChoiceField(
            label=spec.label, required=False, help_text=spec.help, choices=[UNSURE, *spec.choices.items()]
        )
    unit = f"（{spec.unit}）" if spec.unit else ""
    return forms.CharField(label=f"{spec.label}{unit}", required=False, help_text=spec.help, max_length=120)


def _put(tree: dict[str, Any], path: str, value: Any) -> None:
    *groups, name = path.split(".")
    for group in groups:
        tree = tree.setdefault(group, {})
    tree[name] = value
