"""What the unit's and the principal's pages of grants share: the form, and a grant as it is shown."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django import forms

from yinuo.chain.words import FIELDS, OF_PROJECTS, TYPES
from yinuo.core.calendar import DAY, TZ
from yinuo.engine.rules import pack
from yinuo.rooms.grants.models import ChainNode, Grant
from yinuo.rooms.grants.queries import lapsed
from yinuo.ui.components.forms import DateInput
from yinuo.ui.forms import set_choices

KINDS = [(one, TYPES[one]) for one in OF_PROJECTS]


@dataclass(frozen=True, slots=True)
class Line:
    """A grant in a list: what of, which records, until when, and why it does not hold any more (“” = it does)."""

    row: Grant
    scope: str
    records: str
    last_on: date
    over: str


def line_of(row: Grant, at: datetime) -> Line:
    if row.project is not None:
        scope = row.project.name
    else:
        scope = "本单位的全部项目" if row.unit_id else "本大厅的全部项目"
    records = "、".join(TYPES[one] for one in row.types) or "全部记录"
    if row.fields:
        records += f"（只看{'、'.join(FIELDS[one] for one in row.fields)}）"
    last = row.until_at.astimezone(TZ).date() - DAY
    return Line(row, scope, records, last, lapsed(row, at))


class GrantForm(forms.Form):
    """`until` is the last day it holds."""

    node = forms.ChoiceField(label="授权给谁", error_messages={"required": "选择一个机构"})
    project = forms.ChoiceField(label="查询哪些项目", required=False)
    types = forms.MultipleChoiceField(
        label="查询哪些记录",
        choices=KINDS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="都不选，就是全部记录。",
    )
    fields_ = forms.MultipleChoiceField(
        label="只看哪些内容",
        choices=list(FIELDS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="都不选，就是这些记录的全部内容。",
    )
    until = forms.DateField(
        label="到哪天止（含当天）", widget=DateInput(), error_messages={"invalid": "填写日期，如 2027-03-01"}
    )
    basis_text = forms.CharField(
        label="依据",
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "写明为什么授权、依据什么"},
    )
    key = forms.CharField(required=False, widget=forms.HiddenInput, max_length=80)

    def __init__(
        self,
        *args: Any,
        nodes: Sequence[ChainNode],
        projects: Sequence[tuple[int, str]],
        everything: str,
        at: datetime,
        **kwargs: Any,
    ) -> None:
        longest = pack().integer("chain.grant_longest", at.astimezone(TZ).date())
        initial = {"until": at.astimezone(TZ).date() + longest // 2 * DAY, "key": f"grant:{uuid.uuid4()}"}
        super().__init__(*args, **{"label_suffix": "", "initial": initial, **kwargs})
        set_choices(self, "node", [("", "请选择"), *((one.pk, f"{one.get_kind_display()}：{one}") for one in nodes)])
        set_choices(self, "project", [("", everything), *projects])
        self.fields["until"].help_text = f"最长 {longest} 天，到期可以再授权，随时可以撤回。"

    def values(self) -> dict[str, Any]:
        """As the actions take them."""
        given = self.cleaned_data
        return {
            "node_id": int(given["node"]),
            "project_id": int(given["project"]) if given["project"] else None,
            "types": given["types"],
            "fields": given["fields_"],
            "until_at": datetime.combine(given["until"] + DAY, time(), TZ),
            "basis_text": given["basis_text"],
            "idempotency_key": given["key"],
        }

    def clean_until(self) -> date:
        last: date = self.cleaned_data["until"]
        if last.year > 2100:
            raise forms.ValidationError("请写 2100 年以前的日期")
        return last


class WithdrawForm(forms.Form):
    why = forms.CharField(
        label="为什么撤回", max_length=200, widget=forms.Textarea({"rows": 2}), error_messages={"required": "写明原因"}
    )
    version = forms.IntegerField(widget=forms.HiddenInput())
