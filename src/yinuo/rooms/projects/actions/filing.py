"""Instant filing (秒批秒办): rules, code, certificate, trail and job in one transaction, or nothing."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from yinuo.core.calendar import TZ
from yinuo.core.decision import Decision
from yinuo.core.facts import UNKNOWN, look_up
from yinuo.core.screen import screen_filing
from yinuo.engine.base import Actor, PageRef, Refused, forbid
from yinuo.engine.catalogue.queries import HallBook, book, hall_for_filing
from yinuo.engine.documents.actions import issue_unlisted
from yinuo.engine.inserting import insert, new_row
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import Person, ProjectUnit
from yinuo.engine.rules import opening_stage, pack, roles
from yinuo.engine.trail.actions import Once, action, current, enter, once, record, request_hash, store
from yinuo.engine.work.actions import About, Limits, open_item
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.credit import relying
from yinuo.rooms.credit.models import CreditHead
from yinuo.rooms.credit.relying import EVENTS
from yinuo.rooms.projects import access, leaves, papers
from yinuo.rooms.projects.actions.checking import faults_of, need_basics
from yinuo.rooms.projects.actions.drafts import refuse_secret
from yinuo.rooms.projects.actions.locking import lock
from yinuo.rooms.projects.caches import of_facts, of_work, say_in_work
from yinuo.rooms.projects.codes import BASIC_CONSTRUCTION, CodeRequest, provider
from yinuo.rooms.projects.models import (
    ChangeRequest,
    Draft,
    FilingCertificate,
    Pledge,
    Project,
    ProjectKind,
    ProjectState,
)
from yinuo.rooms.projects.queries import contacts, registered
from yinuo.rooms.projects.room import ProjectsPaper, ProjectsWork

log = logging.getLogger(__name__)

CODE_TRIES = 12
PLEDGE_VERSION = "2023-02-20"


@dataclass(frozen=True, slots=True)
class Filing:
    """What a filing led to; `repeated` = this request had been answered before and nothing was written again."""

    project: Project
    decision: dict[str, Any]
    repeated: bool = False


@action
def file_project(
    *,
    actor: Actor,
    unit_id: int,
    facts: dict[str, Any],
    pledged: bool,
    at: datetime,
    idempotency_key: str = "",
    draft_id: int | None = None,
    allow_duplicate: bool = False,
) -> Filing:
    """Files a project for the actor's unit; a filing that qualifies has its code and certificate when this returns.

    One that does not qualify goes to manual handling with the rules that stopped it; missing facts are asked for, and
    nothing is kept. Raises: Refused (secret, faulty or missing facts, duplicate), Forbidden (another's unit).
    """
    if not access.can_file(actor, unit_id):
        raise forbid("只能为您获授权的单位申报项目")
    refuse_secret(facts, at)
    claim = once(actor, idempotency_key, request_hash([unit_id, facts, pledged]), at=at) if idempotency_key else None
    if claim is not None and claim.answer is not None:
        return Filing(Project.objects.get(pk=claim.answer["project"]), claim.answer["decision"], repeated=True)
    if not pledged:
        raise Refused(
            "projects.pledge",
            "请阅读并作出备案信用承诺",
            field="pledge",
            remedy="信息真实、符合产业政策、不涉密是备案的前提",
        )
    applicant = _applicant(actor, unit_id, str(facts.get("name", "")).strip(), at)
    if applicant.unit.credit_code is None:
        raise Refused(
            "projects.no_credit_code",
            "贵单位只有预先核准的企业名称，还没有统一社会信用代码，不能申报备案",
            remedy="领取营业执照后，请到政务服务大厅补登统一社会信用代码，再来申报；已保存的草稿不会丢失",
            cites=pack().cite_texts(pack().parameter("filing.required_facts", at.astimezone(TZ).date()).cites),
        )
    if applicant.duplicate and not allow_duplicate:
        raise Refused(
            "projects.duplicate",
            "贵单位近期已申报过同名项目",
            field="name",
            remedy="请先查看已有项目；确为另一个项目时，请确认后继续",
            data={"project": applicant.duplicate},
        )
    return _file(actor, applicant, _complete(facts, applicant), at, claim, draft_id)


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who files: the person, the unit, its grade of this moment,
    and a project that looks like the same one (0 = none).
    """

    person: Person
    unit: ProjectUnit
    grade: str
    duplicate: int


_APPLICANT = f"""
    SELECT p.id, p.name, p.phone, p.email, u.id, u.name, u.type, u.credit_code, u.state_owned, u.foreign_invested,
           c.seq, c.score, c.grade, {EVENTS},
           coalesce((SELECT x.id FROM projects_project x WHERE x.unit_id = u.id AND x.name = %s AND x.filed_at >= %s
                     AND x.state NOT IN ('refused', 'withdrawn', 'terminated') LIMIT 1), 0)
    FROM people_authorisedperson a
    JOIN people_person p ON p.id = a.person_id AND p.is_active
    JOIN people_projectunit u ON u.id = a.unit_id
    LEFT JOIN credit_credithead c ON c.unit_id = u.id
    WHERE a.person_id = %s AND a.unit_id = %s AND a.confirmed_at IS NOT NULL
      AND a.from_on <= %s AND (a.to_on IS NULL OR a.to_on > %s)
    LIMIT 1
"""  # noqa: S608


# An official who stands in for the unit needs no binding: the visit or the agreement is what lets them.
_STOOD_IN = f"""
    SELECT p.id, p.name, p.phone, p.email, u.id, u.name, u.type, u.credit_code, u.state_owned, u.foreign_invested,
           c.seq, c.score, c.grade, {EVENTS},
           coalesce((SELECT x.id FROM projects_project x WHERE x.unit_id = u.id AND x.name = %s AND x.filed_at >= %s
                     AND x.state NOT IN ('refused', 'withdrawn', 'terminated') LIMIT 1), 0)
    FROM people_person p, people_projectunit u
    LEFT JOIN credit_credithead c ON c.unit_id = u.id
    WHERE p.id = %s AND p.is_active AND u.id = %s
"""  # noqa: S608


def _applicant(actor: Actor, unit_id: int, name: str, at: datetime) -> Applicant:
    """Person, unit, grade and a possible duplicate in one statement; one more where this process has not verified the
    unit's points yet.

    Raises: Forbidden without a confirmed binding; Refused where the grade is not what was signed.
    """
    day = at.astimezone(TZ).date()
    since = at - timedelta(days=pack().integer("duplicate.window", day))
    with connection.cursor() as cursor:
        if actor.via:
            cursor.execute(_STOOD_IN, [name, since, actor.person_id, unit_id])
        else:
            cursor.execute(_APPLICANT, [name, since, actor.person_id, unit_id, day, day])
        row = cursor.fetchone()
    if row is None:
        raise forbid("您还没有获得该单位的授权，或授权已结束")
    *about, seq, score, grade, events, duplicate = row
    person = Person(id=about[0], name=about[1], phone=about[2], email=about[3])
    unit = ProjectUnit(
        id=about[4],
        name=about[5],
        type=about[6],
        credit_code=about[7],
        state_owned=about[8],
        foreign_invested=about[9],
    )
    person._state.adding = unit._state.adding = False
    head = (
        CreditHead(unit_id=unit.pk) if seq is None else CreditHead(unit_id=unit.pk, seq=seq, score=score, grade=grade)
    )
    return Applicant(person, unit, relying.grade_of(head, events, at), duplicate)


def _complete(facts: dict[str, Any], applicant: Applicant) -> dict[str, Any]:
    """The facts with what the platform knows of the unit in place of anything typed.

    Raises Refused naming every faulty field.
    """
    unit, grade = applicant.unit, applicant.grade
    # 只有办理人员能作的确认，企业填了也不算。
    facts = {key: value for key, value in facts.items() if key != "confirmations"}
    whole = {**facts, "unit": registered(unit, grade)}
    faults = faults_of(whole)
    if faults:
        first = next(iter(faults))
        raise Refused(
            "projects.facts", "填写的内容有误，请改正后再提交", field=first, remedy=faults[first], errors=faults
        )
    return whole


def _judge(facts: dict[str, Any], at: datetime) -> Decision:
    """The filing question; missing facts are asked for, all at once. Raises Refused."""
    decision = screen_filing(facts, pack(), at.astimezone(TZ).date())
    missing = list(decision.missing)
    required = pack().parameter("filing.required_facts", decision.as_of).value
    missing += [path for path in required if path not in missing and look_up(facts, path) is UNKNOWN]
    if missing and not decision.outcome["stops"]:
        errors = {path: _ask_for(path, facts) for path in missing}
        raise Refused(
            "projects.incomplete", "还有必填的内容没有填写", field=missing[0], remedy=errors[missing[0]], errors=errors
        )
    need_basics(facts)
    return decision


def _ask_for(path: str, facts: dict[str, Any]) -> str:
    """What is to be done about a fact that is missing, or that is there and does not say enough."""
    label = pack().facts.label(path)
    if look_up(facts, path) is not UNKNOWN:
        return f"请把{label}填完整：{pack().facts[path].help}"
    if path not in pack().facts:
        return "请填写"
    return pack().form.question(path).missing or f"请填写{label}"


def _file(
    actor: Actor, applicant: Applicant, facts: dict[str, Any], at: datetime, claim: Once | None, draft_id: int | None
) -> Filing:
    decision = _judge(facts, at)
    hall_id = hall_for_filing(facts["region"])
    if hall_id is None:
        raise Refused("projects.region", "本平台不受理这个地区的项目", field="region", remedy="请选择项目所在县")
    if actor.via and hall_id != actor.hall_id:
        raise Refused(
            "projects.other_hall",
            "这个地区的项目不在本大厅申报",
            field="region",
            remedy="请到项目所在县的政务服务大厅，或者由企业在线申报",
        )
    hall = book(hall_id)
    kind = facts["kind"]
    held = kind == ProjectKind.FILING and decision.outcome["instant"] is not True
    project = Project(
        **of_facts(facts),
        unit=applicant.unit,
        hall=hall.hall,
        state=ProjectState.MANUAL if held else ProjectState.FILED,
        facts=facts,
        rules_on=at.astimezone(TZ).date(),
        pack_hash=pack().hash,
        filed_by=applicant.person,
        filed_at=at,
        filed_via=actor.via,
        instant=not held and kind == ProjectKind.FILING,
    )
    if kind == ProjectKind.FILING:
        project.decision = store(decision, at)
    _insert(project, hall, at, held)
    record(
        actor,
        "projects.file",
        project,
        at=at,
        project_code=project.code or "",
        decision=project.decision,
        data={
            "name": project.name,
            "unit": applicant.unit.pk,
            "kind": kind,
            "total_investment": project.total_investment,
        },
    )
    current().add(
        new_row(Pledge, project_id=project.pk, text_version=PLEDGE_VERSION, person_id=applicant.person.pk, at=at)
    )
    if held:
        _hand_over(actor, project, hall, decision, at)
    elif project.code is not None:
        after_code(actor, project, hall, at, grade=applicant.grade)
    if draft_id is not None:
        _close_draft(draft_id, project)
    answer = decision.to_json() if project.decision is None else project.decision.body
    if claim is not None:
        claim.remember(201, {"project": project.pk, "decision": answer})
    return Filing(project, answer)


def _insert(project: Project, hall: HallBook, at: datetime, held: bool) -> None:
    """Writes the project with a code nobody has; a held one gets its code when it is approved by hand."""
    if held:
        insert([project])
        return
    request = code_request(project, hall)
    taken: set[str] = set()
    for _ in range(CODE_TRIES):
        code = provider().assign(request)
        if code is not None and code in taken:
            log.error("code %s, given for %s, is another project's", code, request.key)
            code = None
        project.code, project.state = code, ProjectState.FILED if code else ProjectState.ASSIGNING
        if insert([project], unless_taken=True):
            if code is None:
                fetch_later(project)
            return
        taken.add(code or "")
    raise Refused("projects.code", "暂时无法赋码，请稍后再提交", remedy="您填写的内容没有丢失，请一分钟后重试")


def fetch_later(project: Project) -> None:
    current().jobs.append(("yinuo.rooms.projects.tasks.fetch_code", {"project_id": project.pk}))


def code_request(project: Project, hall: HallBook) -> CodeRequest:
    """The same for every asking about one project, whenever and in whatever zone its row was read; the key is fit for a
    header.
    """
    department = pack().departments[roles().filing_department]
    filed_at = project.filed_at.astimezone(UTC)
    key = hashlib.sha256(f"{project.unit_id}:{filed_at.isoformat()}:{project.name}".encode()).hexdigest()
    return CodeRequest(key, hall.hall.region.code, department.code, BASIC_CONSTRUCTION, filed_at)


def ask_code(project: Project) -> str | None:
    """A code for a project that already has its row; None while it is being assigned, or while only another project's
    is offered.
    """
    request = code_request(project, book(project.hall_id))
    taken: set[str] = set()
    for _ in range(CODE_TRIES):
        code = provider().assign(request)
        if code is None or not Project.objects.filter(code=code).exists():
            return code
        if code in taken:
            break
        taken.add(code)
    log.error("code %s, given for %s, is another project's", code, request.key)
    return None


def after_code(actor: Actor, project: Project, hall: HallBook, at: datetime, *, grade: str) -> None:
    """What follows a code: the certificate of a filing in the colour of `grade`, the review's clock, and everybody
    told.
    """
    code = project.code or ""
    issuer = hall.department(roles().filing_department).pk
    enter("project.basic", code, leaves.basic(project), at=at, issuer_id=issuer, first=True)
    record(
        actor,
        "projects.assign_code",
        project,
        at=at,
        project_code=code,
        data={"code": code},
        chain="project.code_assigned",
        issuer_id=issuer,
    )
    if project.kind == ProjectKind.FILING:
        number = certificate_number(project)
        certificate = new_row(FilingCertificate, project_id=project.pk, number=number, issued_at=at)
        current().add(certificate)
        data = papers.first_certificate(project, certificate, grade)
        issue_unlisted(
            kind=ProjectsPaper.CERTIFICATE,
            subject=project,
            data=data,
            at=at,
            project_code=code,
            unit_id=project.unit_id,
        )
        record(
            actor,
            "projects.issue_certificate",
            project,
            at=at,
            project_code=code,
            data={"number": number, "code": code},
            chain="approval.document",
            issuer_id=issuer,
        )
    review = _open_review(actor, project, hall, at)
    tell(
        "filed",
        at=at,
        persons=contacts(project, at),
        unit_id=project.unit_id,
        project_code=code,
        page=page_of(project),
        project=project.name,
        code=code,
    )
    handler = hall.handler(roles().filing_matter)
    due = review.due_at.astimezone(TZ).strftime("%m月%d日 %H:%M") if review.due_at else ""
    tell(
        "review_due",
        at=at,
        persons=[handler] if handler else [],
        project_code=code,
        page=review.page_ref,
        project=project.name,
        code=code,
        due=due,
    )


def certificate_number(project: Project) -> str:
    """文号 from the code's month and random part:
    unique with the code, and without a counter for filings to queue at.
    """
    code = project.code or ""
    moment = project.filed_at.astimezone(TZ)
    prefix = pack().parameter("certificate.number_prefix", project.rules_on).value
    return f"{prefix}〔{moment.year}〕{code[2:4]}{code[-6:]}号"


def page_of(project: Project) -> PageRef:
    return PageRef("unit:project", project_id=project.pk)


def about(
    subject: Any,
    project: Project,
    title: str,
    page: PageRef,
    *,
    unit_page: PageRef | None = None,
    stage: str = "",
    tags: tuple[str, ...] = (),
    matter_id: str = "",
) -> About:
    """The words of a work item on this project."""
    return About(
        subject=subject,
        title=title,
        subtitle=of_work(project)["subtitle"],
        page=page,
        unit_page=unit_page,
        project_id=project.pk,
        project_code=project.code or "",
        unit_id=project.unit_id,
        stage=stage,
        tags=tags,
        matter_id=matter_id,
    )


def _open_review(actor: Actor, project: Project, hall: HallBook, at: datetime) -> WorkItem:
    return _open(
        actor, project, hall, at, ProjectsWork.REVIEW, "review.limit", PageRef("staff:review", project_id=project.pk)
    )


def _open(
    actor: Actor, project: Project, hall: HallBook, at: datetime, kind: ProjectsWork, limit: str, page: PageRef
) -> WorkItem:
    handler = hall.handler(roles().filing_matter)
    return open_item(
        actor=actor,
        kind=kind,
        about=about(project, project, str(kind.label), page, stage=opening_stage()),
        limits=Limits(pack().integer(limit, project.rules_on)),
        rules_on=project.rules_on,
        at=at,
        department_id=hall.department(roles().filing_department).pk,
        hall_id=hall.hall.pk,
        assignee_id=handler.pk if handler else None,
        key_needed=False,
    )


def open_for_office(actor: Actor, project: Project, request: ChangeRequest, at: datetime) -> WorkItem:
    """The filing office's work on a change that the gate held back, due like a filing handled by hand."""
    hall = book(project.hall_id)
    handler = hall.handler(roles().filing_matter)
    kind = ProjectsWork.CHANGE
    page = PageRef("staff:change", request_id=request.pk)
    return open_item(
        actor=actor,
        kind=kind,
        about=about(request, project, str(kind.label), page, stage=opening_stage()),
        limits=Limits(pack().integer("manual_filing.limit", at.astimezone(TZ).date())),
        rules_on=at.astimezone(TZ).date(),
        at=at,
        department_id=hall.department(roles().filing_department).pk,
        hall_id=hall.hall.pk,
        assignee_id=handler.pk if handler else None,
        key_needed=False,
    )


def _hand_over(actor: Actor, project: Project, hall: HallBook, decision: Decision, at: datetime) -> None:
    why = "；".join(stop["why"] for stop in decision.outcome["stops"]) or "需要人工确认"
    _open(
        actor,
        project,
        hall,
        at,
        ProjectsWork.MANUAL_FILING,
        "manual_filing.limit",
        PageRef("staff:manual", project_id=project.pk),
    )
    tell(
        "held",
        at=at,
        persons=contacts(project, at),
        unit_id=project.unit_id,
        page=page_of(project),
        project=project.name,
        why=why,
    )


def _close_draft(draft_id: int, project: Project) -> None:
    """Raises Refused when the draft has been filed already: a double click files once."""
    closed = Draft.objects.filter(pk=draft_id, unit_id=project.unit_id, filed_as__isnull=True).update(filed_as=project)
    if not closed:
        raise Refused("projects.draft_filed", "这份申报已经提交过了", remedy="请到“我的项目”查看")


@action
def assign_code(*, actor: Actor, project_id: int, at: datetime) -> Project:
    """Asks the provider again for a project whose code was being assigned; run twice it changes nothing."""
    project = lock(project_id)
    if project.code is not None or project.state != ProjectState.ASSIGNING:
        return project
    code = ask_code(project)
    if code is None:
        return project
    project.code, project.state, project.version = code, ProjectState.FILED, project.version + 1
    project.save(update_fields=["code", "state", "version"])
    say_in_work(project)
    after_code(actor, project, book(project.hall_id), at, grade=relying.rely_on(project.unit, at).grade)
    return project


def facts_text(facts: Mapping[str, Any], path: str) -> str:
    """A fact as people read it; empty when unknown."""
    value = look_up(facts, path)
    if value is UNKNOWN:
        return ""
    spec = pack().facts.get(path)
    if isinstance(value, bool):
        return "是" if value else "否"
    return spec.choices.get(str(value), str(value)) if spec else str(value)
