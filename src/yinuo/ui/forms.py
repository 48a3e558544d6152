"""Forms of the staff's pages on filings; every form on a versioned row sends back the version it saw."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict

from yinuo.engine.rules import pack
from yinuo.ui.components.forms import DateInput

YES_NO = [("yes", "是"), ("no", "否")]


def text_area(label: str, required: str = "", help_text: str = "", rows: int = 4, most: int = 4000) -> forms.CharField:
    """A text of several lines; `required` is what to do when it is left empty, nothing makes it optional."""
    return forms.CharField(
        label=label,
        required=bool(required),
        help_text=help_text,
        max_length=most,
        widget=forms.Textarea({"rows": rows}),
        error_messages={"required": required},
    )


def reasons(prefix: str) -> list[tuple[str, str]]:
    """The pack's reasons of one kind, as choices."""
    return [(reason.id, reason.text) for reason in pack().reasons.values() if reason.id.startswith(f"{prefix}.")]


def choice(
    label: str, choices: Iterable[tuple[str, str]], required: str = "", help_text: str = "", radio: bool = False
) -> forms.ChoiceField:
    """One of a list; a select begins with nothing chosen."""
    listed = list(choices)
    return forms.ChoiceField(
        label=label,
        choices=listed if radio else [("", "请选择"), *listed],
        required=bool(required),
        help_text=help_text,
        widget=forms.RadioSelect() if radio else forms.Select(),
        error_messages={"required": required},
    )


def set_choices(form: forms.BaseForm, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """What a form offers once it knows for whom. Raises TypeError for a field that offers nothing."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} is no field of choices")
    field.choices = list(choices)


def typed_data(form: forms.BaseForm) -> QueryDict:
    """A copy of what was sent, to be changed before the form is shown again."""
    assert isinstance(form.data, QueryDict)
    return form.data.copy()


def quiet(form: forms.BaseForm) -> None:
    """Shows a bound form without checking it: a button that only adds a row must not complain about the others."""
    form._errors = ErrorDict()  # type: ignore[attr-defined]


class Versioned(forms.Form):
    """A form on a row that may have changed since it was opened."""

    version = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


class ConfirmForm(Versioned):
    """Review: nothing to write, the project goes on."""


class WithdrawForm(Versioned):
    """撤回备案 with the concrete problem."""

    reason = choice("撤回的情形", (), "选择撤回的情形")
    problem = text_area(
        "存在的具体问题", "写明存在的具体问题", "项目单位会看到这段文字，请写清楚哪一项、错在哪里、应当怎样办。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "reason", [("", "请选择"), *reasons("withdrawal")])

    @property
    def text(self) -> str:
        return f"{pack().reasons[self.cleaned_data['reason']].text}：{self.cleaned_data['problem']}"


class ManualForm(Versioned):
    """A filing the rules held back, decided by hand."""

    approve = choice("办理结果", [("yes", "准予备案"), ("no", "不予备案")], "选择办理结果", radio=True)
    why = text_area(
        "理由和依据", "写明理由和依据", "准予备案的，写明为什么可以；不予备案的，写明依据和项目单位可以怎样办。"
    )


class FactsForm(Versioned):
    """What only a clerk may confirm, one question per fact."""

    note = text_area("确认的依据", "写明确认的依据", rows=2)

    def __init__(self, *args: Any, questions: Iterable[tuple[str, str, str]], **kwargs: Any) -> None:
        """`questions`: (fact path, label, hint)."""
        super().__init__(*args, **kwargs)
        self.paths = []
        for path, label, hint in questions:
            self.paths.append(path)
            self.fields[path] = choice(label, YES_NO, "选择是或否", hint, radio=True)
        self.order_fields(["version", *self.paths, "note"])

    @property
    def answers(self) -> dict[str, bool]:
        return {path: self.cleaned_data[path] == "yes" for path in self.paths}


def day_field(label: str, help_text: str = "", required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=required,
        widget=DateInput(),
        error_messages={"required": f"填写{label}"},
    )
