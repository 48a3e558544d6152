"""The filing, one topic a page: the secrecy declaration first, then saved as it goes, then the answers checked and
sent.
"""

from __future__ import annotations

import json
import uuid
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yinuo.core.facts import UNKNOWN, look_up
from yinuo.core.form import Step
from yinuo.core.pack.types import Pack
from yinuo.engine.base import Refused, Stale, forbid
from yinuo.engine.rules import pack
from yinuo.faces.projects import answers, earlier, factforms, handover, steps
from yinuo.faces.projects.factforms import FactForm, words_of
from yinuo.rooms.projects import queries
from yinuo.rooms.projects.actions import file_project, open_draft, save_draft
from yinuo.rooms.projects.models import Draft
from yinuo.ui.acting import actor_of, need_unit, person_of
from yinuo.ui.components.marks import bar
from yinuo.ui.components.shapes import NavItem, Row, Task
from yinuo.ui.components.text import percent
from yinuo.ui.forms import typed_data
from yinuo.ui.handling import attempt, posted


class SecrecyForm(forms.Form):
    secrecy = forms.ChoiceField(
        label="这个项目，或者要填写的内容，涉及国家秘密吗？",
        choices=[("none", "不涉及"), ("classified", "涉及，或者拿不准")],
        widget=forms.RadioSelect(),
        help_text="涉密项目及信息不得通过平台办理和传递。回答以前，这里不保存任何内容。",
        error_messages={"required": "先选择是否涉及国家秘密"},
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=80, required=False)


class PledgeForm(forms.Form):
    pledge = forms.BooleanField(
        label="本单位作出上述备案信用承诺", error_messages={"required": "作出备案信用承诺后才能提交"}
    )
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
    day = timezone.localdate()
    carried = request.POST.get("carried", "") if request.method == "POST" else request.META.get("QUERY_STRING", "")
    brought = handover.carried(handover.reread(carried))
    form = SecrecyForm(posted(request), initial={"key": f"draft:{uuid.uuid4()}"})
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["secrecy"] == "classified":
            rules = pack()
            cites = rules.cite_texts(rules.parameter("filing.secret_refused", day).cites)
            office = rules.departments[rules.roles.filing_department].name
            return render(request, "unit/filing_secret.html", {"cites": cites, "office": office})
        actor = actor_of(request)
        facts = steps.nested({"kind": "filing", **brought, "declarations.secret": False})
        draft = open_draft(
            actor=actor,
            unit_id=actor.unit_id or 0,
            facts=facts,
            at=timezone.now(),
            idempotency_key=form.cleaned_data["key"],
        )
        if brought:
            messages.success(request, f"已带入自查时的 {len(brought)} 项回答，请逐页核对，接着填其余的。")
        return redirect("unit:filing_step", draft.pk, pack().form.steps[0].slug)
    crumbs = [NavItem("我的项目", reverse("unit:projects")), NavItem("备案一个项目")]
    context = {"form": form, "carried": carried if brought else "", "brought": len(brought), "breadcrumbs": crumbs}
    return render(request, "unit/filing_begin.html", context)


def own_draft(request: HttpRequest, draft_id: int) -> Draft:
    draft = queries.draft(draft_id)
    if draft.unit_id != actor_of(request).unit_id:
        raise forbid("只能填写本单位的申报")
    return draft


def with_unit(draft: Draft) -> dict[str, Any]:
    """The answers with what the register says of the unit: some questions are only for some units."""
    return {**draft.facts, "unit": queries.registered(draft.unit)}


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, draft_id: int, slug: str) -> HttpResponse:
    """One topic. 继续 wants its required answers; 先存起来 wants none and leads home."""
    draft = own_draft(request, draft_id)
    if draft.filed_as_id is not None:
        return redirect("unit:filing_done", draft.pk)
    topic = pack().form.by_slug.get(slug)
    if topic is None:
        return redirect("unit:filing_step", draft.pk, pack().form.steps[0].slug)
    asked = steps.asked_all(with_unit(draft), timezone.localdate())
    back_to_check = request.GET.get("back") == "check"
    page = StepPage(request, draft, topic, asked[topic.slug])
    if request.method == "POST":
        saved = page.save()
        if saved is not None:
            more = [
                path
                for path in steps.follow_ups(topic, with_unit(saved), timezone.localdate())
                if path not in page.paths
            ]
            if more and not page.later:
                messages.info(request, "按刚才的回答，这一页还有问题要回答。")
                back = "?back=check" if back_to_check else ""
                return redirect(
                    f"{reverse('unit:filing_step', args=[saved.pk, topic.slug])}{back}#{factforms.anchor(more[0])}"
                )
            return _onward(request, saved, topic, later=page.later, back=back_to_check)
    context = {
        **_place(page.draft, topic, asked),
        "form": page.form,
        "flags": sum(pack().facts[path].type == "flag" and path not in topic.required for path in page.paths),
        "theirs": page.theirs,
        "offers": [] if request.method == "POST" else page.offers,
        "taken": page.taken,
        "industries": factforms.suggestions() if "industry" in page.paths else [],
        "back_to_check": back_to_check,
    }
    return render(request, "unit/filing_step.html", context)


class StepPage:
    """One step's form: as saved, with an earlier project's answers put in, or as typed and merged with what another
    window saved.
    """

    def __init__(self, request: HttpRequest, draft: Draft, topic: Step, paths: list[str]) -> None:
        self.request, self.draft, self.topic, self.paths = request, draft, topic, paths
        self.later = "later" in request.POST
        self.theirs: list[Row] = []
        self.offers = earlier.offers(draft.unit_id, topic, draft.facts) if request.method == "GET" else []
        self.taken = earlier.chosen(self.offers, request.GET.get("take", ""))
        if request.method == "POST":
            self.form = FactForm(_typed(request, paths), paths=paths, required=topic.required, partial=self.later)
        else:
            shown = factforms.initial_of(draft.facts, paths)
            if self.taken:
                shown |= factforms.initial_of(self.taken.initial(), paths)
            self.form = FactForm(paths=paths, required=topic.required, initial={**shown, **self._stamp()})

    def _stamp(self) -> dict[str, Any]:
        """What this form was made from: the version, and what stood there."""
        return {"version": self.draft.version, "seen": json.dumps(self._saved(), ensure_ascii=False)}

    def _saved(self) -> dict[str, Any]:
        known = steps.flat(self.draft.facts)
        return {path: known[path] for path in self.paths if path in known}

    def save(self) -> Draft | None:
        """None = shown again, with what is wrong."""
        if not self.form.is_valid():
            return None
        saved = attempt(self.form, self._save)
        if saved is None:
            if isinstance(getattr(self.form, "refusal", None), Stale):
                self._conflict()
            return None
        others = [
            pack().facts.label(path) for path, value in self.form.values().items() if value != _known(saved.facts, path)
        ]
        if others:
            messages.info(
                self.request, f"另一个窗口改过这一页，两边的内容已经合在一起。保留了那边填的：{'、'.join(others)}。"
            )
        return saved

    def _save(self) -> Draft:
        return save_draft(
            actor=actor_of(self.request),
            draft_id=self.draft.pk,
            facts=self.form.facts(),
            step=self.topic.slug,
            version=self.form.cleaned_data.get("version"),
            seen=self.form.opened_with(),
            at=timezone.now(),
        )

    def _conflict(self) -> None:
        """Shown again: what only the other window changed is put in, what both changed stays as typed here beside what
        was saved there.
        """
        seen = self.form.opened_with()
        self.draft = own_draft(self.request, self.draft.pk)
        data = typed_data(self.form)
        for path, value in self.form.values().items():
            saved = _known(self.draft.facts, path)
            if value == saved:
                continue
            if seen is not None and value == seen.get(path):
                data.update({path: "", **factforms.initial_of(self.draft.facts, [path])})
            else:
                self.theirs.append(Row(pack().facts.label(path), words_of(path, saved)))
        data.update({name: str(value) for name, value in self._stamp().items()})
        self.form.data = data


def _known(facts: dict[str, Any], path: str) -> Any:
    value = look_up(facts, path)
    return None if value is UNKNOWN else value


def _typed(request: HttpRequest, paths: list[str]) -> Any:
    """What was sent; with 都不涉及 every flag not answered 是 is a no."""
    data = request.POST.copy()
    if "rest" in data:
        for path in paths:
            if pack().facts[path].type == "flag" and data.get(path) != "true":
                data[path] = "false"
    return data


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
    while following is not None and not steps.asked(following, with_unit(draft), timezone.localdate()):
        following = steps.after(following)
    return following


def _place(draft: Draft, topic: Step, asked: dict[str, list[str]]) -> dict[str, Any]:
    """Where one is: the number among the steps that ask anything, and every step with how far it is."""
    here = [step for step in pack().form.steps if asked[step.slug] or step is topic]
    number = here.index(topic)
    url = reverse("unit:filing_step", args=[draft.pk, here[number - 1].slug]) if number else reverse("unit:projects")
    crumbs = [NavItem("我的项目", reverse("unit:projects")), NavItem("备案一个项目")]
    by_slug = pack().form.by_slug
    furthest = pack().form.steps.index(by_slug[draft.step]) if draft.step in by_slug else -1
    return {
        "draft": draft,
        "topic": topic,
        "number": number + 1,
        "count": len(here),
        "bar": bar(percent(number, len(here))),
        "ways": [_way(draft, step, topic, asked[step.slug], furthest) for step in here],
        "previous_url": url,
        "breadcrumbs": crumbs,
    }


def _way(draft: Draft, step: Step, topic: Step, paths: list[str], furthest: int) -> Task:
    """A step in the list of all: done, begun or still to come."""
    url = reverse("unit:filing_step", args=[draft.pk, step.slug])
    if step is topic:
        return Task(step.title, "正在填", "blue")
    open_ = steps.unanswered((path for path in paths if path in step.required), draft.facts)
    if open_:
        begun = len(open_) < len(paths) and len(steps.unanswered(paths, draft.facts)) < len(paths)
        return Task(step.title, "还差几项" if begun else "还没填", "amber" if begun else "", url)
    answered = len(steps.unanswered(paths, draft.facts)) < len(paths)
    return (
        Task(step.title, "填好了", "green", url)
        if answered or pack().form.steps.index(step) <= furthest
        else Task(step.title, "还没填", "", url)
    )


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Every answer with its way back, what the rules say of them now, and the pledge."""
    draft = own_draft(request, draft_id)
    if draft.filed_as_id is not None:
        return redirect("unit:filing_done", draft.pk)
    form = PledgeForm(posted(request), initial={"version": draft.version})
    asked = steps.asked_all(with_unit(draft), timezone.localdate())
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
                problems = [answers.problem(draft, path, message) for path, message in refusal.errors.items()]
                form.add_error(None, str(refusal))
        else:
            return redirect("unit:filing_done", draft.pk)
    context = {
        "draft": draft,
        "form": form,
        "groups": [answers.group(draft, topic, asked[topic.slug]) for topic in pack().form.steps],
        "unit_rows": answers.unit_rows(draft.unit, person_of(request)),
        "judged": answers.preview(draft),
        "missing": answers.missing(draft, asked),
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
    stops = [
        {"why": stop["why"], "cites": rules.cite_texts(stop["cites"])} for stop in (decision or {}).get("stops", [])
    ]
    context = {
        "project": project,
        "number": project.certificate.number if hasattr(project, "certificate") else "",
        "stops": stops,
        "review_days": rules.integer("review.limit", project.rules_on),
        "manual_days": rules.integer("manual_filing.limit", project.rules_on),
        "guidance_days": rules.integer("guidance.limit", project.rules_on),
        "remedies": remedies(rules, project.rules_on) if project.state == "refused" else [],
        "breadcrumbs": [NavItem("我的项目", reverse("unit:projects")), NavItem("备案结果")],
    }
    return render(request, "unit/filing_done.html", context)


def remedies(rules: Pack, day: date) -> list[dict[str, Any]]:
    """Where one may turn against a refusal, within which term and by which article (行政许可法第三十八条)."""
    units = {"calendar_days": "日", "months": "个月"}
    made = []
    for name, what in (("remedy.reconsideration_limit", "申请行政复议"), ("remedy.litigation_limit", "提起行政诉讼")):
        term = rules.parameter(name, day)
        made.append(
            {
                "text": f"自收到决定之日起 {term.value} {units[rules.parameters[name].unit]}内{what}",
                "cites": rules.cite_texts(term.cites),
            }
        )
    return made
