"""Facts as form fields: what was typed goes through core's own check, so that form and rules never disagree."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from django import forms
from django.utils import timezone

from yinuo.core.facts import UNKNOWN, look_up
from yinuo.core.form import Question
from yinuo.core.industries import CLASS_DIGITS, classes_of, digits, name_of
from yinuo.core.schema import FactSpec, validate
from yinuo.engine.catalogue.queries import book, filing_halls, hall_of_region
from yinuo.engine.rules import pack
from yinuo.faces.projects import industry_words
from yinuo.faces.projects.industries import INDUSTRIES
from yinuo.faces.projects.steps import bundled, nested
from yinuo.rooms.regional import queries as regional
from yinuo.ui.components.forms import CodeInput, DateInput, DecimalInput
from yinuo.ui.components.text import grouped, iso_words

UNSURE = ("", "不清楚")
ZONE = "site.zone_id"
SHORT_LIST = 5
AMOUNT = ".amount"
UNIT = ".unit"
# An area may be typed in what people measure land in; the facts hold square metres.
AREA_UNITS = {"m2": ("平方米", Fraction(1)), "mu": ("亩", Fraction(2000, 3)), "ha": ("公顷", Fraction(10_000))}


@dataclass(frozen=True, slots=True)
class FactField:
    """A field ready for the page, with the unit core names for it."""

    bound: Any
    unit: str
    width: str
    optional: bool


@dataclass(frozen=True, slots=True)
class Part:
    """Fields in sight, or folded under `title`; `told` says how they stand.

    Open where something is wrong or answered 是.
    """

    title: str
    fields: tuple[FactField, ...]
    told: str
    open: bool


class FactForm(forms.Form):
    """The facts of `paths`.

    `partial`: saved on the way, nothing is required; what is typed must be right all the same.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        paths: Iterable[str],
        required: frozenset[str] = frozenset(),
        partial: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.paths = list(paths)
        for path in self.paths:
            for name, field in fields_of(pack().facts[path], path in required).items():
                field.required = field.required and not partial
                self.fields[name] = field
        self._keep_zone()
        self._name_industry()
        self._in_mu()

    def _keep_zone(self) -> None:
        """A zone that is closed since, or was named in free text, stays what the project says until somebody changes
        it.
        """
        field, said = self.fields.get(ZONE), (self.initial or {}).get(ZONE)
        if isinstance(field, forms.ChoiceField) and said:
            # Given as pairs: no groups, nothing to be called.
            offered: list[tuple[str, str]] = list(field.choices)  # type: ignore[arg-type]
            if said not in dict(offered):
                field.choices = [*offered, (said, words_of(ZONE, said))]

    def _name_industry(self) -> None:
        """A code stands with its name: nobody knows by heart what 032 is."""
        field, code = self.fields.get("industry"), str((self.initial or {}).get("industry") or "")
        if field and (name := name_of(code)):
            field.help_text = f"{code} 是{name}。{field.help_text}"

    def _in_mu(self) -> None:
        """An area stands with what it is in 亩."""
        for path in self.paths:
            if _is_area(path) and (told := in_mu((self.initial or {}).get(path))):
                area = words_of(path, self.initial[path]).partition("（")[0]
                self.fields[path].help_text = f"{area}，合{told}。"

    def clean_industry(self) -> str:
        """A code as it is; a name as the code it stands for, or, where several come near, the question which."""
        typed = str(self.cleaned_data["industry"])
        text = plain_number(typed).upper()
        if not text or re.fullmatch(pack().facts["industry"].pattern, text):
            found = classes_of(text) if text and len(digits(text)) < CLASS_DIGITS else []
            if not found:
                return text
        else:
            found = industry_words.suggest(typed)
        if len(found) == 1:
            return found[0][0]
        field = self.fields["industry"]
        if not found:
            say = "没有认出这个行业。换个说法，或者填 GB/T 4754 代码"
            raise forms.ValidationError(
                say if field.required else "没有认出这个行业。换个说法，或者填 GB/T 4754 代码；也可以留空"
            )
        none = "都不是，换个说法" if field.required else "都不是，先留空"
        offered = [(code, f"{name}（{code}）") for code, name in found] + [("", none)]
        self.fields["industry"] = forms.ChoiceField(
            label=field.label, required=field.required, widget=forms.RadioSelect(), choices=offered
        )
        # The page has asked for the field already and would show the old one.
        self._bound_fields_cache.pop("industry", None)  # type: ignore[attr-defined]
        raise forms.ValidationError(f"“{typed[:30]}”可能是下面几个行业，请选一个")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for fault in validate(nested(self.values(cleaned)), pack().facts):
            if fault.path not in self.errors:
                place = fault.path + AMOUNT if fault.path + AMOUNT in self.fields else fault.path
                self.add_error(place, fault.message)
        return cleaned

    def values(self, cleaned: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Path → value; None takes a fact back to unknown."""
        source = self.cleaned_data if cleaned is None else cleaned
        return {path: value_of(pack().facts[path], source) for path in self.paths if path in source}

    def facts(self) -> dict[str, Any]:
        return nested(self.values())

    def opened_with(self) -> dict[str, Any] | None:
        """What stood in the form when it was opened, by path; None where the page did not say."""
        try:
            told = json.loads(self.cleaned_data.get("seen") or "null")
        except ValueError:
            return None
        return told if isinstance(told, dict) else None

    def shown(self) -> Iterator[FactField]:
        """The facts' fields in their order."""
        for name in self.fields:
            if (path := _path_of(name)) in self.paths:
                spec = pack().facts[path]
                unit = (
                    spec.unit
                    if not _is_area(name) and (spec.type in ("decimal", "integer") or name.endswith(AMOUNT))
                    else ""
                )
                width = (
                    ""
                    if unit
                    else "12"
                    if _is_area(name)
                    else "20"
                    if spec.type == "text" and not _question(name).long
                    else ""
                )
                # 不清楚 is among the answers: that one may leave it open need not be said again.
                unsure = UNSURE in getattr(self.fields[name], "choices", ()) or bool(_question(name).careful)
                yield FactField(
                    self[name],
                    "" if name.endswith(UNIT) else unit,
                    width,
                    not (self.fields[name].required or unsure or name != path),
                )

    def parts(self) -> list[Part]:
        """The fields as the page shows them: what few projects have is folded away."""
        of: dict[str, list[FactField]] = {}
        for item in self.shown():
            of.setdefault(_path_of(item.bound.name), []).append(item)
        made = []
        for title, paths in bundled(self.paths):
            fields = tuple(item for path in paths for item in of[path])
            told, yes = self._told(paths) if title else ("", False)
            made.append(Part(title, fields, told, yes or any(item.bound.errors for item in fields)))
        return made

    def _told(self, paths: Iterable[str]) -> tuple[str, bool]:
        """What is folded away, in words, and whether any of it was answered 是."""
        answers = {path: self[path].value() for path in paths}
        yes = [pack().facts.label(path) for path, value in answers.items() if value in ("true", "some")]
        if yes:
            return f"是：{'、'.join(yes)}", True
        if all(value in ("false", "none") for value in answers.values()):
            return f"都不涉及：{'、'.join(pack().facts.label(path) for path in answers)}", False
        return "、".join(pack().facts.label(path) for path in answers), False


def _question(path: str) -> Question:
    return pack().form.question(path)


def _is_area(path: str) -> bool:
    """Whether an area may be typed in 亩 and 公顷 too."""
    return _question(path).mu


def _path_of(name: str) -> str:
    """The fact a field belongs to: a quantity and an area have two."""
    return name.removesuffix(AMOUNT) if name.endswith(AMOUNT) else name.removesuffix(UNIT)


def fields_of(spec: FactSpec, required: bool) -> dict[str, forms.Field]:
    """The one field of a fact; a quantity has two: whether there is any, and how much; an area has its unit."""
    asked = _question(spec.path)
    help_text = spec.help if asked.help is None else asked.help
    if spec.example:
        help_text = f"{help_text}{'，' if help_text else ''}例如 {spec.example}"
    common: dict[str, Any] = {"label": spec.label, "help_text": help_text, "required": required}
    if asked.missing:
        common["error_messages"] = {"required": asked.missing}
    if spec.path == "region":
        regions = [(hall.region.code, hall.region.name) for hall in filing_halls()]
        return {spec.path: _choice(regions, **{**common, "help_text": ""})}
    if spec.path == "industry":
        common["help_text"] = "写行业名称或者 GB/T 4754 代码，如“有机肥”或 2625。"
    if spec.path == ZONE:
        zones = [(zone.key, zone.name) for zone in regional.zones(timezone.localdate())]
        help_text = "园区做过区域评估的，符合条件的事项不用单独评估。" if zones else ""
        offered = [("", "不在园区内"), *zones]
        return {
            spec.path: forms.ChoiceField(choices=offered, widget=forms.Select(), **{**common, "help_text": help_text})
        }
    if spec.type == "flag":
        words = [("true", "是"), ("false", "否")]
        return {spec.path: _choice(words if required else [*words, UNSURE], **common)}
    if spec.type == "choice":
        return {spec.path: _choice(_ordered(spec, required), **common)}
    if spec.type == "quantity":
        whether = _choice([("none", "没有"), ("some", "有"), UNSURE], **common)
        amount = forms.CharField(
            label=f"{spec.label}：数量", required=False, widget=DecimalInput(), help_text="有的话，知道多少填多少"
        )
        return {spec.path: whether, spec.path + AMOUNT: amount}
    if spec.type == "date":
        return {
            spec.path: forms.DateField(
                widget=DateInput(),
                **{
                    **common,
                    "error_messages": {**common.get("error_messages", {}), "invalid": "填写日期，如 2027-03-01"},
                },
            )
        }
    if spec.type in ("decimal", "integer"):
        made: dict[str, forms.Field] = {spec.path: forms.CharField(widget=DecimalInput(), **common)}
        if asked.mu:
            units = [(key, word) for key, (word, _size) in AREA_UNITS.items()]
            made[spec.path + UNIT] = _choice(units, label=f"{spec.label}的单位", required=False, initial="m2")
        return made
    return {spec.path: forms.CharField(widget=_text_widget(spec), max_length=2000 if asked.long else 160, **common)}


def _choice(choices: list[tuple[str, str]], **common: Any) -> forms.ChoiceField:
    few = len(choices) <= SHORT_LIST + 1
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect() if few else forms.Select(), **common)


def _ordered(spec: FactSpec, required: bool) -> list[tuple[str, str]]:
    choices = list({**spec.choices, **_question(spec.path).careful}.items())
    if required or _question(spec.path).careful:
        return choices
    return [*choices, UNSURE] if len(choices) <= SHORT_LIST else [UNSURE, *choices]


def _text_widget(spec: FactSpec) -> forms.Widget:
    if spec.path == "industry":
        return CodeInput({"list": "industries"})
    if _question(spec.path).long:
        return forms.Textarea({"rows": 4})
    if spec.choices:
        return forms.Select(choices=[UNSURE, *spec.choices.items()])
    return forms.TextInput()


def value_of(spec: FactSpec, cleaned: Mapping[str, Any]) -> Any:
    """The fact in the form core reads; None where it is not known."""
    value = cleaned.get(spec.path)
    if spec.type == "quantity":
        amount = plain_number(str(cleaned.get(spec.path + AMOUNT) or ""))
        if value == "none":
            return "0"
        return amount or (True if value == "some" else None)
    if value in (None, ""):
        return None
    if spec.type == "flag":
        return value == "true"
    if spec.type in ("decimal", "integer"):
        return _in_metres(plain_number(str(value)), cleaned.get(spec.path + UNIT))
    if spec.type == "date":
        return value.isoformat()
    return unicodedata.normalize("NFKC", value).strip() if spec.path == "industry" else str(value).strip()


def _in_metres(number: str, unit: Any) -> str:
    """An area in square metres, to the hundredth; what is no number stays as it was typed."""
    if unit not in ("mu", "ha") or not re.fullmatch(r"\d+(\.\d+)?", number):
        return number
    return f"{_hundredths(Fraction(number) * AREA_UNITS[unit][1]).normalize():f}"


def in_mu(area: Any) -> str:
    """Square metres as 亩, to the hundredth; nothing for what is no number."""
    number = plain_number(str(area or ""))
    if not re.fullmatch(r"\d+(\.\d+)?", number):
        return ""
    return f" {grouped(_hundredths(Fraction(number) / AREA_UNITS['mu'][1]))} 亩"


def _hundredths(number: Fraction) -> Decimal:
    return Decimal(round(number * 100)) / 100


def plain_number(text: str) -> str:
    """1，234.5 as people type it → 1234.5; anything else stays as it was typed, for core to refuse."""
    return "".join(unicodedata.normalize("NFKC", text).replace(",", "").split())


def initial_of(facts: Mapping[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """What the fields show for facts already known."""
    made: dict[str, Any] = {}
    for path in paths:
        value = look_up(facts, path)
        if value is UNKNOWN:
            continue
        if pack().facts[path].type == "quantity":
            if value is True or value is False:
                made[path] = "some" if value else "none"
            else:
                made[path] = "none" if _zero(value) else "some"
                made[path + AMOUNT] = "" if _zero(value) else value
        else:
            made[path] = str(value).lower() if isinstance(value, bool) else value
            if _is_area(path):
                made[path + UNIT] = "m2"
    return made


def _zero(value: Any) -> bool:
    try:
        return Decimal(str(value)) == 0
    except InvalidOperation:
        return False


def words_of(path: str, value: Any) -> str:
    """A fact's value as people read it; empty when unknown."""
    spec = pack().facts[path]
    if value is UNKNOWN or value is None:
        return ""
    if isinstance(value, bool):
        return ("有" if value else "没有") if spec.type == "quantity" else ("是" if value else "否")
    if spec.type == "quantity" and _zero(value):
        return "没有"
    if spec.type in ("decimal", "integer", "quantity"):
        mu = f"（{in_mu(value).strip()}）" if _is_area(path) and in_mu(value) else ""
        return f"{grouped(value) or value}{' ' + spec.unit if spec.unit else ''}{mu}"
    if spec.type == "date":
        return iso_words(str(value))
    if path == "industry":
        return f"{value} {name_of(str(value))}".strip()
    if path == ZONE:
        return regional.zone_names([str(value)]).get(str(value), str(value))
    if path == "region":
        hall_id = hall_of_region(str(value))
        return book(hall_id).hall.region.name if hall_id else str(value)
    return _question(path).careful.get(str(value)) or spec.choices.get(str(value), str(value))


def anchor(path: str) -> str:
    """The id of the control a link leads to: of radios the first."""
    spec = pack().facts[path]
    radios = (
        spec.type in ("flag", "quantity")
        or path == "region"
        or (spec.type == "choice" and len(spec.choices) <= SHORT_LIST)
    )
    return f"id_{path}_0" if radios else f"id_{path}"


def suggestions() -> list[tuple[str, str]]:
    return [one for code in INDUSTRIES for one in classes_of(code)]
