"""A report from its figures to its publication: drawn up by the clock, worded, consented to by another, published for
good (正文·五(二)).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import structlog

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, PageRef, Refused, check_version, forbid, save
from yinuo.engine.documents.actions import issue
from yinuo.engine.inserting import insert
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import Department, StaffRole
from yinuo.engine.people.queries import holders
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.engine.work.actions import About, Limits, close, open_item, open_of
from yinuo.engine.work.models import WorkItem, WorkState
from yinuo.rooms.halls.queries import today
from yinuo.rooms.projects.models import Project
from yinuo.rooms.reform import access, figures, papers
from yinuo.rooms.reform.figures import Place
from yinuo.rooms.reform.models import (
    DraftState,
    Publication,
    ReformReport,
    ReportDraft,
    ReportKind,
    SelfReport,
)
from yinuo.rooms.reform.room import ReformPaper, ReformWork

log = structlog.get_logger(__name__)

TEXT_LIMIT = 4000
WORDS = {"opening": "总体情况", "problems": "存在的问题和整改要求", "next_steps": "下一步工作"}


@action
def draft_report(*, actor: Actor, region_id: int, kind: str, begins: date, at: datetime) -> ReformReport:
    """Fixes the figures of a quarter or year that is over. Whoever comes second gets the one that stands.

    One after the other: the one after the last, at first the one just over; so none is left out.
    """
    place = next((one for one in figures.places() if one.region.pk == region_id), None)
    if place is None or not access.can_draft(actor, place):
        raise forbid("只有综合管理部门可以草拟本地区的通报和评价")
    if kind not in ReportKind.values or begins != figures.beginning(kind, begins):
        raise Refused("reform.begins", "请写明季度或者年度的第一天", field="begins", remedy="例如 2026-10-01")
    if begins > today(at) or figures.end_of(kind, begins) > today(at):
        raise Refused("reform.begins", "这一期还没有结束", field="begins", remedy="期满以后再草拟")
    # In this order: whoever draws it up meanwhile is found below.
    due = due_of(place, kind, today(at))
    if (known := ReformReport.objects.filter(kind=kind, region_id=region_id, begins=begins).first()) is not None:
        return known
    if begins != due:
        named = ReformReport(kind=kind, begins=due).span_words
        raise Refused("reform.begins", f"下一期应当是{named}", field="begins", remedy="逐期草拟，请从这一期开始")
    return _draft(actor, place, kind, begins, at)


def due_of(place: Place, kind: str, day: date) -> date:
    """The span that comes next: the one after the last drawn up, at first the one before this."""
    last = ReformReport.objects.filter(kind=kind, region=place.region).order_by("-begins").first()
    if last is not None:
        return last.until
    before = figures.beginning(kind, figures.beginning(kind, day) - timedelta(days=1))
    return max(before, figures.beginning(kind, pack().valid_from))


def _draft(actor: Actor, place: Place, kind: str, begins: date, at: datetime) -> ReformReport:
    body = figures.body_of(place, kind, begins, at)
    made = ReformReport(
        kind=kind,
        region=place.region,
        begins=begins,
        figures=body,
        sha256=figures.sha256_of(body),
        cases_sha256=figures.cases_digest(place, kind, begins, at),
        pack_hash=pack().hash,
        at=at,
    )
    if not insert([made], unless_taken=True):
        # Somebody was quicker by a moment: theirs stands.
        return ReformReport.objects.get(kind=kind, region=place.region, begins=begins)
    ReportDraft.objects.create(report=made)
    record(actor, "reform.draft", made, at=at, data={"kind": kind, "begins": begins, "sha256": made.sha256})
    _wait(
        actor,
        made,
        ReformWork.REPORT,
        place.office,
        "comprehensive",
        "reform.draft_limit",
        f"草拟{made.get_kind_display()}",
        at,
    )
    tell(
        "reform_drafted",
        at=at,
        persons=holders(StaffRole.COMPREHENSIVE, today(at), hall_id=place.office.hall_id),
        page=page_of(made),
        title=made.title,
    )
    if kind == ReportKind.YEAR:
        _ask_departments(actor, made, place, at)
    return made


def _ask_departments(actor: Actor, made: ReformReport, place: Place, at: datetime) -> None:
    """Every department the year's figures name says how it was, within the term (自评)."""
    wanted = {row["department_id"] for row in made.figures["departments"]}
    for office in Department.objects.filter(pk__in=wanted).order_by("id"):
        _wait(actor, made, ReformWork.SELF_REPORT, office, "approver", "reform.self_report_limit", "改革年度自评", at)
        tell(
            "reform_self_report_due",
            at=at,
            persons=holders(StaffRole.APPROVER, today(at), department_id=office.pk),
            page=page_of(made),
            title=made.title,
        )


def _wait(
    actor: Actor, made: ReformReport, kind: str, office: Department, role: str, limit: str, title: str, at: datetime
) -> WorkItem:
    return open_item(
        actor=actor,
        kind=kind,
        about=About(subject=made, title=f"{title}：{made.span_words}", subtitle=made.title, page=page_of(made)),
        limits=Limits(pack().integer(limit, max(today(at), pack().valid_from))),
        rules_on=today(at),
        at=at,
        department_id=office.pk,
        hall_id=office.hall_id,
        role=role,
    )


def page_of(made: ReformReport) -> PageRef:
    return PageRef("staff:reform_report", report_id=made.pk)


def _taken(report_id: int, version: int | None, states: tuple[str, ...], allowed: bool, refusal: str) -> ReportDraft:
    """The draft locked, fresh and in one of `states`. Raises Forbidden, Stale, Refused in this order."""
    if not allowed:
        raise forbid(refusal)
    draft = (
        ReportDraft.objects.select_for_update(no_key=True, of=("self",))
        .select_related("report__region")
        .get(pk=report_id)
    )
    check_version(draft, version)
    if draft.state not in states:
        raise Refused(
            "reform.state", f"现在是“{draft.get_state_display()}”，不能这样办理", remedy="请刷新页面查看最新状态"
        )
    return draft


def _place(report_id: int) -> Place:
    return figures.place_of(ReformReport.objects.values_list("region_id", flat=True).get(pk=report_id))


@action
def edit_report(
    *,
    actor: Actor,
    report_id: int,
    at: datetime,
    opening: str = "",
    problems: str = "",
    next_steps: str = "",
    comments: Mapping[str, str] | None = None,
    version: int | None = None,
) -> ReportDraft:
    """The words around the figures; of a yearly evaluation also the evaluators' comment on each hall and department (by
    its key).
    """
    place = _place(report_id)
    draft = _taken(
        report_id, version, (DraftState.DRAFT,), access.can_write(actor, place), "只有综合管理部门可以修改通报的文字"
    )
    said = {"opening": opening.strip(), "problems": problems.strip(), "next_steps": next_steps.strip()}
    errors = {name: f"不能超过 {TEXT_LIMIT} 个字" for name, text in said.items() if len(text) > TEXT_LIMIT}
    known = set(evaluated(draft.report))
    kept = {key: text.strip() for key, text in (comments or {}).items() if text.strip()}
    if strange := set(kept) - known:
        errors["comments"] = f"没有这个评价对象：{'、'.join(sorted(strange))}"
    errors |= {f"comment_{key}": f"不能超过 {TEXT_LIMIT} 个字" for key, text in kept.items() if len(text) > TEXT_LIMIT}
    if errors:
        raise Refused("reform.words", "文字没有保存", errors=errors)
    for name, text in said.items():
        setattr(draft, name, text)
    draft.comments = kept
    save(draft, *said, "comments")
    record(
        actor,
        "reform.edit",
        draft.report,
        at=at,
        data={"version": draft.version, **{name: len(text) for name, text in said.items()}},
    )
    return draft


def evaluated(report: ReformReport) -> dict[str, str]:
    """Whom a yearly evaluation scores, by key: h1 a hall, d12 a department."""
    if report.kind != ReportKind.YEAR:
        return {}
    found = {f"h{row['hall_id']}": row["hall"] for row in report.figures["halls"]}
    return found | {f"d{row['department_id']}": row["department"] for row in report.figures["departments"]}


@action
def submit_report(*, actor: Actor, report_id: int, at: datetime, version: int | None = None) -> ReportDraft:
    """To the principal; with an opening and, where the figures name problems, what is demanded about them.

    A yearly one waits until every department has spoken or its term is over.
    """
    place = _place(report_id)
    draft = _taken(report_id, version, (DraftState.DRAFT,), access.can_write(actor, place), "只有综合管理部门可以报审")
    errors = {}
    if not draft.opening:
        errors["opening"] = "请先写明总体情况"
    if draft.report.figures["problems"] and not draft.problems:
        errors["problems"] = "数字里有没有达到的，请写明整改要求"
    if errors:
        raise Refused("reform.words", "；".join(errors.values()), remedy="先保存文字，再报审", errors=errors)
    waiting = _self_reports_open(draft.report).filter(due_at__gt=at)
    if waiting.exists():
        names = "、".join(waiting.order_by("department_id").values_list("department__short_name", flat=True)[:5])
        raise Refused(
            "reform.self_reports", f"{names}等部门还没有自评，期限还没有到", remedy="等自评交齐或者期满以后再报审"
        )
    draft.state, draft.submitted_by_id, draft.submitted_at, draft.returned_why = (
        DraftState.SUBMITTED,
        actor.person_id,
        at,
        "",
    )
    save(draft, "state", "submitted_by", "submitted_at", "returned_why")
    record(actor, "reform.submit", draft.report, at=at)
    _end(actor, draft.report, ReformWork.REPORT, at, "submitted")
    made = draft.report
    work = _wait(
        actor,
        made,
        ReformWork.CONSENT,
        place.office,
        "principal",
        "reform.consent_limit",
        f"审签{made.get_kind_display()}",
        at,
    )
    persons = holders(StaffRole.PRINCIPAL, today(at), department_id=place.office.pk)
    tell("reform_submitted", at=at, persons=persons, page=page_of(made), title=made.title, due=_due(work))
    return draft


def _due(work: WorkItem) -> str:
    return work.due_at.astimezone(TZ).strftime("%m月%d日") if work.due_at else ""


def _self_reports_open(report: ReformReport) -> Any:
    return WorkItem.objects.filter(
        kind=ReformWork.SELF_REPORT,
        subject_kind=report._meta.label_lower,
        subject_id=report.pk,
        state__in=[WorkState.RUNNING, WorkState.PAUSED],
    )


def _end(actor: Actor, report: ReformReport, kind: str, at: datetime, outcome: str) -> None:
    work = open_of(report, kind)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome=outcome)


@action
def return_report(*, actor: Actor, report_id: int, why: str, at: datetime, version: int | None = None) -> ReportDraft:
    """Not consented to: back to be worded anew, with the reason."""
    place = _place(report_id)
    draft = _taken(report_id, version, (DraftState.SUBMITTED,), access.can_consent(actor, place), "由主要负责同志审签")
    if not why.strip():
        raise Refused("reform.why", "请写明退回的理由", field="why")
    if len(why.strip()) > TEXT_LIMIT:
        raise Refused("reform.why", f"不能超过 {TEXT_LIMIT} 个字", field="why", remedy="请写要点")
    draft.state, draft.returned_why = DraftState.DRAFT, why.strip()
    save(draft, "state", "returned_why")
    made = draft.report
    record(actor, "reform.return", made, at=at, why=draft.returned_why)
    _end(actor, made, ReformWork.CONSENT, at, "returned")
    _wait(
        actor,
        made,
        ReformWork.REPORT,
        place.office,
        "comprehensive",
        "reform.draft_limit",
        f"修改{made.get_kind_display()}",
        at,
    )
    persons = [draft.submitted_by] if draft.submitted_by is not None else []
    tell("reform_returned", at=at, persons=persons, page=page_of(made), title=made.title, why=draft.returned_why[:80])
    return draft


@action
def publish_report(*, actor: Actor, report_id: int, at: datetime, version: int | None = None) -> Publication:
    """The principal consents, and it is published as it stands: figures, words, and each department's own word.

    It never changes.
    """
    place = _place(report_id)
    draft = _taken(report_id, version, (DraftState.SUBMITTED,), access.can_consent(actor, place), "由主要负责同志审签")
    if draft.submitted_by_id == actor.person_id:
        raise forbid("报审和审签不能是同一个人")
    made = draft.report
    body = {**made.figures, **said_in(draft)}
    if made.kind == ReportKind.YEAR:
        body["self_reports"] = {f"d{row.department_id}": row.text for row in self_reports(made)}
    assert draft.submitted_by_id is not None
    published = Publication(
        report=made,
        number=papers.number_of(made),
        body=body,
        sha256=figures.sha256_of(body),
        submitted_by_id=draft.submitted_by_id,
        consented_by_id=actor.required_person_id,
        at=at,
    )
    insert([published])
    draft.state = DraftState.PUBLISHED
    save(draft, "state")
    issue(kind=ReformPaper.REPORT, subject=published, data=papers.report(published), at=at, number=published.number)
    record(actor, "reform.publish", made, at=at, data={"publication": published.pk, "sha256": published.sha256})
    _end(actor, made, ReformWork.CONSENT, at, "published")
    for work in _self_reports_open(made).select_for_update(no_key=True).order_by("id"):
        close(actor=actor, item=work, at=at, outcome="published", cancelled=True)
    return published


def said_in(draft: ReportDraft) -> dict[str, Any]:
    return {
        "opening": draft.opening,
        "problems_said": draft.problems,
        "next_steps": draft.next_steps,
        "comments": draft.comments,
    }


def self_reports(report: ReformReport) -> list[SelfReport]:
    """Each department's latest word."""
    rows = (
        SelfReport.objects.filter(report=report).select_related("department", "by").order_by("department_id", "-round")
    )
    latest: dict[int, SelfReport] = {}
    for row in rows:
        latest.setdefault(row.department_id, row)
    return list(latest.values())


@action
def hand_self_report(
    *, actor: Actor, report_id: int, department_id: int, text: str, at: datetime, idempotency_key: str = ""
) -> SelfReport:
    """A department's word on its year; again until the evaluation is submitted, the latest counts.

    Late is better than never.
    """
    claimed = claim(actor, idempotency_key, "reform.hand_self_report", [report_id, department_id, text], at=at)
    if (known := answered(claimed)) is not None:
        return SelfReport.objects.get(pk=known)
    place = _place(report_id)
    office = Department.objects.get(pk=department_id)
    draft = _taken(
        report_id, None, (DraftState.DRAFT,), access.can_self_report(actor, office, place), "只能为本部门自评"
    )
    if f"d{office.pk}" not in evaluated(draft.report):
        raise Refused(
            "reform.not_evaluated", "这一期不评价本部门，不用自评", remedy="季度通报没有自评；年度评价只评有办件的部门"
        )
    said = text.strip()
    if not said:
        raise Refused("reform.text", "请写明本部门一年的情况", field="text")
    if len(said) > TEXT_LIMIT:
        raise Refused("reform.text", f"不能超过 {TEXT_LIMIT} 个字", field="text", remedy="请写要点")
    made = SelfReport(
        report=draft.report,
        department=office,
        round=SelfReport.objects.filter(report=draft.report, department=office).count() + 1,
        text=said,
        by_id=actor.required_person_id,
        at=at,
    )
    insert([made])
    record(
        actor,
        "reform.hand_self_report",
        made,
        at=at,
        data={"report": report_id, "department": office.pk, "round": made.round},
    )
    work = open_of(draft.report, ReformWork.SELF_REPORT, office.pk)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome="handed in")
    remember(claimed, made)
    return made


def draft_due(at: datetime) -> int:
    """Every quarter and year that is over and has no report, of every region, each by itself. Returns how many were
    drawn up.

    A region whose report fails holds up no other; it is tried again the next night.
    """
    return sum(_draft_due(place, kind, at) for place in figures.places() for kind in ReportKind.values)


def _draft_due(place: Place, kind: str, at: datetime) -> int:
    day, done = today(at), 0
    begins = due_of(place, kind, day)
    try:
        while figures.end_of(kind, begins) <= day and _lived(place, figures.end_of(kind, begins)):
            made = draft_report(actor=Actor.system(), region_id=place.region.pk, kind=kind, begins=begins, at=at)
            begins, done = made.until, done + 1
    except Exception:  # whatever is wrong with one region's report, the others' are drawn up
        log.exception("report on the reform failed", region=place.region.code, kind=kind, begins=str(begins))
    return done


def _lived(place: Place, until: date) -> bool:
    """Whether anything was filed before that day: of the time before there is nothing to report."""
    return Project.objects.filter(hall_id__in=place.hall_ids, filed_at__lt=datetime.combine(until, time(), TZ)).exists()


__all__ = [
    "draft_due",
    "draft_report",
    "edit_report",
    "hand_self_report",
    "publish_report",
    "return_report",
    "submit_report",
]
