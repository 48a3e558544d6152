"""Form widgets and the view of a bound field: label, hint, control and errors tied to each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import SafeString

# More options than this, none longer than this many characters, stand in columns.
MANY, SHORT = 8, 14


class YinuoRenderer(TemplatesSetting):
    """Makes `{{ form }}` and `{{ form.name.as_field_group }}` speak our design; set as FORM_RENDERER."""

    form_template_name = "components/form.html"
    field_template_name = "components/field_group.html"


class DateInput(forms.DateInput):
    """A native date control; it wants and gives ISO whatever the language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DecimalInput(forms.TextInput):
    """A number typed as text, so that what was typed is kept and the wheel changes nothing; `unit` stands behind it."""

    def __init__(self, attrs: dict[str, Any] | None = None, unit: str = "") -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})
        self.unit = unit


class CodeInput(forms.TextInput):
    """A code of letters and digits: no spelling check, no capital put in by a phone."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", **(attrs or {})}
        )


@dataclass(frozen=True, slots=True)
class ErrorLink:
    """One line of the error summary and the control it leads to."""

    text: str
    target: str


@dataclass(frozen=True, slots=True)
class FieldView:
    """A bound field, ready to be shown."""

    kind: str
    bound: BoundField
    label: str
    hint: str
    optional: bool
    errors: list[str]
    control: SafeString | str
    options: list[Any]
    hint_id: str
    error_id: str
    described_by: str
    unit: str
    unit_id: str
    lead: bool
    many: bool


def field_view(
    bound: BoundField, *, label: str, hint: str, unit: str, width: str, optional: bool | None, lead: bool
) -> FieldView:
    """Gathers what the template needs and renders the control with its ties.

    **Raises** TypeError when the name is no field: a misspelt field must not vanish from a form silently.
    """
    if not isinstance(bound, BoundField):
        raise TypeError(f"{{% field %}} wants a form's field, not {bound!r}")
    widget = bound.field.widget
    kind = _kind(widget)
    hint = hint or str(bound.help_text or "")
    unit = unit or getattr(widget, "unit", "")
    errors = [text for text, _generic in _error_texts(bound)]
    hint_id = f"{bound.auto_id}_hint" if hint else ""
    error_id = f"{bound.auto_id}_error" if errors else ""
    unit_id = f"{bound.auto_id}_unit" if unit else ""
    described_by = " ".join(filter(None, [hint_id, error_id, unit_id]))
    grouped = kind in ("radios", "checkboxes")
    attrs: dict[str, str | bool] = {"class": _classes(widget, kind, width)}
    if described_by and not grouped:
        attrs["aria-describedby"] = described_by
    return FieldView(
        kind=kind,
        bound=bound,
        label=label or str(bound.label or ""),
        hint=hint,
        optional=_optional(bound.field, kind) if optional is None else optional,
        errors=errors,
        control="" if grouped else bound.as_widget(attrs=attrs),
        options=list(bound.subwidgets) if grouped else [],
        hint_id=hint_id,
        error_id=error_id,
        described_by=described_by,
        unit=unit,
        unit_id=unit_id,
        lead=lead,
        many=kind == "checkboxes" and _many(bound),
    )


def _optional(field: forms.Field, kind: str) -> bool:
    """Whether “（选填）” is written; not where “不清楚” stands among the answers and is one itself."""
    if kind != "radios" or not isinstance(field, forms.ChoiceField):
        return not field.required and kind != "checkbox"
    unknown = any(value == "" for value, _ in field.choices)  # type: ignore[misc, union-attr]
    return not field.required and not unknown


def _many(bound: BoundField) -> bool:
    """Whether the options are many and short, so that they stand in columns."""
    words = [str(option.data["label"]) for option in bound.subwidgets]
    return len(words) > MANY and max(map(len, words)) <= SHORT


def error_links(sources: Iterable[Any]) -> Iterator[ErrorLink]:
    """Every error of forms, formsets or plain texts, in the order of the page."""
    for source in sources:
        if isinstance(source, str):
            if source:
                yield ErrorLink(source, "")
        elif isinstance(source, forms.BaseFormSet):
            yield from (ErrorLink(str(error), "") for error in source.non_form_errors())
            yield from error_links(source.forms)
        elif isinstance(source, forms.BaseForm):
            yield from _form_links(source)


def _form_links(form: forms.BaseForm) -> Iterator[ErrorLink]:
    yield from (ErrorLink(str(error), "") for error in form.non_field_errors())
    for bound in form:
        target = f"{bound.auto_id}_0" if _kind(bound.field.widget) in ("radios", "checkboxes") else bound.id_for_label
        for text, generic in _error_texts(bound):
            yield ErrorLink(f"{bound.label}：{text}" if generic else text, "" if bound.is_hidden else target)


def _error_texts(bound: BoundField) -> Iterator[tuple[str, bool]]:
    """Each error as it is told, and whether it is one of Django's own, which do not say what they speak of."""
    for error in bound.errors.as_data():
        own = {
            str(message)
            for kind in type(bound.field).__mro__
            for message in vars(kind).get("default_error_messages", {}).values()
        }
        for text in error.messages:
            if error.code == "required" and text in own:
                chosen = isinstance(bound.field, forms.ChoiceField) or isinstance(bound.field.widget, forms.FileInput)
                yield ("选择%s" if chosen else "填写%s") % bound.label, False
            else:
                yield text, str(error.message) in own


def _kind(widget: forms.Widget) -> str:
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return "checkboxes"
    if isinstance(widget, forms.RadioSelect):
        return "radios"
    if isinstance(widget, forms.CheckboxInput):
        return "checkbox"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "control"


def _classes(widget: forms.Widget, kind: str, width: str) -> str:
    own = widget.attrs.get("class", "")
    base = {"checkbox": "", "hidden": "", "file": "file"}.get(kind, "input")
    return " ".join(filter(None, [base, f"w-{width}" if width else "", own]))
