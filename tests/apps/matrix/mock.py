"""Who may do what in `mock`; see test_permissions.py, whose table this is a part of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from tests.apps.county import at
from tests.apps.mocking import ANSWERS, CONTACTS, NO_CHANGE
from tests.apps.test_onemap import PDF
from yinuo.engine.base import Actor
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.people.queries import department
from yinuo.rooms.mock import actions, queries
from yinuo.rooms.mock.models import MockApplication, MockOpinion
from yinuo.rooms.onemap.models import MapItem

if TYPE_CHECKING:
    from tests.apps.world import World

WINDOW = {"window"}
MAY: dict[str, set[str]] = {
    "mock.register": WINDOW,
    "mock.keep_signed": WINDOW,
    "mock.give_opinion": {"approver"},  # of the department asked: the matrix's own
    "mock.distribute": WINDOW,
    "mock.keep_file": WINDOW,
    "mock.hand_in": WINDOW,
    "mock.take_back": WINDOW,
    "mock.withdraw": WINDOW,
    "mock.register_land": WINDOW,
    "mock.report_change": WINDOW,
}
INNER: set[str] = {"onemap.enter_mock", "onemap.leave_mock", "onemap.begin_conversion", "onemap.end_mock"}
CAME, NEXT = at("2026-11-06 15:00"), at("2026-11-06 15:30")


def registered(world: World, actor: Actor) -> MockApplication:
    return actions.register(
        actor=actor,
        project_id=world.project.pk,
        contacts=CONTACTS,
        progress="已备案",
        land="拟用国有建设用地",
        land_expected_on=date(2027, 2, 1),
        legal_representative="马晓云",
        matters=[first(world).pk],
        answers=ANSWERS,
        at=CAME,
    )


def first(world: World) -> MapItem:
    """A matter whose prerequisites are met."""
    from yinuo.rooms.onemap.actions.common import waiting_for

    return next(item for item in queries.choosable(world.project) if not waiting_for(item))


def signed(world: World) -> MockApplication:
    window = world.actor("window")
    return keep_scanned(window, registered(world, window), scanned(world))


def scanned(world: World) -> int:
    return store_upload(actor=world.actor("window"), name="扫描件.pdf", content=PDF, unit_id=None, at=CAME).pk


def keep_scanned(actor: Actor, made: MockApplication, file: int) -> MockApplication:
    return actions.keep_signed(
        actor=actor, application_id=made.pk, form_id=file, commitment_id=file, committed_on=CAME.date(), at=CAME
    )


def running(world: World) -> MockApplication:
    window, made = world.actor("window"), signed(world)
    for opinion in MockOpinion.objects.filter(application=made).select_related("department"):
        handler = world.county.actor("approver", opinion.department.key)
        actions.give_opinion(actor=handler, opinion_id=opinion.pk, agreed=True, text="同意", at=CAME)
    return actions.distribute(actor=window, application_id=made.pk, at=CAME)


def asked(world: World) -> MockOpinion:
    """An opinion wanted of the department the matrix's approver is of."""
    made = signed(world)
    opinion = MockOpinion.objects.filter(application=made).order_by("id").first()
    assert opinion is not None
    MockOpinion.objects.filter(pk=opinion.pk).update(department=department(world.county.hall.pk, world.department.key))
    return opinion


def act_of(world: World, action: str) -> Callable[[Actor], object]:
    """The action ready to be done, everything in place but its actor."""
    if action == "mock.register":
        return lambda actor: registered(world, actor)
    if action == "mock.keep_signed":
        made, file = registered(world, world.actor("window")), scanned(world)
        return lambda actor: keep_scanned(actor, made, file)
    if action == "mock.give_opinion":
        opinion = asked(world)
        return lambda actor: actions.give_opinion(actor=actor, opinion_id=opinion.pk, agreed=True, text="同意", at=NEXT)
    if action == "mock.distribute":
        made = signed(world)
        MockApplication.objects.filter(pk=made.pk).update(state="agreed")
        return lambda actor: actions.distribute(actor=actor, application_id=made.pk, at=NEXT)
    return while_running(world, action)


def while_running(world: World, action: str) -> Callable[[Actor], object]:
    made, window = running(world), world.actor("window")
    item = MapItem.objects.get(mock_matters__application=made)
    file = actions.keep_file(actor=window, application_id=made.pk, name="材料.pdf", content=PDF, at=CAME)
    rows = [{"id": material["id"], "file": file.pk} for material in item.materials]
    scan = store_upload(actor=window, name="合同.pdf", content=PDF, unit_id=None, at=CAME).pk
    if action == "mock.take_back":
        actions.hand_in(actor=window, application_id=made.pk, item_id=item.pk, materials=rows, at=CAME)
    acts: dict[str, Callable[[Actor], object]] = {
        "mock.keep_file": lambda actor: actions.keep_file(
            actor=actor, application_id=made.pk, name="图.pdf", content=PDF, at=NEXT
        ),
        "mock.hand_in": lambda actor: actions.hand_in(
            actor=actor, application_id=made.pk, item_id=item.pk, materials=rows, at=NEXT
        ),
        "mock.take_back": lambda actor: actions.take_back(
            actor=actor, application_id=made.pk, item_id=item.pk, why="改", at=NEXT
        ),
        "mock.withdraw": lambda actor: actions.withdraw(actor=actor, application_id=made.pk, why="不办了", at=NEXT),
        "mock.register_land": lambda actor: actions.register_land(
            actor=actor,
            application_id=made.pk,
            kind="contract",
            number="出让1号",
            on=CAME.date(),
            file_id=scan,
            answers=NO_CHANGE,
            at=NEXT,
        ),
        "mock.report_change": lambda actor: actions.report_change(
            actor=actor, application_id=made.pk, cases=["land"], text="未竞得", at=NEXT
        ),
    }
    return acts[action]
