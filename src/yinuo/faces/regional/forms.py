"""Forms of an assessment's steps; the report's conditions are put together from plain fields into what core reads."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django import forms

from yinuo.core.calendar import DAY
from yinuo.core.wording import in_words
from yinuo.engine.base import Actor, Refused
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.rules import pack
from yinuo.rooms.regional.models import Payer, RegionalAssessment
from yinuo.ui.components.forms import CodeInput, DateInput, DecimalInput
from yinuo.ui.forms import Versioned, choice, text_area

EXCLUDED_MOST = 3
BOUNDS = {"land_area": "用地面积最多", "floor_area": "建筑面积最多"}


class OpinionForm(forms.Form):
    text = text_area("意见", "写明意见；没有意见的写“无意见”", rows=3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class CommissionForm(Versioned):
    institution = forms.CharField(label="评估机构", max_length=120, error_messages={"required": "填写评估机构的名称"})
    institution_code = forms.CharField(
        label="统一社会信用代码",
        max_length=18,
        widget=CodeInput(),
        error_messages={"required": "填写评估机构的统一社会信用代码"},
    )
    qualification = forms.CharField(
        label="资质",
        max_length=160,
        help_text="名称和等级。",
        error_messages={"required": "填写资质：只能委托具备相应资质的机构"},
    )
    payer = choice("费用由谁负担", Payer.choices, "选择费用由谁负担", radio=True)
    cost = forms.DecimalField(
        label="评估费用（元）",
        max_digits=12,
        decimal_places=2,
        min_value=0,
        widget=DecimalInput(),
        error_messages={"required": "填写评估费用"},
    )
    share = forms.DecimalField(
        label="每个项目应返还（元）",
        max_digits=12,
        decimal_places=2,
        min_value=0,
        required=False,
        widget=DecimalInput(),
        help_text="只在财政垫付时填；现行规则不向企业收取，只记台账。",
    )

    def clean_share(self) -> Any:
        return self.cleaned_data["share"] or 0


class ReasonForm(Versioned):
    reason = text_area("理由", "写明理由", rows=3)


class WithdrawForm(Versioned):
    why = text_area("撤回的理由", "写明撤回的理由", rows=3)


class ApproveForm(Versioned):
    document_number = forms.CharField(label="批准文号", max_length=60, error_messages={"required": "填写批准文号"})
    text = text_area("审查意见", rows=3)


class ReportForm(Versioned):
    title = forms.CharField(label="报告名称", max_length=160, error_messages={"required": "填写报告名称"})
    report_number = forms.CharField(label="报告编号", max_length=60, error_messages={"required": "填写报告编号"})
    report_on = forms.DateField(label="报告日期", widget=DateInput(), error_messages={"required": "填写报告日期"})
    file = forms.FileField(
        label="评估报告（PDF）", required=False, help_text="报告随结果向社会公开。再次保存时不选即沿用原来的文件。"
    )
    kept = forms.CharField(widget=forms.HiddenInput, required=False)
    scope = text_area("适用范围", "写明适用范围", rows=3)
    industries = forms.CharField(
        label="行业",
        required=False,
        max_length=400,
        help_text="GB/T 4754 代码或其开头，用空格隔开，如 13 26；不限行业的不填。",
        widget=CodeInput(),
    )
    land_area = forms.IntegerField(
        label=f"{BOUNDS['land_area']}（平方米）", min_value=0, required=False, widget=DecimalInput()
    )
    floor_area = forms.IntegerField(
        label=f"{BOUNDS['floor_area']}（平方米）", min_value=0, required=False, widget=DecimalInput()
    )
    eia = forms.MultipleChoiceField(
        label="环评类别",
        required=False,
        widget=forms.CheckboxSelectMultiple(),
        help_text="不限的不选。",
    )
    obligations = text_area("项目仍须做到", help_text="一行一条；没有的不填。", rows=3)
    from_on = forms.DateField(label="生效日期", widget=DateInput(), error_messages={"required": "填写生效日期"})
    last_on = forms.DateField(
        label="最后有效的一天", widget=DateInput(), error_messages={"required": "填写最后有效的一天"}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["eia"].choices = list(pack().facts["eia"].choices.items())  # type: ignore[attr-defined]
        named = sorted(
            (in_words(predicate, pack().facts), name)
            for name, predicate in pack().predicates.items()
            if not predicate.bounds
        )
        for number in range(1, EXCLUDED_MOST + 1):
            of = f"不适用的情形 {number}"
            self.fields[f"excluded_{number}"] = choice(of, [(name, words[:90]) for words, name in named])
            self.fields[f"why_{number}"] = forms.CharField(label=f"{of}：写明", max_length=160, required=False)
            self.fields[f"law_{number}"] = forms.CharField(
                label=f"{of}：要求单独评估评审的法律条文",
                max_length=120,
                required=False,
                help_text="没有的不填。" if number == 1 else "",
            )

    @classmethod
    def initial_of(cls, found: RegionalAssessment) -> dict[str, Any]:
        """What the form opens with where a report was recorded already."""
        kept = {name: found.conditions.get(name, {}) for name in ("most", "one_of")}
        made: dict[str, Any] = {
            name: getattr(found, name) or None for name in ("title", "report_number", "report_on", "scope", "from_on")
        }
        made |= {
            "kept": found.report_file_id or "",
            "industries": " ".join(found.conditions.get("industries", [])),
            **{path: kept["most"].get(path) for path in BOUNDS},
            "eia": kept["one_of"].get("eia", []),
            "obligations": "\n".join(found.obligations),
            "last_on": found.to_on - DAY if found.to_on else None,
        }
        for number, row in enumerate(found.conditions.get("excluded", [])[:EXCLUDED_MOST], 1):
            made |= {f"excluded_{number}": row["predicate"], f"why_{number}": row["why"], f"law_{number}": row["law"]}
        return made

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for number in range(1, EXCLUDED_MOST + 1):
            if bool(cleaned.get(f"excluded_{number}")) != bool(cleaned.get(f"why_{number}")):
                self.add_error(f"why_{number}", "不适用的情形要选定条件，并用一句话写明")
        return cleaned

    def take(self, actor: Actor, at: datetime) -> bool:
        """Stores the report that came, or keeps the one stored before; False with the fault at the field."""
        sent = self.cleaned_data.get("file")
        if sent:
            try:
                stored = store_upload(actor=actor, name=sent.name, content=sent.read(), unit_id=None, at=at)
            except Refused as refusal:
                self.add_error("file", str(refusal))
                return False
            self.file_id = stored.pk
        else:
            kept = self.cleaned_data.get("kept", "")
            self.file_id = int(kept) if kept.isascii() and kept.isdecimal() and len(kept) < 18 else 0
        return True

    def values(self) -> dict[str, Any]:
        """As record_report takes them."""
        data = self.cleaned_data
        most = {path: data[path] for path in BOUNDS if data[path] is not None}
        conditions = {
            "industries": re.split(r"[\s,，、；;]+", data["industries"].strip()) if data["industries"].strip() else [],
            "most": most,
            "one_of": {"eia": data["eia"]} if data["eia"] else {},
            "excluded": [
                {"predicate": data[f"excluded_{number}"], "why": data[f"why_{number}"], "law": data[f"law_{number}"]}
                for number in range(1, EXCLUDED_MOST + 1)
                if data[f"excluded_{number}"]
            ],
        }
        same = {name: data[name] for name in ("version", "title", "report_number", "report_on", "scope", "from_on")}
        return {
            **same,
            "file_id": self.file_id,
            "conditions": conditions,
            "obligations": data["obligations"].splitlines(),
            "to_on": data["last_on"] + DAY,
        }
