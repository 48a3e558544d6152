"""What the unit reports while it builds, who builds with it, and its questions."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from yinuo.core.calendar import TZ
from yinuo.core.codes import CodeError, check_credit_code
from yinuo.core.masking import masked
from yinuo.engine.base import Actor, PageRef, Refused, forbid
from yinuo.engine.catalogue.queries import book
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import Person, StaffRole
from yinuo.engine.people.queries import holders
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.engine.work.actions import Limits, close, hand_over, open_item, open_of
from yinuo.rooms.projects import access
from yinuo.rooms.projects.actions.filing import about
from yinuo.rooms.projects.actions.locking import lock
from yinuo.rooms.projects.models import (
    Participant,
    ParticipantRole,
    ProgressReport,
    Project,
    ProjectState,
    Question,
    ReportKind,
)
from yinuo.rooms.projects.room import ProjectsWork

# What the column holds, in 万元.
MOST_INVESTED = Decimal(10) ** 12


def _own(actor: Actor, project_id: int) -> Project:
    project = lock(project_id)
    if not access.can_change(actor, project):
        raise forbid("只能办理本单位的项目")
    return project


def _need_running(project: Project) -> None:
    if project.state != ProjectState.CONFIRMED:
        raise Refused("projects.not_confirmed", "项目复核确认后、竣工前才能办理", remedy="请查看项目当前状态")


@action
def report_progress(
    *,
    actor: Actor,
    project_id: int,
    kind: str,
    on: date,
    at: datetime,
    percent: int | None = None,
    invested: Decimal | None = None,
    text: str = "",
    idempotency_key: str = "",
) -> ProgressReport:
    """Start, progress, investment done, completion (附件2·第十八条); start and completion are reported once."""
    project = _own(actor, project_id)
    claimed = claim(actor, idempotency_key, "projects.report", [project_id, kind, on, percent, invested, text], at=at)
    if (known := answered(claimed)) is not None:
        return ProgressReport.objects.get(pk=known)
    _need_running(project)
    if kind not in ReportKind.values:
        raise Refused("projects.report_kind", "请选择报送的内容", field="kind")
    if on > at.astimezone(TZ).date():
        raise Refused("projects.report_on", "发生日期不能晚于今天", field="on")
    if (kind == ReportKind.PROGRESS or percent is not None) and not 0 <= (-1 if percent is None else percent) <= 100:
        raise Refused("projects.report_percent", "请填写 0 到 100 之间的形象进度", field="percent")
    if (kind == ReportKind.INVESTMENT or invested is not None) and not 0 <= (
        -1 if invested is None else invested
    ) < MOST_INVESTED:
        raise Refused("projects.report_invested", "请填写累计完成投资（万元）", field="invested")
    if kind != ReportKind.START and project.started_on is None:
        raise Refused("projects.report_start_first", "请先报送开工建设信息", field="kind")
    if project.started_on is not None and on < project.started_on:
        raise Refused("projects.report_on", "发生日期不能早于开工日期", field="on")
    try:
        with transaction.atomic():
            report = ProgressReport.objects.create(
                project=project,
                kind=kind,
                on=on,
                percent=percent,
                invested=invested,
                text=text,
                person_id=actor.required_person_id,
                at=at,
            )
    except IntegrityError as error:
        raise Refused("projects.report_once", f"{ReportKind(kind).label}信息已经报送过", field="kind") from error
    if kind == ReportKind.START:
        project.started_on = on
        project.save(update_fields=["started_on"])
    record(
        actor,
        f"projects.report_{kind}",
        report,
        at=at,
        project_code=project.code or "",
        data={"on": on, "percent": percent},
    )
    remember(claimed, report)
    return report


@action
def report_participant(
    *, actor: Actor, project_id: int, role: str, name: str, credit_code: str, qualification: str, at: datetime
) -> Participant:
    """The company names the units it builds with (报备); naming another for the same role replaces nobody by itself."""
    project = _own(actor, project_id)
    _need_running(project)
    if role not in ParticipantRole.values:
        raise Refused("projects.participant_role", "请选择参建单位的类别", field="role")
    if not name.strip():
        raise Refused("projects.participant_name", "请填写参建单位名称", field="name")
    try:
        check_credit_code(credit_code)
    except CodeError as error:
        raise Refused("projects.participant_code", f"统一社会信用代码有误：{error}", field="credit_code") from error
    made, created = Participant.objects.get_or_create(
        project=project,
        role=role,
        credit_code=credit_code,
        replaced_at=None,
        defaults={"name": name.strip(), "qualification": qualification, "reported_at": at},
    )
    if created:
        record(
            actor,
            "projects.report_participant",
            made,
            at=at,
            project_code=project.code or "",
            data={"role": role, "credit_code": credit_code},
        )
    return made


@action
def end_participant(*, actor: Actor, participant_id: int, why: str, at: datetime) -> Participant:
    """A unit that builds no longer with the company; what it did before stays, and it may be reported again later."""
    project = _own(actor, Participant.objects.values_list("project_id", flat=True).get(pk=participant_id))
    row = Participant.objects.select_for_update(no_key=True).get(pk=participant_id)
    _need_running(project)
    if row.replaced_at is not None:
        raise Refused("projects.participant_ended", f"{row.name}已经不再参建", remedy="请刷新页面查看")
    if not why.strip():
        raise Refused("projects.participant_why", "请写明为什么不再参建", field="why")
    row.replaced_at, row.ended_why = at, why.strip()[:200]
    row.save(update_fields=["replaced_at", "ended_why"])
    record(
        actor,
        "projects.end_participant",
        row,
        at=at,
        why=row.ended_why,
        project_code=project.code or "",
        data={"role": row.role},
    )
    return row


@action
def ask_question(
    *, actor: Actor, project_id: int, text: str, at: datetime, matter_id: str = "", idempotency_key: str = ""
) -> Question:
    """A question of the unit about its project, to be answered within `question.limit` (附件7·第九条).

    One about a matter goes to the matter's department; the general convener passes on the others.
    """
    project = _own(actor, project_id)
    claimed = claim(actor, idempotency_key, "projects.question", [project_id, text, matter_id], at=at)
    if (known := answered(claimed)) is not None:
        return Question.objects.get(pk=known)
    if not text.strip():
        raise Refused("projects.question", "请写下您的问题", field="text")
    if matter_id and matter_id not in pack().matters:
        raise Refused("projects.question_matter", "请选择所问的事项", field="matter_id")
    office = book(project.hall_id).departments.get(pack().matters[matter_id].department) if matter_id else None
    question = Question.objects.create(
        project=project,
        text=text.strip(),
        asked_by_id=actor.required_person_id,
        asked_at=at,
        matter_id=matter_id,
        department=office,
    )
    record(actor, "projects.ask_question", question, at=at, project_code=project.code or "")
    role = StaffRole.APPROVER if office else StaffRole.GENERAL_CONVENER
    open_item(
        actor=actor,
        kind=ProjectsWork.QUESTION,
        about=about(question, project, f"答复提问：{question.text[:60]}", question_page(question)),
        limits=Limits(pack().integer("question.limit", project.rules_on)),
        rules_on=project.rules_on,
        at=at,
        department_id=office.pk if office else None,
        hall_id=project.hall_id,
        role=role,
    )
    day = at.astimezone(TZ).date()
    readers = holders(role, day, department_id=office.pk) if office else holders(role, day, hall_id=project.hall_id)
    _tell_of(question, readers, at)
    remember(claimed, question)
    return question


def _tell_of(question: Question, readers: list[Person], at: datetime) -> None:
    project = question.project
    tell(
        "question",
        at=at,
        persons=readers,
        project_code=project.code or "",
        page=question_page(question),
        project=project.name,
        text=question.text[:60],
    )


@action
def pass_question(*, actor: Actor, question_id: int, department_key: str, at: datetime) -> Question:
    """The general convener hands the question to the department
    that can answer it (附件7·第九条); its clock runs on.
    """
    question = _question(question_id)
    if not access.can_pass_question(actor, question):
        raise forbid("只有总召集人可以转办")
    if question.answered_at is not None:
        raise Refused("projects.answered", "这个问题已经答复过了", remedy="请刷新页面查看")
    office = book(question.project.hall_id).departments.get(department_key)
    if office is None:
        raise Refused("projects.question_department", "请选择承办部门", field="department_key")
    if question.department_id == office.pk:
        return question
    question.department = office
    question.save(update_fields=["department"])
    work = open_of(question, ProjectsWork.QUESTION)
    if work is not None:
        hand_over(actor=actor, item=work, department_id=office.pk, role=StaffRole.APPROVER, at=at)
    project = question.project
    record(
        actor,
        "projects.pass_question",
        question,
        at=at,
        project_code=project.code or "",
        data={"department": department_key},
    )
    _tell_of(question, holders(StaffRole.APPROVER, at.astimezone(TZ).date(), department_id=office.pk), at)
    return question


@action
def answer_question(*, actor: Actor, question_id: int, answer: str, at: datetime) -> Question:
    """The department it was passed to, or the general convener, answers; the asker hears of it."""
    question = _question(question_id)
    if not access.can_answer_question(actor, question):
        raise forbid("请由承办部门或总召集人答复")
    if question.answered_at is not None:
        raise Refused("projects.answered", "这个问题已经答复过了", remedy="请刷新页面查看")
    if not answer.strip():
        raise Refused("projects.answer", "请填写答复内容", field="answer")
    question.answer, question.answered_by_id, question.answered_at = answer.strip(), actor.person_id, at
    question.save(update_fields=["answer", "answered_by", "answered_at"])
    work = open_of(question, ProjectsWork.QUESTION)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome="answered")
    project = question.project
    record(actor, "projects.answer_question", question, at=at, project_code=project.code or "")
    tell(
        "answer",
        at=at,
        persons=[question.asked_by],
        unit_id=project.unit_id,
        page=PageRef("unit:questions", project_id=project.pk),
        text=answer[:80],
    )
    return question


@action
def publish_answer(*, actor: Actor, question_id: int, text: str, answer: str, at: datetime) -> Question:
    """Lets everybody read a question and its answer, retold in words that name no unit, project or person."""
    question = _question(question_id)
    if not access.can_answer_question(actor, question):
        raise forbid("请由承办部门或总召集人公开")
    if question.answered_at is None:
        raise Refused("projects.publish_answered", "还没有答复，不能公开", remedy="请先答复提问人")
    if question.published_at is not None:
        raise Refused("projects.published", "这个答复已经公开", remedy="要改文字的，先撤回再公开")
    said = {"text": text.strip(), "answer": answer.strip()}
    labels = {"text": "请写下公开的问题", "answer": "请写下公开的答复"}
    errors = {name: labels[name] if not words else _naming(question, words) for name, words in said.items()}
    if errors := {name: message for name, message in errors.items() if message}:
        raise Refused("projects.publish_words", "没有公开", errors=errors)
    question.public_text, question.public_answer = said["text"], said["answer"]
    question.published_at, question.published_by_id = at, actor.person_id
    question.save(update_fields=["public_text", "public_answer", "published_at", "published_by"])
    record(actor, "projects.publish_answer", question, at=at, project_code=question.project.code or "", data=said)
    return question


def _naming(question: Question, words: str) -> str:
    """What tells whose question it was, as a message; "" = nothing found.

    A name that nobody wrote down here cannot be found.
    """
    project = question.project
    told = (project.unit.name, project.name, project.code or "", project.unit.credit_code or "", question.asked_by.name)
    if found := next((one for one in told if one and one in words), ""):
        return f"写有“{found}”：公开的文字不写单位、项目和个人，请改成一般的说法"
    return "" if masked(words) == words else "写有手机号、证件号码或者邮箱，请去掉"


@action
def withdraw_answer(*, actor: Actor, question_id: int, why: str, at: datetime) -> Question:
    """Takes a published answer back, for the rules have changed or it says too much; the asker's own answer stays."""
    question = _question(question_id)
    if not access.can_answer_question(actor, question):
        raise forbid("请由承办部门或总召集人撤回")
    if question.published_at is None:
        raise Refused("projects.not_published", "这个答复没有公开", remedy="请刷新页面查看")
    if not why.strip():
        raise Refused("projects.withdraw_answer", "请写明为什么撤回", field="why")
    question.published_at = question.published_by = None
    question.save(update_fields=["published_at", "published_by"])
    record(
        actor,
        "projects.withdraw_answer",
        question,
        at=at,
        why=why.strip()[:200],
        project_code=question.project.code or "",
    )
    return question


def _question(question_id: int) -> Question:
    """The question locked, its project before it."""
    lock(Question.objects.values_list("project_id", flat=True).get(pk=question_id))
    return (
        Question.objects.select_for_update(no_key=True, of=("self",))
        .select_related("project__unit", "asked_by")
        .get(pk=question_id)
    )


def question_page(question: Question) -> PageRef:
    return PageRef("staff:question", question_id=question.pk)
