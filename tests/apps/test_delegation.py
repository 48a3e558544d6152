"""代班: from a day to a day, ended earlier, arranged once however often it is sent (U-5)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.apps.county import Company, County, at
from tests.apps.killing import counts
from tests.apps.test_onemap import guided, hand_in, ready
from tests.beginnings import begins_with
from yinuo.engine.base import Refused
from yinuo.engine.people import actions as people
from yinuo.engine.people.models import Delegation, Membership
from yinuo.engine.people.queries import actor_of_membership, delegations_around, standing_in
from yinuo.engine.trail.models import Entry
from yinuo.engine.work import access as work_access
from yinuo.engine.work import queries as inbox
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap.actions import accept

pytestmark = begins_with(guided)

NOON = at("2026-11-06 12:00")


def substituted_by(person_id: int, day: date) -> set[int]:
    return {row.person_id for row in standing_in(person_id, day)}


FIRST, LAST = date(2026, 11, 9), date(2026, 11, 16)


@pytest.fixture
def pair(county: County) -> tuple[Membership, Membership]:
    return county.add("approver", "water"), county.add("approver", "water")


def arrange(pair: tuple[Membership, Membership], **changes: Any) -> Delegation:
    away, there = pair
    arguments = {
        "actor": actor_of_membership(away), "person": away.person, "substitute": there.person,
        "from_on": FIRST, "to_on": LAST, "reason": "休假", "at": NOON, **changes,
    }  # fmt: skip
    return people.delegate(**arguments)


def test_the_substitute_stands_in_from_the_first_day_to_the_day_before_the_end(
    pair: tuple[Membership, Membership],
) -> None:
    arrange(pair)
    away, there = pair[0].person_id, pair[1].person_id
    days = [date(2026, 11, 8), FIRST, date(2026, 11, 15), LAST]
    assert [substituted_by(there, day) for day in days] == [set(), {away}, {away}, set()]


def test_the_substitute_may_handle_what_is_the_persons_and_only_while_it_holds(
    county: County, company: Company
) -> None:
    item = ready(guided(county, company))
    hand_in(company, item, at("2026-11-06 09:00"))
    pair = (county.add("approver", item.department.key), county.add("approver", item.department.key))
    work = WorkItem.objects.get(kind="receipt")
    WorkItem.objects.filter(pk=work.pk).update(assignee=pair[0].person)
    work.refresh_from_db()
    arrange(pair)
    there = actor_of_membership(pair[1])
    assert [work_access.can_handle(there, work, day) for day in (date(2026, 11, 8), FIRST, LAST)] == [
        False,
        True,
        False,
    ]
    accept(actor=there, item_id=item.pk, at=at("2026-11-09 09:00"))


def test_the_same_arrangement_sent_twice_is_one(pair: tuple[Membership, Membership]) -> None:
    first = arrange(pair)
    before = counts()
    assert arrange(pair).pk == first.pk
    assert counts() == before
    assert arrange(pair, to_on=date(2026, 11, 17)).pk != first.pk


def test_who_is_back_earlier_ends_it_from_today(pair: tuple[Membership, Membership]) -> None:
    made = arrange(pair)
    back = at("2026-11-11 08:30")
    ended = people.end_delegation(actor=actor_of_membership(pair[0]), delegation_id=made.pk, at=back, why="提前返岗")
    assert ended.to_on == date(2026, 11, 11)
    assert substituted_by(pair[1].person_id, date(2026, 11, 10)) == {pair[0].person_id}
    assert substituted_by(pair[1].person_id, date(2026, 11, 11)) == set()
    entry = Entry.objects.get(verb="people.end_delegation")
    assert (entry.why, entry.data) == ("提前返岗", {"person": pair[0].person_id, "substitute": pair[1].person_id})
    assert delegations_around(pair[0].person_id, date(2026, 11, 11)) == []


def test_one_that_has_not_begun_never_holds_for_a_day(pair: tuple[Membership, Membership]) -> None:
    made = arrange(pair)
    people.end_delegation(actor=actor_of_membership(pair[0]), delegation_id=made.pk, at=NOON, why="不休了")
    assert substituted_by(pair[1].person_id, FIRST) == set()


def test_what_has_ended_is_not_ended_again(pair: tuple[Membership, Membership]) -> None:
    made = arrange(pair)
    for moment in (at("2026-11-16 09:00"), at("2026-12-01 09:00")):
        with pytest.raises(Refused, match="已经结束") as refusal:
            people.end_delegation(actor=actor_of_membership(pair[0]), delegation_id=made.pk, at=moment, why="晚了")
        assert refusal.value.code == "people.delegation_ended"


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"to_on": FIRST}, "people.delegate_span"), ({"to_on": date(2026, 11, 1)}, "people.delegate_span")],
)
def test_an_end_that_is_not_after_the_beginning_is_refused(
    pair: tuple[Membership, Membership], changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        arrange(pair, **changes)
    assert (refusal.value.code, refusal.value.field) == (code, "to_on")


def test_a_delegation_for_some_matters_kinds_or_projects_covers_those_and_nothing_else(
    county: County, company: Company
) -> None:
    item = ready(guided(county, company))
    hand_in(company, item, at("2026-11-06 09:00"))
    pair = (county.add("approver", item.department.key), county.add("approver", item.department.key))
    WorkItem.objects.filter(kind="receipt").update(assignee=pair[0].person)
    work, there = WorkItem.objects.get(kind="receipt"), actor_of_membership(pair[1])
    assert (work.matter_id, work.project_id) == (item.matter_id, item.project_id)
    now = at("2026-11-09 09:00")

    def sees() -> bool:
        listed = work in inbox.page(there, "mine", now).items
        assert listed == work_access.can_handle(there, work, FIRST), (
            "the inbox shows what may be handled, and nothing else"
        )
        return listed

    for limits, seen in (
        ({"matters": ["construction_permit"]}, False),
        ({"kinds": ["limit"], "matters": [item.matter_id]}, False),
        ({"projects": [item.project_id + 1]}, False),
        ({"kinds": ["receipt", "limit"], "matters": [item.matter_id], "projects": [item.project_id]}, True),
    ):
        made = arrange(pair, **limits)
        assert arrange(pair, **limits).pk == made.pk, "sent twice it is one"
        assert sees() is seen, limits
        Delegation.objects.filter(pk=made.pk).delete()
    arrange(pair, matters=["construction_permit"])
    assert not sees()
    arrange(pair, kinds=["receipt"])
    assert sees(), "several hold at once, each for its part"
    with pytest.raises(Refused, match="没有“nothing”这个事项"):
        arrange(pair, matters=["nothing"])
    entry = Entry.objects.filter(verb="people.delegate").latest("pk")
    assert entry.data["kinds"] == ["receipt"]
