"""A gap's lapse killed half way is not there and happens at the next tick; what two do to a gap or a coordination at
once happens once.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.apps.county import Company, County, at, new_company, new_county
from tests.apps.gaps import AGREED, LACKING, asked, clerk, files, item_of, published, scan, signed
from tests.apps.test_coordination import asked as case_put
from tests.apps.test_coordination import convener
from tests.apps.test_killed_promises import once
from tests.apps.test_onemap import guided, hand_in
from tests.apps.test_together import together
from yinuo.engine.base import Refused
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.deficient.actions import agree_to_gap, decline_gap, sign_gap_commitment, supply_gap
from yinuo.rooms.deficient.models import DeficientAcceptance
from yinuo.rooms.onemap.actions import accept, conclude_coordination, start_coordination
from yinuo.rooms.onemap.models import Application, Coordination, MapItem, Submission

pytestmark = pytest.mark.slow


@pytest.fixture
def stage(committed_db: str) -> tuple[County, Company, MapItem]:
    return begun()


def begun() -> tuple[County, Company, MapItem]:
    county, company = new_county(), new_company()
    item = item_of(guided(county, company))
    published(county)
    clerk(county)
    return county, company, item


def won(results: list[Any]) -> list[Any]:
    assert all(isinstance(result, Refused) for result in results if isinstance(result, Exception)), results
    return [result for result in results if not isinstance(result, Exception)]


def test_a_lapse_killed_half_way_is_not_there_and_happens_at_the_next_tick(db: None) -> None:
    county, company, item = begun()
    signed(county, company, item)
    once("deficient.give_up", lambda: tick(at("2026-11-14 00:01")))
    assert Application.objects.get(item=item).outcome == "given_up"
    assert DeficientAcceptance.objects.get().state == "given_up"


def test_two_who_judge_sign_or_fill_at_once_do_it_once(stage: tuple[County, Company, MapItem]) -> None:
    county, company, item = stage
    window, judge = clerk(county), county.actor("approver", "soil_conservation")
    pk = asked(window, company, item).pk
    judged = together(
        lambda: agree_to_gap(actor=judge, deficient_id=pk, days=5, at=AGREED),
        lambda: decline_gap(actor=judge, deficient_id=pk, why="不行", at=AGREED),
    )
    assert len(won(judged)) == 1
    if DeficientAcceptance.objects.get().state == "declined":
        pk = asked(window, company, item).pk
        agree_to_gap(actor=judge, deficient_id=pk, days=5, at=AGREED)
    file, moment = scan(window), at("2026-11-06 11:00")
    assert (
        len(
            won(
                together(
                    *[
                        lambda: sign_gap_commitment(
                            actor=window, deficient_id=pk, file_id=file, signed_by="马", at=moment
                        )
                    ]
                    * 3
                )
            )
        )
        == 1
    )
    assert WorkItem.objects.filter(kind="deficient_gap").count() == WorkItem.objects.filter(kind="limit").count() == 1
    rows, later = files(company, item, {LACKING}, at("2026-11-09 09:00")), at("2026-11-09 09:00")
    assert (
        len(won(together(*[lambda: supply_gap(actor=company.actor, deficient_id=pk, materials=rows, at=later)] * 3)))
        == 1
    )
    assert Submission.objects.filter(application__item=item).count() == 2


def test_a_coordination_put_started_and_ended_by_two_at_once_is_one(stage: tuple[County, Company, MapItem]) -> None:
    county, company, item = stage
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=county.actor("approver", "soil_conservation"), item_id=item.pk, at=at("2026-11-06 15:00"))
    head = convener(county, item)
    assert len(won(together(*[lambda: case_put(county, item)] * 2))) == 1
    pk, moment = Coordination.objects.get().pk, at("2026-11-10 11:00")
    assert len(won(together(*[lambda: start_coordination(actor=head, coordination_id=pk, at=moment)] * 3))) == 1
    clock = WorkItem.objects.get(kind="limit")
    assert (clock.state, clock.events.count(), clock.tags) == ("paused", 1, ["1+X"])
    ended = at("2026-11-11 11:00")
    act = lambda: conclude_coordination(actor=head, coordination_id=pk, conclusion="按新方案", at=ended)  # noqa: E731
    assert len(won(together(*[act] * 3))) == 1
    assert WorkItem.objects.get(kind="limit").events.count() == 2
