"""The forms behind a parcel: one per thing its state leaves open."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone

from yinuo.core.codes import CodeError, check_credit_code
from yinuo.engine.catalogue.queries import book
from yinuo.engine.people.queries import find_unit
from yinuo.engine.rules import pack
from yinuo.rooms.land.indicators import INDICATORS, WORDS
from yinuo.rooms.land.models import BasicKind, LandChecklist, ListInput, Parcel
from yinuo.rooms.land.queries import interests_of
from yinuo.ui.components.forms import DateInput, DecimalInput
from yinuo.ui.forms import Versioned, choice, set_choices, text_area

MORE, MOST = 3, 40


class NotedForm(Versioned):
    """Something that is there since a day, with what shows it."""

    on = forms.DateField(
        label="自哪一天起", widget=DateInput(), error_messages={"required": "填写日期", "invalid": "填写日期"}
    )
    evidence = forms.CharField(
        label="依据", max_length=240, help_text="文件名称和文号、验收单等。", error_messages={"required": "写明依据"}
    )


class BasicForm(NotedForm):
    kind = choice("基本条件", BasicKind.choices, "选择基本条件")
    ready = choice("现状", [("yes", "已具备"), ("no", "经核查不具备")], "选择现状", radio=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("ready", "yes")
        self.order_fields(["version", "kind", "ready", "on", "evidence"])


class AssessmentForm(NotedForm):
    matter_id = choice("评估事项", (), "选择评估事项")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        day = timezone.localdate()
        rows = [(matter.id, matter.name) for matter in pack().matters_at(day) if matter.regional]
        set_choices(self, "matter_id", [("", "请选择"), *rows])
        self.fields["on"].label = "批准或者审查通过的日期"
        self.order_fields(["version", "matter_id", "on", "evidence"])


class IndicatorsForm(Versioned):
    """A figure for each indicator; one left empty is left out."""

    def __init__(self, *args: Any, parcel: Parcel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        required = {
            str(name) for name in pack().parameter("standard_land.required_indicators", timezone.localdate()).value
        }
        given = {row["id"]: row["value"] for row in parcel.indicators}
        for one in INDICATORS.values():
            hint = "“标准地”必须有。" if one.id in required else ""
            self.fields[one.id] = forms.CharField(
                label=f"{one.name}{WORDS[one.side]}", required=False, max_length=12, initial=given.get(one.id, ""),
                widget=DecimalInput(unit=one.unit), help_text=hint,
            )  # fmt: skip

    @property
    def values(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in INDICATORS}


class PlainForm(Versioned):
    """An act that needs nothing but the press of the button."""


class SaleForm(Versioned):
    """The buyer, from those interested or by its credit code, and the contract."""

    unit = choice("受让单位", (), "")
    credit_code = forms.CharField(
        label="其他单位的统一社会信用代码",
        required=False,
        max_length=18,
        help_text="受让单位没有登记意向的，填写代码。",
    )
    contract_number = forms.CharField(
        label="出让合同编号", max_length=60, error_messages={"required": "填写出让合同编号"}
    )
    contract_on = forms.DateField(
        label="签订日期", widget=DateInput(), error_messages={"required": "填写签订日期", "invalid": "填写签订日期"}
    )
    note = text_area("说明", "", "没有选择排在前面的优先单位的，写明条件不同等的理由。", rows=2)

    def __init__(self, *args: Any, parcel: Parcel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [(str(row.unit_id), row.unit.name) for row in interests_of(parcel.pk)]
        set_choices(self, "unit", [("", "请选择"), *rows])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        code = (data.get("credit_code") or "").strip().upper()
        if data.get("unit"):
            data["unit_id"] = int(data["unit"])
        elif not code:
            self.add_error("unit", "选择受让单位，或者填写它的统一社会信用代码")
        else:
            try:
                check_credit_code(code)
            except CodeError as error:
                self.add_error("credit_code", error.reason)
                return data
            if (unit := find_unit(code)) is None:
                self.add_error("credit_code", "没有这个单位，请先请它在平台登记")
            else:
                data["unit_id"] = unit.pk
        return data


class OpenListForm(forms.Form):
    """The survey, and who is asked; those the rules name are ticked."""

    key = forms.CharField(widget=forms.HiddenInput(), max_length=80)
    surveyed_on = forms.DateField(
        label="普查日期", widget=DateInput(), error_messages={"required": "填写普查日期", "invalid": "填写普查日期"}
    )
    survey = text_area(
        "土地现状", "填写土地现状普查情况", "地形标高、地上附着物、地下管线、权属、相邻关系等，一项一段。", rows=6
    )
    indicator_departments = forms.MultipleChoiceField(
        label="请提出评估关键指标要素的部门",
        widget=forms.CheckboxSelectMultiple(),
        error_messages={"required": "至少选择一个部门"},
    )
    design_departments = forms.MultipleChoiceField(
        label="请提出技术设计要点的部门和单位",
        widget=forms.CheckboxSelectMultiple(),
        error_messages={"required": "至少选择一个部门或单位"},
    )

    def __init__(self, *args: Any, parcel: Parcel, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        day = timezone.localdate()
        offices = book(parcel.hall_id).departments
        local = [
            (key, row.short_name) for key, row in offices.items() if not key.startswith(("province_", "prefecture_"))
        ]
        self.initial.setdefault("key", uuid4().hex)
        for name in ("indicator_departments", "design_departments"):
            set_choices(self, name, local)
            self.initial.setdefault(name, [str(key) for key in pack().parameter(f"land_list.{name}", day).value])


class PointsForm(Versioned):
    """What an office says, point by point; empty rows are left out, `more` opens further ones."""

    count = forms.IntegerField(widget=forms.HiddenInput(), min_value=1, max_value=MOST)
    nothing = forms.BooleanField(label="没有要求", required=False)

    def __init__(
        self, data: Any = None, *, points: list[dict[str, str]] | None = None, more: bool = False, **kwargs: Any
    ) -> None:
        said = points or []
        try:
            count = int((data or {}).get("count", 0) or 0)
        except ValueError:
            count = 0
        count = min(max(count, len(said) + 1, 2), MOST)
        if more:
            count = min(count + MORE, MOST)
        super().__init__(data, **kwargs)
        self.numbers = range(count)
        self.initial["count"] = count
        for n in self.numbers:
            row = said[n] if n < len(said) else {}
            self.fields[f"{n}-subject"] = forms.CharField(
                label="事项", required=False, max_length=80, initial=row.get("subject", "")
            )
            self.fields[f"{n}-text"] = forms.CharField(
                label="要求",
                required=False,
                max_length=1000,
                initial=row.get("text", ""),
                widget=forms.Textarea({"rows": 2}),
            )
            self.fields[f"{n}-basis"] = forms.CharField(
                label="依据", required=False, max_length=200, initial=row.get("basis", "")
            )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for n in self.numbers:
            row = {name: data.get(f"{n}-{name}", "") for name in ("subject", "text", "basis")}
            if any(row.values()):
                for name, word in (("subject", "事项"), ("text", "要求")):
                    if not row[name] and f"{n}-{name}" not in self.errors:
                        self.add_error(f"{n}-{name}", f"第 {n + 1} 条：写明{word}")
        return data

    @property
    def points(self) -> list[dict[str, str]]:
        rows = [
            {name: self.cleaned_data.get(f"{n}-{name}", "") for name in ("subject", "text", "basis")}
            for n in self.numbers
        ]
        return [row for row in rows if any(row.values())]

    @property
    def rows(self) -> list[tuple[int, Any, Any, Any]]:
        return [(n + 1, self[f"{n}-subject"], self[f"{n}-text"], self[f"{n}-basis"]) for n in self.numbers]


class CorrectForm(PointsForm):
    why = text_area("更正的原因", "写明更正的原因", "受让单位会看到。", rows=2)


def points_of(row: ListInput) -> list[dict[str, str]]:
    return [dict(point) for point in row.points]


def waiting_of(land_list: LandChecklist) -> int:
    return sum(row.answered_at is None for row in land_list.inputs.all())
