"""加减分 worked off one after another: the next stands there after each decision."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.apps.county import Company, County, at, new_company
from tests.apps.points import carry_out, propose
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, text_of
from tests.web.test_staff_exports import sheet
from yinuo.faces.credit.staff_queue import SIZE
from yinuo.rooms.credit.models import PointProposal

__all__ = ["company", "county", "set_clock"]


@pytest.fixture
def three(county: County, company: Company, set_clock: SetClock) -> list[PointProposal]:
    set_clock("2026-11-12 15:00")
    return [propose(county, company, data={"article": article}) for article in ("50", "51", "52")]


def consent(client: Client, proposal: PointProposal) -> Any:
    form = {"do": "consent", "consent-version": proposal.version, "consent-note": "同意"}
    return client.post(f"/staff/credit/{proposal.pk}/", form)


def test_after_a_decision_the_next_of_the_queue_stands_there(county: County, three: list[PointProposal]) -> None:
    client = desk(county, "principal")
    first, second, third = three
    page = text_of(client.get("/staff/credit/"))
    assert f'href="/staff/credit/{first.pk}/">逐件办理' in page.replace(' class="btn b-primary"', "")
    assert page.index(f"/staff/credit/{first.pk}/") < page.index(f"/staff/credit/{third.pk}/")
    assert "第 2 件，共 3 件" in text_of(client.get(f"/staff/credit/{second.pk}/"))
    assert consent(client, second).headers["Location"] == f"/staff/credit/{third.pk}/"
    assert "已同意，转总召集人执行" in text_of(client.get(f"/staff/credit/{third.pk}/"))
    refused = {"do": "refuse", "refuse-version": third.version, "refuse-reason": "证据不足"}
    assert client.post(f"/staff/credit/{third.pk}/", refused).headers["Location"] == f"/staff/credit/{first.pk}/"
    assert consent(client, first).headers["Location"] == "/staff/credit/"
    assert "没有等您办的加减分" in text_of(client.get("/staff/credit/"))


def test_carrying_out_goes_on_the_same_way(county: County, three: list[PointProposal]) -> None:
    for proposal in three[:2]:
        consent(desk(county, "principal"), proposal)
    client = desk(county, "general_convener")
    for proposal, after in ((three[0], f"/staff/credit/{three[1].pk}/"), (three[1], "/staff/credit/")):
        proposal.refresh_from_db()
        answer = client.post(f"/staff/credit/{proposal.pk}/", {"do": "execute", "execute-version": proposal.version})
        assert answer.headers["Location"] == after
    assert "第 1 件" not in text_of(client.get(f"/staff/credit/{three[2].pk}/"))


def test_another_departments_principal_looks_and_has_no_queue(county: County, three: list[PointProposal]) -> None:
    client = desk(county, "principal", "ecology")
    page = text_of(client.get("/staff/credit/"))
    assert "逐件办理" not in page
    assert "待您审签" not in page
    assert f"/staff/credit/{three[0].pk}/" in page
    assert "共 3 件" not in text_of(client.get(f"/staff/credit/{three[0].pk}/"))


def test_the_queue_is_paged_from_its_beginning_and_everything_from_its_end(
    county: County, company: Company, set_clock: SetClock
) -> None:
    made = propose(county, company)
    values = PointProposal.objects.filter(pk=made.pk).values().get()
    values.pop("id")
    PointProposal.objects.bulk_create(PointProposal(**values) for _ in range(SIZE))
    ids = list(PointProposal.objects.order_by("id").values_list("pk", flat=True))
    client = desk(county, "principal")
    first = text_of(client.get("/staff/credit/"))
    assert f"after={ids[SIZE - 1]}" in first
    assert f'href="/staff/credit/{ids[-1]}/"' not in first
    assert f'href="/staff/credit/{ids[-1]}/"' in text_of(client.get(f"/staff/credit/?after={ids[SIZE - 1]}"))
    whole = text_of(client.get("/staff/credit/?view=all"))
    assert f'href="/staff/credit/{ids[-1]}/"' in whole
    assert f"view=all&amp;after={ids[1]}" in whole
    assert client.get("/staff/credit/?after=nonsense").status_code == 200


def test_the_exported_queue_names_everybody_who_had_a_hand_in_it(
    county: County, company: Company, set_clock: SetClock
) -> None:
    set_clock("2026-11-12 15:00")
    carry_out(county, propose(county, company))
    propose(county, new_company("丙公司", "78"))
    head, *rows = sheet(desk(county, "supervisor").get("/staff/export/credit/"))
    assert len(rows) == 2
    done = dict(zip(head, rows[1], strict=True))
    assert done["状态"] == "已执行"
    assert float(done["预计变动（分）"]) < 0
    assert all(done[name] for name in ("提出人", "审签人", "执行人", "执行时间"))
    assert at("2026-11-12 15:00").replace(tzinfo=None) >= done["提出时间"]
    own = sheet(desk(county, "principal").get("/staff/export/credit/"))
    assert [row[0] for row in own[1:]] == ["丙公司"]
