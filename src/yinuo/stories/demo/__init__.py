"""The demonstration: one hall among those of its prefecture, its people, eight companies and an agency, and the
projects they have lived through up to now.

Everything a person could have done is done through the rooms' actions at its own instant; only people, roles and
bindings are written directly. All of it is one transaction: a build that is killed leaves nothing, and the next one
begins anew.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor
from yinuo.engine.bootstrap import sync_pack
from yinuo.engine.caches import rebuild
from yinuo.engine.catalogue import queries as catalogue
from yinuo.engine.notices.models import Message, MessageState
from yinuo.engine.people import contact
from yinuo.engine.people.models import Hall, Person, ProjectUnit
from yinuo.engine.trail.actions import action, record
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.clocks import forget_calendar
from yinuo.rooms.commitments.caches import REVIEW_ON
from yinuo.rooms.projects.models import Project
from yinuo.stories.demo import lives, plain, prefecture, scenes
from yinuo.stories.demo.people import COMPANIES, NEWCOMER_LOGIN, WORKERS, Login, assemble, logins_of
from yinuo.stories.demo.tracks import (
    agency,
    credit,
    entrance,
    gaps,
    grants,
    inspections,
    land,
    reviews,
    rulings,
    window,
)
from yinuo.stories.demo.tracks.mock import SCENES as MOCK
from yinuo.stories.demo.tracks.oversight import SCENES as OVERSIGHT
from yinuo.stories.demo.tracks.regional import SCENES as REGIONAL
from yinuo.stories.demo.world import World

__all__ = ["Login", "build", "logins", "refuse_in_earnest"]

MARK = "config.demonstration"
LOCK = 0x79696E756F  # "yinuo": two builders of one database wait for each other
UNREAD_SINCE_WORKING_DAYS = 3


class UnfitForDemonstration(RuntimeError):
    """The database holds what does not go together with a demonstration; the words are for the operator."""

    exit_code = 1

    def format_message(self) -> str:
        return str(self)


def build(progress: Callable[[str], None], now: datetime | None = None) -> list[Login]:
    """Makes the demonstration once; where it stands already, changes nothing. Returns its logins.

    Raises: UnfitForDemonstration on a database in which somebody else's people or projects are.
    """
    moment = timezone.now() if now is None else now
    forget_calendar()
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                # Whoever comes second waits for the whole of the first.
                cursor.execute("SET LOCAL lock_timeout = 0")
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            if not stands():
                _refuse_real_data()
                progress("演示数据：人员和企业")
                _live_through(sync_pack(moment.astimezone(TZ).date()), moment, progress)
    finally:
        # What was read inside a transaction that may not stand must not be kept.
        catalogue.forget()
        contact.forget()
    return logins()


def stands() -> bool:
    """Whether this database holds the demonstration. Asked by subject, which is indexed, for a trail may be long."""
    return Entry.objects.filter(subject_kind=Hall._meta.label_lower, verb=MARK).exists()


def refuse_in_earnest() -> None:
    """Raises UnfitForDemonstration where the demonstration stands: its passwords are known to everybody."""
    if stands():
        raise UnfitForDemonstration(
            "这个数据库里是演示数据，人人知道密码；请加 --demo，或用 --data 另选一个文件夹正式启动"
        )


def _refuse_real_data() -> None:
    for model, what in ((Project, "项目"), (ProjectUnit, "项目单位"), (Person, "用户")):
        if model.objects.exists():
            raise UnfitForDemonstration(f"这个数据库里已有真实的{what}，不能再放演示数据；请用 --data 另选一个文件夹")


def _live_through(hall: Hall, now: datetime, progress: Callable[[str], None]) -> None:
    began = now - timedelta(days=400)
    if not plain.is_told():
        world = plain.world_of(hall, began, now, progress)
    else:
        world = _told(World(assemble(hall, began), now, progress))
    world.play()
    _settle_messages(world)
    rebuild(REVIEW_ON, actor=Actor.system(), at=now)
    _mark(hall=hall, at=now)


def _told(world: World) -> World:
    """The scenes of the county whose story is told."""
    for scene in (
        *lives.SCENES,
        *scenes.SCENES,
        *agency.SCENES,
        *gaps.SCENES,
        *land.SCENES,
        *window.SCENES,
        *grants.SCENES,
    ):
        world.add(scene(world))
    for scene in (
        *REGIONAL,
        *MOCK,
        *OVERSIGHT,
        *entrance.SCENES,
        *inspections.SCENES,
        *reviews.SCENES,
        *rulings.SCENES,
        *credit.SCENES,
    ):
        world.add(scene(world))
    for scene in prefecture.SCENES:
        world.add(scene(world))
    return world


def logins() -> list[Login]:
    """Who may be tried, in this county's demonstration."""
    return [*logins_of(WORKERS, COMPANIES), NEWCOMER_LOGIN] if plain.is_told() else plain.logins()


def _settle_messages(world: World) -> None:
    """The messages of the past have left long ago: none goes out now, and the older ones have been read."""
    Message.objects.filter(state=MessageState.QUEUED).update(
        state=MessageState.SENT, sent_at=F("queued_at"), attempts=1
    )
    Message.objects.filter(queued_at__lt=world.ago(UNREAD_SINCE_WORKING_DAYS)).update(read_at=F("queued_at"))
    with connection.cursor() as cursor:
        done = [
            "house.dispatch",
            "notices.dispatch",
            "agency.grade_changed",
            "commitments.grade_changed",
            "projects.grade_changed",
        ]
        done.append("projects.project_changed")
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = ANY(%s) AND status = 'todo'", [done])


@action
def _mark(*, hall: Hall, at: datetime) -> None:
    record(Actor.system(), MARK, hall, at=at, why="演示数据")
