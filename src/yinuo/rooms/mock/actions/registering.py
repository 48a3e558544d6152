"""申请受理阶段 (附件4·四(一)): the window registers, keeps the signed papers,
hears two departments, and distributes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from yinuo.core.calendar import TZ
from yinuo.core.decision import Decision
from yinuo.core.schema import validate
from yinuo.engine.base import Actor, PageRef, Refused, check_version, forbid, save
from yinuo.engine.documents.attachments import AttachedFile, attach_files
from yinuo.engine.documents.models import FileRole
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import Hall, StaffRole
from yinuo.engine.people.queries import department, holders
from yinuo.engine.rules import pack, roles
from yinuo.engine.trail.actions import action, answered, claim, record, remember, store
from yinuo.engine.work.actions import Limits, close, open_item, open_of
from yinuo.rooms.credit.relying import rely_on
from yinuo.rooms.mock import access, papers
from yinuo.rooms.mock.actions.common import (
    cites,
    end,
    lock_application,
    need_state,
    need_text,
    need_window,
    page_of,
    scan,
    settle,
    take,
    tell_all,
    window_of,
    words,
)
from yinuo.rooms.mock.changes import snapshot
from yinuo.rooms.mock.eligibility import conditions_of
from yinuo.rooms.mock.models import (
    OPEN,
    MatterOutcome,
    MockApplication,
    MockMatter,
    MockOpinion,
    MockState,
)
from yinuo.rooms.mock.room import MockWork
from yinuo.rooms.onemap.actions.mocking import enter_mock
from yinuo.rooms.onemap.mocking import land_matters
from yinuo.rooms.onemap.models import ItemState, MapItem, Route
from yinuo.rooms.projects.actions import lock, need_not_stopped
from yinuo.rooms.projects.models import Project, ProjectState


@action
def register(
    *,
    actor: Actor,
    project_id: int,
    contacts: Sequence[Mapping[str, str]],
    progress: str,
    land: str,
    land_expected_on: date,
    legal_representative: str,
    matters: Sequence[int],
    answers: Mapping[str, Any],
    at: datetime,
    note: str = "",
    approvals: Sequence[int] = (),
    idempotency_key: str = "",
) -> MockApplication:
    """The application (附件4-1) as the applicant brings it to the window; the conditions are decided at once, with
    their clauses.

    Shape of `answers`: facts of the groups `mock` and `site` that the project's own facts leave open. `matters`: items
    of its map. Raises: Refused for what is unknown (naming it), what is not met, and whoever tries online.
    """
    project = lock(project_id)
    need_window(actor, project)
    body = [
        project_id,
        list(contacts),
        progress,
        land,
        land_expected_on,
        legal_representative,
        list(matters),
        answers,
        note,
    ]
    claimed = claim(actor, idempotency_key, "mock.register", body, at=at)
    if (known := answered(claimed)) is not None:
        return MockApplication.objects.get(pk=known)
    _need_running(project)
    told = _contacts(contacts)
    if land_expected_on <= at.astimezone(TZ).date():
        raise Refused("mock.land_expected_on", "土地预计取得时间应当晚于今天", field="land_expected_on")
    items = _items(project, matters)
    copies = [AttachedFile.of(scan(file, project, "approvals", "已取得的批复复印件")) for file in approvals]
    rely_on(project.unit, at)
    facts = snapshot(project, _answers(answers, len(told), project))
    decision = conditions_of(project, facts)
    _need_eligible(decision, project, note)
    try:
        with transaction.atomic():
            application = MockApplication.objects.create(
                project=project,
                contacts=told,
                progress=need_text(progress, "progress", "请填写项目基本概况及进展情况"),
                land=need_text(land, "land", "请填写项目用地基本情况"),
                land_expected_on=land_expected_on,
                legal_representative=need_text(legal_representative, "legal_representative", "请填写法定代表人"),
                facts=facts,
                decision=store(decision, at),
                support=decision.outcome["support"],
                note=note.strip(),
                registered_at=at,
                registered_by_id=actor.required_person_id,
            )
    except IntegrityError as error:
        raise Refused("mock.open_once", "这个项目已经在模拟审批中", remedy="请打开正在办理的模拟审批") from error
    attach_files(application, FileRole.APPROVAL, copies)
    MockMatter.objects.bulk_create(MockMatter(application=application, item=item) for item in items)
    papers.issue_forms(application, items, at)
    record(
        actor,
        "mock.register",
        application,
        at=at,
        project_code=project.code or "",
        why=note,
        data={"matters": [item.matter_id for item in items], "support": application.support},
    )
    unit_page = PageRef("unit:mock", project_id=project.pk)
    tell(
        "mock_registered",
        at=at,
        unit_id=project.unit_id,
        project_code=project.code or "",
        page=unit_page,
        project=project.name,
    )
    remember(claimed, application)
    return application


def _need_running(project: Project) -> None:
    need_not_stopped(project)
    if project.state != ProjectState.CONFIRMED:
        raise Refused(
            "mock.project_not_running", "项目复核确认、“一张图”生成以后才能申请模拟审批", remedy="请查看项目当前状态"
        )
    if project.started_on is not None:
        raise Refused("mock.started", "项目已经开工，不能再申请模拟审批", cites=cites("mock.offline", project))
    if MockApplication.objects.filter(project=project, state__in=OPEN).exists():
        raise Refused("mock.open_once", "这个项目已经在模拟审批中", remedy="请打开正在办理的模拟审批")


def _contacts(contacts: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    told = [{"name": str(row.get("name", "")).strip(), "phone": str(row.get("phone", "")).strip()} for row in contacts]
    told = [row for row in told if row["name"] or row["phone"]]
    if any(not row["name"] or not row["phone"] for row in told):
        raise Refused("mock.contacts", "请写全每位联系人的姓名和电话", field="contacts")
    if len({row["name"] for row in told}) < len(told):
        raise Refused("mock.contacts", "同一位联系人写了两次", field="contacts", remedy="请另外确定一名工作人员")
    return told


def _items(project: Project, ids: Sequence[int]) -> list[MapItem]:
    """The matters to be approved in mock, each still open on the project's map.

    Raises Refused naming the one that does not fit.
    """
    items = list(
        MapItem.objects.select_for_update(no_key=True).filter(project=project, pk__in=ids).order_by("position")
    )
    if not items or len(items) != len(set(ids)):
        raise Refused("mock.matters", "请在“一张图”上选择需模拟审批的事项", field="matters")
    barred = land_matters(project.rules_on)
    for item in items:
        item.project = project
        if item.matter_id in barred:
            raise Refused(
                "mock.land_matter",
                f"“{item.name}”是用地手续，不作模拟审批",
                field="matters",
                remedy="模拟审批视同已取得土地；用地手续请按常规办理",
                cites=cites("mock.land_matters", project),
            )
        if item.state != ItemState.OPEN or item.route != Route.REGULAR or item.completion or item.mock:
            raise Refused(
                "mock.matter",
                f"“{item.name}”不能列入模拟审批",
                field="matters",
                remedy="只有还没有申报的、竣工以前的事项可以模拟审批",
            )
    return items


def _answers(answers: Mapping[str, Any], contacts: int, project: Project) -> dict[str, Any]:
    """The window's answers as facts; who the subject is and how many contacts there are nobody need be asked."""
    given = {group: dict(answers.get(group) or {}) for group in ("mock", "site")}
    given["mock"] |= {"contacts": contacts, "subject": "registered" if project.unit.credit_code else "reserved"}
    faults = validate(given, pack().facts)
    if faults:
        raise Refused(
            "mock.facts", "填写的内容有误", field=faults[0].path, errors={fault.path: fault.message for fault in faults}
        )
    return given


def _need_eligible(decision: Decision, project: Project, note: str) -> None:
    answer = decision.outcome["eligible"]
    if answer is None:
        errors = {path: f"请问清并填写：{pack().facts.label(path)}" for path in decision.missing}
        raise Refused(
            "mock.unknown",
            "有的条件还不能判定：" + "、".join(pack().facts.label(path) for path in decision.missing),
            field=decision.missing[0],
            remedy="不知道的请先向项目单位或者主管部门问清，不能当作符合",
            cites=pack().cite_texts(
                list(dict.fromkeys(cite for step in decision.trace if step.outcome is None for cite in step.cites))
            ),
            errors=errors,
            data={"missing": list(decision.missing)},
        )
    failed = [step for step in decision.trace if step.outcome is False]
    if failed:
        by_grade = decision.outcome["support"] == "refused"
        raise Refused(
            "mock.grade" if by_grade else "mock.conditions",
            "不符合模拟审批的条件：" + "；".join(step.text.removeprefix("不符合：") for step in failed),
            remedy="请按常规方式办理；信用等次提高后可以再申请"
            if by_grade
            else "条件具备后可以再到窗口申请，也可以按常规方式办理",
            cites=pack().cite_texts(list(dict.fromkeys(cite for step in failed for cite in step.cites))),
        )
    if decision.outcome["support"] == "reduced" and not note.strip():
        measure = next(step for step in decision.trace if step.rule.startswith("measure."))
        raise Refused(
            "mock.reduced",
            f"{measure.text}，同意列入的请写明实际情况",
            field="note",
            cites=pack().cite_texts(measure.cites),
        )


@action
def keep_signed(
    *,
    actor: Actor,
    application_id: int,
    form_id: int | None,
    commitment_id: int | None,
    committed_on: date,
    at: datetime,
    version: int | None = None,
) -> MockApplication:
    """The stamped application and the signed commitment (附件4-2) are scanned and kept;
    the two departments are asked.
    """
    application = take(actor, application_id, [MockState.REGISTERED], version)
    project = application.project
    application.form = scan(form_id, project, "form", "盖章、签字的申请表（附件4-1）")
    application.commitment = scan(commitment_id, project, "commitment", "盖章、签名的承诺书（附件4-2）")
    if committed_on > at.astimezone(TZ).date():
        raise Refused("mock.committed_on", "承诺日期不能晚于今天", field="committed_on")
    application.committed_on, application.state = committed_on, MockState.OPINIONS
    save(application, "form", "commitment", "committed_on", "state")
    record(
        actor,
        "mock.keep_signed",
        application,
        at=at,
        project_code=project.code or "",
        data={
            "form": application.form.sha256,
            "commitment": application.commitment.sha256,
            "committed_on": committed_on,
        },
    )
    for key in pack().parameter("mock.opinion_departments", project.rules_on).value:
        _ask(actor, application, key, at)
    return application


def _ask(actor: Actor, application: MockApplication, key: str, at: datetime) -> None:
    project, office = application.project, department(application.project.hall_id, key)
    opinion = MockOpinion.objects.create(application=application, department=office)
    work = open_item(
        actor=actor,
        kind=MockWork.OPINION,
        about=words(application, opinion, f"模拟审批初审：{project.name}"),
        limits=Limits(pack().integer("mock.opinion_limit", project.rules_on)),
        rules_on=project.rules_on,
        at=at,
        department_id=office.pk,
        hall_id=project.hall_id,
    )
    due = work.due_at.astimezone(TZ).strftime("%m月%d日 %H:%M") if work.due_at else ""
    people = holders(StaffRole.APPROVER, at.astimezone(TZ).date(), department_id=office.pk)
    tell(
        "mock_opinion_due",
        at=at,
        persons=people,
        project_code=project.code or "",
        page=page_of(application),
        project=project.name,
        due=due,
    )


@action
def give_opinion(
    *, actor: Actor, opinion_id: int, agreed: bool, text: str, at: datetime, version: int | None = None
) -> MockOpinion:
    """A department's opinion on the application; one that disagrees ends it, with its reason."""
    application = lock_application(MockOpinion.objects.values_list("application_id", flat=True).get(pk=opinion_id))
    opinion = (
        MockOpinion.objects.select_for_update(no_key=True, of=("self",)).select_related("department").get(pk=opinion_id)
    )
    if not access.can_give_opinion(actor, opinion):
        raise forbid("由被征求意见的部门提出意见")
    check_version(opinion, version)
    need_state(application, [MockState.OPINIONS])
    if opinion.answered_at is not None:
        raise Refused("mock.opinion_given", "本部门已经提出过意见", remedy="请刷新页面查看")
    opinion.text = need_text(text, "text", "请写明意见")
    opinion.agreed, opinion.answered_at, opinion.answered_by_id = agreed, at, actor.person_id
    save(opinion, "agreed", "text", "answered_at", "answered_by")
    work = open_of(opinion, MockWork.OPINION)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome="agreed" if agreed else "disagreed")
    record(
        actor,
        "mock.give_opinion",
        opinion,
        at=at,
        project_code=application.project.code or "",
        why=text,
        data={"agreed": agreed},
    )
    if not agreed:
        _turn_down(actor, application, opinion, at)
    elif not application.opinions.exclude(agreed=True).exists():
        _all_agree(actor, application, at)
    return opinion


def _turn_down(actor: Actor, application: MockApplication, opinion: MockOpinion, at: datetime) -> None:
    why = f"{opinion.department.name}不同意：{opinion.text}"
    for matter in application.matters.all():
        settle(matter, MatterOutcome.ENDED)
    end(actor, application, MockState.REFUSED, why, at)
    tell_all(application, "mock_refused_entry", at, why=why[:80])


def _all_agree(actor: Actor, application: MockApplication, at: datetime) -> None:
    project = application.project
    application.state = MockState.AGREED
    save(application, "state")
    open_item(
        actor=actor,
        kind=MockWork.OPINION,
        about=words(application, application, f"分发模拟审批：{project.name}"),
        limits=Limits(None),
        rules_on=project.rules_on,
        at=at,
        department_id=department(project.hall_id, roles().window_department).pk,
        hall_id=project.hall_id,
        role=StaffRole.WINDOW,
    )
    people = window_of(project, at)
    tell(
        "mock_agreed",
        at=at,
        persons=people,
        project_code=project.code or "",
        page=page_of(application),
        project=project.name,
    )


@action
def distribute(*, actor: Actor, application_id: int, at: datetime, version: int | None = None) -> MockApplication:
    """The notice (附件4-3) to the departments of the matters chosen; from now on these are approved in mock."""
    application = take(actor, application_id, [MockState.AGREED], version)
    project = application.project
    matters = list(application.matters.select_related("item__department").order_by("item__position"))
    for matter in matters:
        matter.item.refresh_from_db()
        if matter.item.state == ItemState.OPEN:
            matter.item.project = project
            enter_mock(item=matter.item)
        else:
            # Handed in online while the departments were asked: it goes its ordinary way.
            settle(matter, MatterOutcome.ORDINARY, "分发以前已按常规申报")
    if all(matter.outcome for matter in matters):
        raise Refused(
            "mock.nothing_left", "选择的事项都已按常规申报，没有可以模拟审批的", remedy="请撤回这次模拟审批申请"
        )
    application.number, application.noticed_at, application.state = _number(at), at, MockState.RUNNING
    save(application, "number", "noticed_at", "state")
    work = open_of(application, MockWork.OPINION)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome="distributed")
    papers.issue_notice(application, at)
    record(
        actor,
        "mock.distribute",
        application,
        at=at,
        project_code=project.code or "",
        data={
            "number": application.number,
            "matters": [matter.item.matter_id for matter in matters if not matter.outcome],
        },
    )
    tell_all(application, "mock_distributed", at, number=application.number)
    return application


def _number(at: datetime) -> str:
    """The next number of the year; whoever counts holds the first hall's row, so that no two count alike."""
    Hall.objects.select_for_update(no_key=True).order_by("id").first()
    year = at.astimezone(TZ).year
    taken = MockApplication.objects.filter(number__startswith=f"模拟审批〔{year}〕").count()
    return f"模拟审批〔{year}〕{taken + 1}号"
