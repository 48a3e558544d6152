"""The components: what they tie together, what they refuse, and that nothing about them drifts from what is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.http import Http404
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.test.html import Element, parse_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from yinuo.core import masking
from yinuo.core.clock import ProofDay
from yinuo.ui import components
from yinuo.ui.components import text
from yinuo.ui.components.forms import DateInput, DecimalInput
from yinuo.ui.components.marks import MARKS, bar
from yinuo.ui.components.shapes import (
    Card,
    Cell,
    Column,
    Fact,
    InboxRow,
    MapStage,
    NavItem,
    RankRow,
    Row,
    Task,
)
from yinuo.ui.styleguide import views
from yinuo.ui.templatetags.yinuo import register

WEB = Path(components.__file__).resolve().parents[1]
OWN_TEMPLATES = [
    WEB / "templates" / "base.html",
    *(WEB / "templates").glob("components/*.html"),
    *(WEB / "templates").glob("errors/*.html"),
]
STYLES = sorted((WEB / "static" / "css").glob("*.css"))
NBSP = "\u00a0"


def render(source: str, **context: Any) -> str:
    return Template("{% load yinuo %}" + source).render(Context(context))


def elements(html: str) -> Iterator[Element]:
    """All elements of a fragment; the parser itself refuses tags that do not close."""
    todo: list[Any] = [parse_html(html)]
    while todo:
        element = todo.pop(0)
        if isinstance(element, Element):
            yield element
            todo = [*element.children, *todo]


def attributes(element: Element) -> dict[str, str]:
    return dict(element.attributes)


def one(html: str, tag: str, /, **wanted: str) -> dict[str, str]:
    """The attributes of the only element of that name and those attributes."""
    found = [attributes(e) for e in elements(html) if e.name == tag and wanted.items() <= attributes(e).items()]
    assert len(found) == 1, (tag, wanted, found)
    return found[0]


class Filing(forms.Form):
    name = forms.CharField(label="项目名称", help_text="写全称", error_messages={"required": "写项目名称"})
    money = forms.DecimalField(
        label="总投资",
        help_text="含设备",
        widget=DecimalInput(unit="万元"),
        error_messages={"invalid": "写成数字"},
        required=False,
    )
    policy = forms.ChoiceField(
        label="产业政策",
        choices=[("a", "鼓励"), ("b", "允许")],
        widget=forms.RadioSelect(),
        error_messages={"required": "选产业政策"},
    )
    starts_on = forms.DateField(label="开工", widget=DateInput(), required=False)
    token = forms.CharField(widget=forms.HiddenInput(), required=False)
    pledge = forms.BooleanField(label="我单位承诺", error_messages={"required": "确认后勾选"})

    def clean(self) -> dict[str, Any]:
        if self.data.get("clash"):
            raise forms.ValidationError("这一页在别处改过了")
        return super().clean() or {}


@pytest.fixture(scope="module")
def style_guide() -> str:
    return render_to_string("styleguide/index.html", views.context())


# ── what ties a page together ──────────────────────────────────────────────────────────


def test_every_label_of_the_style_guide_names_a_control_and_every_control_has_a_label(style_guide: str) -> None:
    found = list(elements(style_guide))
    controls = {
        attributes(e)["id"]
        for e in found
        if e.name in ("input", "select", "textarea") and attributes(e).get("type") not in ("hidden", "submit")
    }
    labels = {attributes(e)["for"] for e in found if e.name == "label"}
    assert len(controls) > 20
    assert labels == controls


def test_no_id_stands_twice_and_every_reference_has_its_target(style_guide: str) -> None:
    found = [attributes(e) for e in elements(style_guide)]
    ids = [e["id"] for e in found if "id" in e]
    assert len(ids) == len(set(ids))
    for name in ("aria-describedby", "aria-labelledby"):
        referred = {target for e in found for target in e.get(name, "").split()}
        assert referred
        assert referred <= set(ids), (name, referred - set(ids))
    inner = {e["href"][1:] for e in found if e.get("href", "").startswith("#") and len(e["href"]) > 1}
    assert "bad-name" not in inner
    assert {"main", "id_bad-name", "id_bad-policy_0"} <= inner <= set(ids)


def test_a_field_is_described_by_its_hint_its_error_and_its_unit_in_that_order() -> None:
    html = render("{% field form.money %}", form=Filing({"money": "八千"}))
    control = one(html, "input", id="id_money")
    assert control["aria-describedby"] == "id_money_hint id_money_error id_money_unit"
    assert control["aria-invalid"] == "true"
    assert control["value"] == "八千"
    assert "写成数字" in html
    assert one(html, "span", id="id_money_unit")


def test_a_field_without_hint_and_error_claims_no_description() -> None:
    assert "aria-describedby" not in one(
        render("{% field form.starts_on %}", form=Filing()), "input", id="id_starts_on"
    )


def test_a_choice_is_a_fieldset_that_carries_the_description_and_the_error() -> None:
    html = render("{% field form.policy hint='看目录' %}", form=Filing({"policy": ""}))
    group = one(html, "fieldset")
    assert group["aria-describedby"] == "id_policy_hint id_policy_error"
    assert group["role"] == "radiogroup"
    assert [attributes(e)["id"] for e in elements(html) if e.name == "input"] == ["id_policy_0", "id_policy_1"]


def test_only_what_may_be_left_out_is_called_optional() -> None:
    form = Filing()
    assert "（选填）" in render("{% field form.money %}", form=form)
    assert "（选填）" not in render("{% field form.name %}", form=form)
    assert "（选填）" not in render("{% field form.pledge %}", form=form)
    assert "（选填）" not in render("{% field form.money optional=False %}", form=form)


def test_many_short_options_stand_in_columns_and_an_unknown_is_an_answer() -> None:
    def choices(count: int, word: str) -> forms.MultipleChoiceField:
        return forms.MultipleChoiceField(
            choices=[(n, f"{word}{n}") for n in range(count)], widget=forms.CheckboxSelectMultiple()
        )

    class Offices(forms.Form):
        many = choices(9, "县住建局")
        few = choices(8, "县住建局")
        long = choices(9, "房屋建筑和市政基础设施工程竣工验收备案")
        said = forms.ChoiceField(choices=[("yes", "是"), ("", "不清楚")], required=False, widget=forms.RadioSelect())

    form = Offices()
    seen = {name: render(f"{{% field form.{name} %}}", form=form) for name in form.fields}
    assert [name for name, page in seen.items() if "options many" in page] == ["many"]
    assert "（选填）" not in seen["said"]


def test_an_address_at_the_end_of_a_message_is_left_to_its_button() -> None:
    assert text.without_link("“备案”已办结，请评价这次服务：{link}") == "“备案”已办结，请评价这次服务。"
    assert text.without_link("没有网址的话不变。") == "没有网址的话不变。"


def test_all_fields_of_a_form_are_shown_the_hidden_ones_too() -> None:
    html = render("{% form_fields form %}", form=Filing(initial={"token": "t1"}))
    assert one(html, "input", type="hidden", name="token")["value"] == "t1"
    names = [attributes(e).get("name") for e in elements(html) if e.name in ("input", "select", "textarea")]
    assert list(dict.fromkeys(names)) == list(Filing.base_fields)


def test_a_date_control_gives_and_takes_iso() -> None:
    control = one(
        render("{% field form.starts_on %}", form=Filing(initial={"starts_on": date(2027, 3, 1)})),
        "input",
        id="id_starts_on",
    )
    assert (control["type"], control["value"]) == ("date", "2027-03-01")


def test_the_label_of_a_single_question_is_the_heading() -> None:
    headings = [e for e in elements(render("{% field form.name lead=True %}", form=Filing())) if e.name == "h1"]
    assert len(headings) == 1


def test_a_misspelt_field_is_refused_and_does_not_vanish() -> None:
    with pytest.raises(TypeError, match="wants a form's field"):
        render("{% field form %}", form=Filing())


def test_the_error_summary_takes_the_focus_and_links_to_each_control_in_the_order_of_the_page() -> None:
    html = render("{% error_summary form %}", form=Filing({"clash": "1", "money": "x"}))
    box = one(html, "div", role="alert")
    assert box["tabindex"] == "-1"
    assert "autofocus" in box
    assert "有 5 处需要修改" in html
    links = [attributes(e)["href"] for e in elements(html) if e.name == "a"]
    assert links == ["#id_name", "#id_money", "#id_policy_0", "#id_pledge"]
    assert html.index("这一页在别处改过了") < html.index("写项目名称")


class Plain(forms.Form):
    town = forms.ChoiceField(label="乡镇", choices=[("1", "吹麻滩镇")])
    starts_on = forms.DateField(label="计划开工")
    content = forms.CharField(label="建设内容")


def test_a_form_without_messages_of_its_own_still_says_what_to_do_and_where() -> None:
    html = render("{% error_summary form %}{% form_fields form %}", form=Plain({"starts_on": "下个月"}))
    summary, fields = html.split("</div>", 1)
    assert ">选择乡镇<" in summary
    assert ">填写建设内容<" in summary
    assert ">计划开工：" in summary
    assert "计划开工：" not in fields


def test_without_errors_there_is_no_summary() -> None:
    assert render("{% error_summary form '' %}", form=Filing()).strip() == ""


def test_a_formset_and_a_plain_text_stand_in_the_summary_too() -> None:
    formset = forms.formset_factory(Filing, extra=1)(
        {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-name": "", "form-0-money": "x"}
    )
    html = render("{% error_summary formset '附件太大' %}", formset=formset)
    assert 'href="#id_form-0-name"' in html
    assert "附件太大" in html


# ── what it says ───────────────────────────────────────────────────────────────────────


def test_every_state_has_a_word_and_a_shape_of_its_own() -> None:
    assert (
        len({mark.svg for mark in MARKS.values()})
        == len({str(mark.word) for mark in MARKS.values()})
        == len(MARKS)
        == 9
    )
    for state, mark in MARKS.items():
        html = render("{% light state %}", state=state)
        assert f"l-{state}" in html
        assert str(mark.word) in html
        assert "<svg" in html


def test_an_unknown_light_is_a_fault_not_an_empty_word() -> None:
    with pytest.raises(KeyError):
        render("{{ 'blue'|light_word }}")


@pytest.mark.parametrize(
    ("value", "colour"),
    [("A", "green"), ("A-", "green"), ("B-", "blue"), ("C+", "amber"), ("D-", "red"), ("unrated", "white")],
)
def test_a_grade_wears_the_colour_of_its_class(value: str, colour: str) -> None:
    assert f'class="g g-{colour}"' in render("{% grade value %}", value=value)
    assert f'class="grade g-{colour}"' in render("{% grade value 'large' %}", value=value)


def test_a_grade_is_read_aloud_with_its_sign() -> None:
    assert "信用等级 A 减" in render("{% grade 'A-' 'large' '优' '86.0' '/credit/' %}")
    assert "信用等级 C 加" in render("{% grade 'C+' %}")


def test_a_unit_without_evaluation_shows_a_dash_and_says_so() -> None:
    html = render("{% grade 'unrated' 'large' %}")
    assert "—" in html
    assert html.count("未评级") == 2


def test_whatever_a_person_typed_is_escaped_in_every_component() -> None:
    bad = "<i>x</i>"
    card = Card(bad, bad, "/", "green", bad, [bad], bad, bad, bad, "/", problem=bad)
    html = render(
        "{% light 'green' bad %}{% tag bad %}{% grade 'A' 'large' bad bad %}{% button bad %}{% link_button bad "
        "'/' hint=bad %}"
        "{% banner title=bad %}{{ bad }}{% endbanner %}{% error_summary bad %}{% summary_list rows %}{% "
        "task_list tasks %}{% table bad columns lines %}"
        "{% views items bad %}{% breadcrumbs items %}{% empty_state bad %}{% endempty_state %}{% details bad "
        "%}{{ bad }}{% enddetails %}{% facts_bar facts %}"
        "{% onemap_card card %}{% onemap_stage stage 1 %}{% inbox_row row %}{% rank ranks bad %}{% progress 1 2 "
        "bad %}{% term 5 bad %}",
        bad=bad,
        rows=[Row(bad, bad, "/", bad, bad)],
        tasks=[Task(bad, bad, "", "/", bad)],
        columns=[Column(bad)],
        lines=[[Cell(bad, "/", bad)]],
        items=[NavItem(bad, "/"), NavItem(bad)],
        facts=[Fact(bad, bad, bad, bad, "/", bad), Fact(bad, "", chain=[bad])],
        card=card,
        stage=MapStage(bad, bad, [card], 1, 2),
        row=InboxRow("1", bad, "/", "red", bad, bad, bad, bad, [bad], 5, 80, bad, bad),
        ranks=[RankRow(bad, bad, 5)],
    )
    assert bad not in html
    assert html.count("&lt;i&gt;") > 50


def test_a_row_with_a_cell_too_few_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        render("{% table 'x' columns lines %}", columns=[Column("a"), Column("b")], lines=[["only one"]])


def test_every_cell_of_a_table_carries_its_column_for_the_phone() -> None:
    html = render(
        "{% table 'x' columns lines %}", columns=[Column("事项"), Column("止", "date")], lines=[["甲", "2026-11-24"]]
    )
    assert one(html, "td")["data-label"] == "止"
    assert one(html, "th", scope="row")
    assert [attributes(e)["scope"] for e in elements(html) if e.name == "th"] == ["col", "col", "row"]


def test_the_proof_of_a_clock_is_shown_as_it_comes() -> None:
    day = ProofDay(
        date(2026, 10, 1), False, Decimal(0), Decimal(0), Decimal("24.5"), "国庆节", ("gbf-2025-7#一",), True
    )
    html = render("{% proof_table days %}", days=[day])
    for words in ("2026-10-01 周四", "休息日", "国庆节", "暂定", "24.5", "· 一"):
        assert words in html
    assert "gbf" not in html


def test_a_bar_is_never_longer_than_the_whole_and_an_empty_one_has_no_dot() -> None:
    assert 'd="M0 5H100"/></svg>' in bar(0)
    assert '<path class="used" d="M0 5H100"/>' in bar(140)
    assert '<path class="warn" d="M80 0V10"/>' in bar(20, 80)


# ── how it is written ──────────────────────────────────────────────────────────────────


def test_instants_are_written_in_the_countys_time() -> None:
    at = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
    assert text.zh_date(at) == "2026年11月25日"
    assert text.zh_datetime(at) == "2026年11月25日 00:30"
    assert text.zh_moment(at) == "11月25日 00:30"
    assert text.iso(at) == "2026-11-25 00:30"
    assert text.zh_weekday(at) == "周三"
    assert (text.zh_date(date(2026, 1, 2)), text.iso(date(2026, 1, 2)), text.zh_date(None)) == (
        "2026年1月2日",
        "2026-01-02",
        "",
    )


@pytest.mark.parametrize(
    ("yuan", "written"),
    [
        ("86000000", f"8{NBSP}600{NBSP}万元"),
        ("12345", f"1.2345{NBSP}万元"),
        ("0", f"0{NBSP}万元"),
        ("10000.50", f"1.00005{NBSP}万元"),
        (None, ""),
    ],
)
def test_yuan_are_written_as_ten_thousands_exactly(yuan: str | None, written: str) -> None:
    assert text.wan(None if yuan is None else Decimal(yuan)) == written


def test_an_area_keeps_the_unit_it_was_given_in() -> None:
    assert text.area(Decimal("12000")) == f"12{NBSP}000{NBSP}m²"
    assert text.area("26.50", "亩") == f"26.5{NBSP}亩"


def test_a_date_is_not_parted_and_nothing_else_is_marked() -> None:
    assert text.unbroken("2026年11月4日 18:00 前办结，<b>11月5日</b>起") == (
        '<span class="nb">2026年11月4日 18:00 前</span>办结，&lt;b&gt;<span class="nb">11月5日</span>&lt;/b&gt;起'
    )
    assert (
        text.unbroken("2026年11月，积石山县辅〔2026〕3号")
        == '<span class="nb">2026年11月</span>，积石山县辅〔2026〕3号'
    )
    assert text.unbroken(mark_safe("<a>11月5日</a>")) == "<a>11月5日</a>"
    assert text.unbroken(gettext_lazy("11月5日")) == '<span class="nb">11月5日</span>'
    assert Template("{% load yinuo %}{{ on|zh_date }}{{ none|zh_date }}").render(
        Context({"on": date(2026, 1, 2), "none": None})
    ) == ('<span class="nb">2026年1月2日</span>')


@pytest.mark.parametrize(
    ("mask", "value", "masked"),
    [
        (masking.mask_phone, "138 1234 5678", "138****5678"),
        (masking.mask_phone, "0930-7721234", "**********34"),
        (masking.mask_phone, "12", "**"),
        (masking.mask_id, "622927198001011234", "622*************34"),
        (masking.mask_id, "1234567", "*******"),
        (text.mask_name, "马晓云", "马**"),
        (text.mask_name, None, ""),
    ],
)
def test_personal_data_are_masked(mask: Any, value: str | None, masked: str) -> None:
    assert mask(value) == masked


# ── the house's own rules ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", views.ERROR_PAGES)
def test_an_error_page_needs_no_context_and_says_what_to_do(code: str) -> None:
    html = render_to_string(f"{code}.html")
    assert "<li>" in html
    assert f'<p class="no">{code}</p>' in html


def test_a_refusal_gives_the_reason_the_action_gave() -> None:
    assert "本项目由别的单位申报" in render_to_string("403.html", {"exception": "本项目由别的单位申报"})


def test_no_template_sets_a_style_or_carries_a_script_of_its_own() -> None:
    assert len(OWN_TEMPLATES) > 35
    for file in OWN_TEMPLATES:
        source = file.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=", source), file.name


def test_every_constant_a_style_uses_is_defined_and_the_sheets_stay_small() -> None:
    sheets = "\n".join(file.read_text(encoding="utf-8") for file in STYLES)
    defined = set(re.findall(r"(--[a-z0-9-]+)\s*:", sheets))
    used = set(re.findall(r"var\((--[a-z0-9-]+)", sheets))
    assert used - defined == set()
    size = {file.name: file.stat().st_size for file in STYLES}
    everywhere = ("tokens.css", "base.css", "components.css", "pages.css", "print.css")
    extra = max(size[name] for name in size if name not in everywhere)
    assert sum(size[name] for name in everywhere) + extra < 46_100, "what one page loads"


def test_every_component_is_explained_and_shown() -> None:
    readme = (WEB / "components" / "README.md").read_text(encoding="utf-8")
    shown = (WEB / "templates" / "styleguide" / "index.html").read_text(encoding="utf-8") + (
        WEB / "templates" / "base.html"
    ).read_text(encoding="utf-8")
    tags = set(register.tags)
    assert len(tags) >= 25
    assert {name for name in tags if f"`{name}" not in readme and f"{{% {name} " not in readme} == set()
    # Shown inside another one, or nothing to be seen.
    inside_another = {"field", "mark", "onemap_card", "onemap_wires", "capture"}
    assert {name for name in tags if f"{{% {name} " not in shown and f"{{% {name} %}}" not in shown} == inside_another


def test_the_style_guide_is_shown_to_builders_only(settings: Any) -> None:
    request = RequestFactory().get("/styleguide/")
    settings.DEBUG, settings.YINUO_DEMO = False, False
    with pytest.raises(Http404):
        views.index(request)
    settings.YINUO_DEMO = True
    assert views.index(request).status_code == 200
    with pytest.raises(Http404):
        views.error_page(request, "../base")
