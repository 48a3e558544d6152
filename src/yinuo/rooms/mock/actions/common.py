"""What every act of the window on a mock approval begins with, and how the approval ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Model, Q

from yinuo.core.calendar import TZ
from yinuo.engine.base import NO_ROW, Actor, Forbidden, PageRef, Refused, Scope, check_version, forbid, save
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import Membership, Person, StaffRole
from yinuo.engine.people.queries import department, holders
from yinuo.engine.rules import pack, roles
from yinuo.engine.trail.actions import record
from yinuo.engine.work.actions import About, close
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.mock import access
from yinuo.rooms.mock.models import MatterOutcome, MockApplication, MockMatter, MockState
from yinuo.rooms.mock.papers import issue_circulation
from yinuo.rooms.mock.room import SERVICE
from yinuo.rooms.onemap.actions.common import locked
from yinuo.rooms.onemap.actions.mocking import end_mock
from yinuo.rooms.projects.actions import lock
from yinuo.rooms.projects.actions.filing import about
from yinuo.rooms.projects.models import Project, ProjectState
from yinuo.rooms.reviews.actions import service_ended


def cites(name: str, project: Project) -> list[str]:
    return pack().cite_texts(pack().parameter(name, project.rules_on).cites)


def need_window(actor: Actor, project: Project) -> None:
    """Raises Forbidden; whoever tries online is told why, where to go and what to bring."""
    if access.can_lead(actor, project):
        return
    if actor.role == "unit" and actor.unit_id == project.unit_id:
        bring = "；".join(pack().parameter("mock.bring", project.rules_on).value)
        raise Forbidden(
            "mock.offline",
            "模拟审批只在线下操作，不能网上申请",
            remedy=f"请到{project.hall.name}的投资建设项目审批服务窗口（综合窗口）办理，带上：{bring}",
            cites=cites("mock.offline", project),
        )
    raise forbid("模拟审批由项目所在大厅的综合窗口办理")


def take(actor: Actor, application_id: int, states: Iterable[str], version: int | None) -> MockApplication:
    """The application locked after its project, for the window, fresh and in one of `states`."""
    application = lock_application(application_id)
    need_window(actor, application.project)
    check_version(application, version)
    need_state(application, states)
    return application


def lock_application(application_id: int) -> MockApplication:
    project = lock(MockApplication.objects.values_list("project_id", flat=True).get(pk=application_id))
    application = MockApplication.objects.select_for_update(no_key=True, of=("self",)).get(pk=application_id)
    application.project = project
    return application


def need_state(application: MockApplication, states: Iterable[str]) -> None:
    if application.project.state != ProjectState.CONFIRMED:
        raise Refused(
            "mock.project_not_running", "项目未复核确认或已经结束，不能办理模拟审批", remedy="请查看项目当前状态"
        )
    if application.state not in set(states):
        raise Refused(
            "mock.state",
            f"模拟审批现在是“{application.get_state_display()}”，不能这样办理",
            remedy="可能已由他人办理，请刷新页面查看最新状态",
        )


def need_text(value: str, field: str, message: str) -> str:
    if not value.strip():
        raise Refused(f"mock.{field}", message, field=field)
    return value.strip()


def for_unit(actor: Actor, application: MockApplication) -> Actor:
    """The clerk acting for the applicant: inside this approval only, and every act says so."""
    if actor.role == "unit":
        return actor
    names = frozenset(application.matters.values_list("item__matter_id", flat=True))
    return Actor(
        person_id=actor.person_id,
        role="unit",
        hall_id=application.project.hall_id,
        unit_id=application.project.unit_id,
        entrance="window",
        via=f"mock.application:{application.pk}",
        scope=Scope(application.project_id, names),
    )


def scan(file_id: int | None, project: Project, field: str, what: str) -> StoredFile:
    """A paper scanned at the window: stored by the hall's people, or in the unit's own library.

    Raises Refused for another's.
    """
    file = StoredFile.objects.defer("content").filter(pk=file_id).first() if file_id else None
    if file is None:
        raise Refused(f"mock.{field}", f"请扫描并上传{what}", field=field)
    of_hall = (
        file.unit_id is None
        and Membership.objects.filter(person_id=file.by_id or NO_ROW, department__hall_id=project.hall_id).exists()
    )
    if file.unit_id != project.unit_id and not of_hall:
        raise Refused(f"mock.{field}", f"请上传这个项目的{what}", field=field)
    return file


def page_of(application: MockApplication) -> PageRef:
    return PageRef("staff:mock", application_id=application.pk)


def words(application: MockApplication, subject: Model, title: str) -> About:
    tags = ("模拟审批", "加大支持") if application.support == "enhanced" else ("模拟审批",)
    return about(subject, application.project, title, page_of(application), tags=tags)


def window_of(project: Project, at: datetime) -> list[Person]:
    office = department(project.hall_id, roles().window_department)
    return holders(StaffRole.WINDOW, at.astimezone(TZ).date(), department_id=office.pk)


def tell_all(application: MockApplication, template: str, at: datetime, **more: str) -> None:
    """The unit, the window and everybody whose matter is under way hear of it."""
    project, day = application.project, at.astimezone(TZ).date()
    offices = sorted(set(application.matters.filter(outcome="").values_list("item__department_id", flat=True)))
    people = {
        person.pk: person for office in offices for person in holders(StaffRole.APPROVER, day, department_id=office)
    }
    people |= {person.pk: person for person in window_of(project, at)}
    code = project.code or ""
    tell(
        template,
        at=at,
        persons=people.values(),
        project_code=code,
        page=page_of(application),
        project=project.name,
        words=more,
    )
    unit_page = PageRef("unit:mock", project_id=project.pk)
    tell(template, at=at, unit_id=project.unit_id, project_code=code, page=unit_page, project=project.name, words=more)


def end_matters(actor: Actor, application: MockApplication, outcome: MatterOutcome, why: str, at: datetime) -> None:
    """Every matter still under mock approval is open again, with the reason on record."""
    for matter in application.matters.filter(outcome="").select_related("item").order_by("item__position"):
        item = locked(matter.item_id)
        if item.mock:
            end_mock(actor=actor, item=item, why=why, at=at)
        settle(matter, outcome, why)


def settle(matter: MockMatter, outcome: MatterOutcome, note: str = "") -> None:
    matter.outcome, matter.note = outcome, note[:240]
    matter.save(update_fields=["outcome", "note"])


def end(actor: Actor, application: MockApplication, state: MockState, why: str, at: datetime) -> None:
    """The application is over; its circulation sheet is kept as it stood."""
    for work in (
        WorkItem.objects.select_for_update(no_key=True)
        .filter(_of(application), state__in=["running", "paused"])
        .order_by("id")
    ):
        close(actor=actor, item=work, at=at, outcome="mock approval ended", cancelled=True)
    application.state, application.closed_at, application.closed_why = state, at, why
    save(application, "state", "closed_at", "closed_why", "changes")
    issue_circulation(application, at)
    record(
        actor,
        "mock.end",
        application,
        at=at,
        project_code=application.project.code or "",
        why=why,
        data={"state": state, "changes": application.changes},
    )
    if application.number:
        service_ended(
            actor=actor,
            track=SERVICE,
            subject=application,
            project=application.project,
            name="模拟审批",
            page=PageRef("unit:mock", project_id=application.project_id),
            at=at,
        )


def _of(application: MockApplication) -> Q:
    opinions = list(application.opinions.values_list("pk", flat=True))
    return Q(subject_kind="mock.mockapplication", subject_id=application.pk) | Q(
        subject_kind="mock.mockopinion", subject_id__in=opinions
    )


def end_if_done(actor: Actor, application: MockApplication, at: datetime) -> None:
    """When nothing of it is under way any more it ends by itself."""
    if not application.is_open or application.matters.filter(outcome="").exists():
        return
    converted = application.matters.filter(outcome__in=[MatterOutcome.CONVERTED, MatterOutcome.ORDINARY]).exists()
    why = "各事项已转入正式审批" if converted else "没有仍在模拟审批的事项"
    end(actor, application, MockState.CONVERTED if converted else MockState.ENDED, why, at)
