"""Going on with what was never paused: told so, and nothing written."""

from __future__ import annotations

import pytest

from tests.apps.county import Company, County, at
from tests.apps.killing import counts
from tests.apps.test_onemap import guided, hand_in, ready
from tests.beginnings import begins_with
from yinuo.engine.base import Refused
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap.actions import accept, pause_item, resume_item


@begins_with(guided)
def test_resuming_what_is_not_paused_is_refused_and_leaves_no_row(county: County, company: Company) -> None:
    item = ready(guided(county, company))
    handler = county.actor("approver", item.department.key)
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=handler, item_id=item.pk, at=at("2026-11-06 15:00"))
    rows = counts()
    with pytest.raises(Refused) as refused:
        resume_item(actor=handler, item_id=item.pk, note="完", at=at("2026-11-09 09:00"))
    assert refused.value.remedy
    assert counts() == rows
    pause_item(actor=handler, item_id=item.pk, reason="expert_review", note="评审", at=at("2026-11-09 10:00"))
    resume_item(actor=handler, item_id=item.pk, note="完", at=at("2026-11-09 11:00"))
    rows = counts()
    with pytest.raises(Refused):
        resume_item(actor=handler, item_id=item.pk, note="再完", at=at("2026-11-09 12:00"))
    assert counts() == rows
    work = WorkItem.objects.get(kind="limit", subject_id=item.pk)
    assert work.events.filter(kind="resume").count() == 1
