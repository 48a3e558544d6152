"""What happens on the map or to the project and moves a mock approval: results, validity over, a change, a start, an
end.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, Refused
from yinuo.engine.documents.models import Document
from yinuo.engine.work.actions import open_of
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.mock.actions.common import cites, end, end_if_done, lock_application, settle, tell_all
from yinuo.rooms.mock.actions.converting import begin_again
from yinuo.rooms.mock.changes import detected
from yinuo.rooms.mock.models import OPEN, MatterOutcome, MockApplication, MockMatter, MockState
from yinuo.rooms.onemap.actions.common import locked
from yinuo.rooms.onemap.actions.mocking import end_mock
from yinuo.rooms.onemap.mocking import cites_of
from yinuo.rooms.onemap.models import ItemState, MapItem
from yinuo.rooms.onemap.room import MapPaper, MapWork
from yinuo.rooms.projects.models import ProgressReport, Project

ITEM = "onemap.mapitem"


def _matter_of(item_id: int) -> MockMatter | None:
    return MockMatter.objects.filter(item_id=item_id, outcome="", application__state__in=OPEN).first()


def item_mocked(*, actor: Actor, subject: MapItem, at: datetime, why: str) -> None:
    """The circulation sheet notes who gave the mock document, and until when it is valid."""
    matter = _matter_of(subject.pk)
    if matter is None:
        return
    validity = open_of(subject, MapWork.MOCK_CONVERSION)
    papers = Document.objects.filter(subject_kind=ITEM, subject_id=subject.pk, kind=MapPaper.MOCK_RESULT)
    matter.mock_at, matter.mock_by_id, matter.paper = at, actor.person_id, papers.order_by("-id").first()
    if validity is not None and validity.due_at is not None:
        matter.valid_until = (validity.due_at - timedelta(microseconds=1)).astimezone(TZ).date()
    matter.note = ""
    matter.save(update_fields=["mock_at", "mock_by", "paper", "valid_until", "note"])


def item_not_mocked(*, actor: Actor, subject: MapItem, at: datetime, why: str) -> None:
    """A mock approval turned down: the matter may be handed in again; the sheet says so."""
    matter = _matter_of(subject.pk)
    if matter is not None:
        matter.note = f"模拟审批未通过：{why}"[:240]
        matter.save(update_fields=["note"])


def item_decided(*, actor: Actor, subject: MapItem, at: datetime, why: str) -> None:
    """The formal decision on what was under mock approval."""
    matter = _matter_of(subject.pk)
    if matter is None:
        return
    matter.formal_at, matter.formal_by_id = at, actor.person_id
    matter.save(update_fields=["formal_at", "formal_by"])
    settle(matter, MatterOutcome.CONVERTED if subject.state == ItemState.GRANTED else MatterOutcome.REFUSED)
    end_if_done(actor, lock_application(matter.application_id), at)


def lapsed(*, actor: Actor, subject: WorkItem, at: datetime, why: str) -> None:
    """A mock document is valid for its term only (附件4·二(五)):
    then the matter is open again, and everybody is told.
    """
    if subject.kind != MapWork.MOCK_CONVERSION or subject.waits_for != "unit" or subject.subject_kind != ITEM:
        return
    item, matter = locked(subject.subject_id), _matter_of(subject.subject_id)
    if item.state != ItemState.MOCK_GRANTED or matter is None:
        return
    application = lock_application(matter.application_id)
    why = f"模拟审批文件有效期届满没有转为正式审批，已经失效（{'；'.join(cites_of(item, 'mock.validity'))}）"
    tell_all(application, "mock_lapsed", at, matter=item.name)
    end_mock(actor=Actor.system(), item=item, why=why, at=at)
    settle(matter, MatterOutcome.LAPSED, "有效期届满")
    end_if_done(Actor.system(), application, at)


def start_reported(*, actor: Actor, subject: ProgressReport, at: datetime, why: str) -> None:
    """Raises Refused for a start of construction before the formal documents: the report is not kept."""
    project = subject.project
    waiting = MapItem.objects.filter(project=project, mock=True).order_by("position").values_list("name", flat=True)
    if waiting:
        raise Refused(
            "mock.start",
            f"项目还在模拟审批，{len(waiting)} 个事项没有办理正式审批文件，工程不得开工建设",
            field="kind",
            remedy=f"请先取得正式审批文件：{'、'.join(waiting)}",
            cites=cites("mock.offline", project),
        )


def facts_changed(*, actor: Actor, subject: Project, at: datetime, why: str) -> None:
    """While the departments convert, a change that matters means approval anew; before, it is looked at when the land
    is there.
    """
    found = (
        MockApplication.objects.filter(project=subject, state=MockState.CONVERTING).values_list("pk", flat=True).first()
    )
    if found is None:
        return
    application = lock_application(found)
    told = detected(application)
    if told:
        begin_again(actor, application, told, at)


def project_ended(*, actor: Actor, subject: Project, at: datetime, why: str) -> None:
    """Withdrawn, terminated or filed anew: the map has closed its matters already."""
    for found in MockApplication.objects.filter(project=subject, state__in=OPEN).values_list("pk", flat=True):
        application = lock_application(found)
        for matter in application.matters.filter(outcome=""):
            settle(matter, MatterOutcome.ENDED, "项目已结束")
        end(actor, application, MockState.ENDED, f"项目已结束：{why}", at)
