"""The filing, one topic a page: the secrecy declaration first, then saved as it goes, then the answers checked and sent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yinuo.apps.base import Refused, Stale, forbid
from yinuo.apps.credit.queries import head
from yinuo.apps.projects.actions import file_project, open_draft, save_draft
from yinuo.apps.projects.models import Draft
from yinuo.apps.rules import pack
from yinuo.core.calendar import TZ
from yinuo.core.facts import UNKNOWN, look_up
from yinuo.core.schema import FACTS
from yinuo.core.screen import screen_filing
from yinuo.web.acting import actor_of, need_unit
from yinuo.web.components.shapes import NavItem, Row
from yinuo.web.handling import attempt
from yinuo.web.unit import factforms, steps
from yinuo.web.unit.factforms import FactForm, words_of
from yinuo.web.unit.own import posted
from yinuo.web.unit.steps import BY_SLUG, STEPS, Step


class SecrecyForm(forms.Form):
    secrecy = forms.ChoiceField(
        label="这个项目，或者要填写的内容，涉及国家秘密吗？",
        choices=[("none", "不涉及"), ("classified", "涉及，或者拿不准")],
        widget=forms.RadioSelect(),
        help_text="涉密项目及信息不得通过平台办理和传递。回答以前，这里不保存任何内容。",
        error_messages={"required": "先选择是否涉及国家秘密"},
    )


class PledgeForm(forms.Form):
    pledge = forms.BooleanField(label="本单位作出上述备案信用承诺", error_messages={"required": "作出备案信用承诺后才能提交"})
    another = forms.BooleanField(label="这确实是另一个项目，继续提交", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


PLEDGE = (
    "填报的项目信息真实、合法、完整，不存在弄虚作假。",
    "项目符合国家产业政策和有关规划，不属于禁止投资建设的项目。",
    "项目和填报的内容不涉及国家秘密。",
    "项目信息发生变化时及时变更，并如实报送开工、进度、完成投资和竣工情况。",
    "愿意接受监督；承诺不实或者不履行的，承担相应责任并按规定扣减信用分。",
)


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """The declaration. A secret project ends here: nothing is kept, nothing is carried into an address or a log."""
    form = SecrecyForm(posted(request))
    if request.method == "POST" and form.is_valid():
        day = timezone.localdate()
        if form.cleaned_data["secrecy"] == "classified":
            rules = pack()
            cites = rules.cite_texts(rules.parameter("filing.secret_refused", day).cites)
            office = rules.departments["development_reform"].name
            return render(request, "unit/filing_secret.html", {"cites": cites, "office": office})
        actor = actor_of(request)
        facts = {"kind": "filing", "declarations": {"secret": False}}
        draft = open_draft(actor=actor, unit_id=actor.unit_id or 0, facts=facts, at=timezone.now())
        return redirect("unit:filing_step", draft.pk, STEPS[0].slug)
    crumbs = [NavItem("我的项目", reverse("unit:projects")), NavItem("备案一个项目")]
    return render(request, "unit/filing_begin.html", {"form": form, "breadcrumbs": crumbs})


def own_draft(request: HttpRequest, draft_id: int) -> Draft:
    draft = Draft.objects.select_related("filed_as").get(pk=draft_id)
    if draft.unit_id != actor_of(request).unit_id:
        raise forbid("只能填写本单位的申报")
    return draft


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, draft_id: int, slug: str) -> HttpResponse:
    """One topic. 继续 wants its required answers; 先存起来 wants none and leads home."""
    draft = own_draft(request, draft_id)
    if draft.filed_as_id is not None:
        return redirect("unit:filing_done", draft.pk)
    topic = BY_SLUG.get(slug)
    if topic is None:
        return redirect("unit:filing_step", draft.pk, STEPS[0].slug)
    paths = steps.asked(topic, draft.facts, timezone.localdate())
    back_to_check = request.GET.get("back") == "check"
    differs: list[Row] = []
    if request.method == "POST":
        later = "later" in request.POST
        form = FactForm(_typed(request, paths), paths=paths, required=topic.required, partial=later)
        if form.is_valid():
            saved = attempt(form, lambda: _save(request, draft, form, topic))
            if saved is not None:
                return _onward(request, saved, topic, later=later, back=back_to_check)
            if isinstance(getattr(form, "refusal", None), Stale):
                draft = own_draft(request, draft_id)
                form.data = form.data.copy()
                form.data["version"] = str(draft.version)
                differs = _differing(form, draft)
    else:
        form = FactForm(
            paths=paths, required=topic.required, initial={**factforms.initial_of(draft.facts, paths), "version": draft.version}
        )
    context = {
        **_place(draft, topic),
        "form": form,
        "flags": sum(FACTS[path].type == "flag" and path not in topic.required for path in paths),
        "differs": differs,
        "industries": factforms.suggestions() if "industry" in paths else [],
        "back_to_check": back_to_check,
    }
    return render(request, "unit/filing_step.html", context)


def _typed(request: HttpRequest, paths: list[str]) -> Any:
    """What was sent; with 都不涉及 every flag not answered 是 is a no."""
    data = request.POST.copy()
    if "rest" in data:
        for path in paths:
            if FACTS[path].type == "flag" and data.get(path) != "true":
                data[path] = "false"
    return data


def _save(request: HttpRequest, draft: Draft, form: FactForm, topic: Step) -> Draft:
    return save_draft(
        actor=actor_of(request),
        draft_id=draft.pk,
        facts=form.facts(),
        step=topic.slug,
        version=form.cleaned_data.get("version"),
        at=timezone.now(),
    )


def _onward(request: HttpRequest, draft: Draft, topic: Step, *, later: bool, back: bool) -> HttpResponse:
    if later:
        messages.success(request, "已经存好，随时可以接着填。")
        return redirect("unit:projects")
    following = _next_asked(draft, topic)
    if back or following is None:
        return redirect("unit:filing_check", draft.pk)
    return redirect("unit:filing_step", draft.pk, following.slug)


def _next_asked(draft: Draft, topic: Step) -> Step | None:
    """The next page with anything left to ask."""
    following = steps.after(topic)
    while following is not None and not steps.asked(following, draft.facts, timezone.localdate()):
        following = steps.after(following)
    return following


def _differing(form: FactForm, draft: Draft) -> list[Row]:
    """What stands saved where it differs from what was typed here."""
    rows = []
    for path, typed in form.values().items():
        saved = look_up(draft.facts, path)
        if saved is not UNKNOWN and saved != typed:
            rows.append(Row(FACTS[path].label, words_of(path, saved)))
    return rows


def _place(draft: Draft, topic: Step) -> dict[str, Any]:
    number = STEPS.index(topic) + 1
    earlier = steps.before(topic)
    url = reverse("unit:filing_step", args=[draft.pk, earlier.slug]) if earlier else reverse("unit:projects")
    crumbs = [NavItem("我的项目", reverse("unit:projects")), NavItem("备案一个项目")]
    return {"draft": draft, "topic": topic, "number": number, "count": len(STEPS), "previous_url": url, "breadcrumbs": crumbs}


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Every answer with its way back, what the rules say of them now, and the pledge."""
    draft = own_draft(request, draft_id)
    if draft.filed_as_id is not None:
        return redirect("unit:filing_done", draft.pk)
    form = PledgeForm(posted(request), initial={"version": draft.version})
    duplicate = ""
    problems: list[NavItem] = []
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["version"] != draft.version:
            messages.warning(request, "您打开这一页以后，申报内容有过修改。请再核对一遍。")
            return redirect("unit:filing_check", draft.pk)
        try:
            _send(request, draft, form)
        except Refused as refusal:
            if refusal.status == 403:
                raise
            if refusal.code == "projects.draft_filed":
                return redirect("unit:filing_done", draft.pk)
            if refusal.code == "projects.duplicate":
                duplicate = reverse("unit:project", args=[refusal.data["project"]])
                form.add_error("another", str(refusal))
            else:
                problems = [_problem(draft, path, message) for path, message in refusal.errors.items()]
                form.add_error(None, str(refusal))
        else:
            return redirect("unit:filing_done", draft.pk)
    context = {
        "draft": draft,
        "form": form,
        "groups": [_group(draft, topic) for topic in STEPS],
        "judged": preview(draft),
        "missing": _missing(draft),
        "problems": problems,
        "duplicate": duplicate,
        "pledge": PLEDGE,
        "breadcrumbs": [NavItem("我的项目", reverse("unit:projects")), NavItem("备案一个项目")],
    }
    return render(request, "unit/filing_check.html", context)


def _send(request: HttpRequest, draft: Draft, form: PledgeForm) -> None:
    file_project(
        actor=actor_of(request),
        unit_id=draft.unit_id,
        facts=draft.facts,
        pledged=form.cleaned_data["pledge"],
        at=timezone.now(),
        idempotency_key=f"draft:{draft.pk}:{draft.version}",
        draft_id=draft.pk,
        allow_duplicate=form.cleaned_data["another"],
    )


def preview(draft: Draft) -> dict[str, Any]:
    """The filing question asked of the draft as it stands: instant, held by which rule, or not yet decidable."""
    day = timezone.now().astimezone(TZ).date()
    unit = draft.unit
    known = {"type": unit.type, "credit_code": unit.credit_code, "grade": head(unit.pk).grade}
    decision = screen_filing({**draft.facts, "unit": {key: value for key, value in known.items() if value}}, pack(), day)
    rules = pack()
    stops = [{"why": stop["why"], "cites": rules.cite_texts(stop["cites"])} for stop in decision.outcome["stops"]]
    return {"instant": decision.outcome["instant"], "stops": stops, "kind": draft.facts.get("kind", "")}


def _missing(draft: Draft) -> list[NavItem]:
    """Required answers still open, each with the page that asks it."""
    day = timezone.localdate()
    found = []
    for topic in STEPS:
        for path in steps.unanswered((p for p in steps.asked(topic, draft.facts, day) if p in topic.required), draft.facts):
            found.append(_problem(draft, path, f"还没有填写“{FACTS[path].label}”"))
    return found


def _problem(draft: Draft, path: str, message: str) -> NavItem:
    topic = steps.STEP_OF.get(path)
    url = f"{reverse('unit:filing_step', args=[draft.pk, topic.slug])}?back=check#{factforms.anchor(path)}" if topic else ""
    return NavItem(message, url)


def _group(draft: Draft, topic: Step) -> dict[str, Any]:
    """The answers of one topic; flags answered 否 are told in one line, so that the page can be read."""
    day = timezone.localdate()
    rows, noes = [], []
    base = reverse("unit:filing_step", args=[draft.pk, topic.slug]) + "?back=check"
    for path in steps.asked(topic, draft.facts, day):
        value = look_up(draft.facts, path)
        spec = FACTS[path]
        if value is False and path not in topic.required:
            noes.append(spec.label)
        elif spec.type == "flag" and value is UNKNOWN and path not in topic.required:
            continue
        else:
            rows.append(Row(spec.label, words_of(path, value), f"{base}#{factforms.anchor(path)}"))
    unsure = [
        FACTS[path].label for path in steps.unanswered(steps.asked(topic, draft.facts, day), draft.facts) if FACTS[path].type == "flag"
    ]
    if noes:
        rows.append(Row("都不涉及", "、".join(noes), base))
    if unsure and topic.slug != "declarations":
        rows.append(Row("还不清楚", "、".join(unsure), base))
    return {"title": topic.title, "rows": rows}


@need_unit
@never_cache
@require_GET
def done(request: HttpRequest, draft_id: int) -> HttpResponse:
    """What the filing led to."""
    draft = own_draft(request, draft_id)
    if draft.filed_as is None:
        return redirect("unit:filing_check", draft.pk)
    project = draft.filed_as
    decision = project.decision.outcome if project.decision else None
    rules = pack()
    stops = [{"why": stop["why"], "cites": rules.cite_texts(stop["cites"])} for stop in (decision or {}).get("stops", [])]
    context = {
        "project": project,
        "number": project.certificate.number if hasattr(project, "certificate") else "",
        "stops": stops,
        "review_days": rules.integer("review.limit", project.rules_on),
        "manual_days": rules.integer("manual_filing.limit", project.rules_on),
        "guidance_days": rules.integer("guidance.limit", project.rules_on),
        "breadcrumbs": [NavItem("我的项目", reverse("unit:projects")), NavItem("备案结果")],
    }
    return render(request, "unit/filing_done.html", context)
