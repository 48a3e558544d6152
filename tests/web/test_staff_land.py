"""The hall's pages on land, the offices' form for a list, the public's parcels and the buyer's own (正文·二(二),
二(七)).
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.apps.county import Company, County, at, new_company
from tests.apps.test_land import FIGURES, NOON, answer, assembled, entered, furnished, keeper, opened, sold, standard
from tests.apps.test_onemap import guided
from tests.beginnings import begins_with
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, text_of
from yinuo.rooms.commitments.models import Commitment
from yinuo.rooms.land import actions as land
from yinuo.rooms.land.models import LandChecklist, Parcel, ParcelInterest, ParcelUse

pytestmark = begins_with(guided)

__all__ = ["company", "county", "set_clock"]


@pytest.fixture(autouse=True)
def noon(set_clock: SetClock) -> None:
    set_clock("2026-11-06 14:00")


def office(county: County, key: str = "natural_resources") -> Client:
    return desk(county, "approver", key)


def own(company: Company) -> Client:
    client = Client()
    client.force_login(company.person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_parcel_is_entered_prepared_declared_and_offered_on_its_page(county: County) -> None:
    client = office(county)
    said = {
        "key": "k1",
        "number": "JSS-1",
        "name": "唐集一号",
        "place": "吹麻滩",
        "area": "26680",
        "land_use": "industrial",
        "zone": "",
    }
    assert "填写地块名称" in text_of(client.post("/staff/parcels/", {**said, "name": ""}))
    assert client.post("/staff/parcels/", said).status_code == 302
    parcel = Parcel.objects.get()
    url = f"/staff/parcels/{parcel.pk}/"
    page = text_of(client.get(url))
    assert "还缺 10 项" in page and "40.02" in page
    refused = client.post(url, {"do": "standard", "standard-version": parcel.version})
    assert refused.status_code == 422 and "还不符合“标准地”的条件" in text_of(refused)
    noted = {"on": "2026-11-01", "evidence": "验收单"}

    def press(do: str, **fields: Any) -> None:
        parcel.refresh_from_db()
        sent = {"do": do, f"{do}-version": parcel.version, **{f"{do}-{name}": value for name, value in fields.items()}}
        reply = client.post(url, sent)
        assert reply.status_code == 302, text_of(reply)

    press("title", **noted)
    for kind in ("water", "power", "road", "levelling"):
        press("basic", kind=kind, ready="yes", **noted)
    for matter in ("soil_conservation_plan", "seismic_requirement_review", "energy_review"):
        press("assessment", matter_id=matter, **noted)
    press("indicators", **FIGURES)
    press("standard")
    press("offer")
    page = text_of(client.get(url))
    assert "已认定为“标准地”" in page and "固定资产投资强度不低于 180 万元/亩" in page


def test_the_desk_reads_a_parcel_in_a_fixed_number_of_queries(county: County, django_assert_num_queries: Any) -> None:
    parcel = standard(county)
    assembled(county, parcel)
    client = office(county)
    client.get(f"/staff/parcels/{parcel.pk}/")
    with django_assert_num_queries(16):
        client.get(f"/staff/parcels/{parcel.pk}/")


def test_other_offices_read_the_desk_and_press_nothing(county: County) -> None:
    parcel = furnished(county, entered(county))
    client = office(county, "housing")
    page = text_of(client.get(f"/staff/parcels/{parcel.pk}/"))
    assert "现在没有要您办的" in page and 'name="do"' not in page
    assert client.post(f"/staff/parcels/{parcel.pk}/", {"do": "offer"}).status_code == 403
    assert "登记一个地块" not in text_of(client.get("/staff/parcels/"))
    assert Client().get("/staff/parcels/").status_code == 302


def test_a_form_opened_before_somebody_elses_change_writes_nothing(county: County) -> None:
    parcel = standard(county)
    stale = parcel.version
    land.record_basic(
        actor=keeper(county),
        parcel_id=parcel.pk,
        kind="road",
        on=at("2026-11-02 00:00").date(),
        evidence="通车",
        at=NOON,
    )
    reply = office(county).post(f"/staff/parcels/{parcel.pk}/", {"do": "offer", "offer-version": stale})
    assert reply.status_code == 422 and "刚刚被别人改动过" in text_of(reply)
    assert Parcel.objects.get().status == "prepared"


def test_a_list_is_opened_answered_put_together_and_handed_over_with_the_contract(
    county: County, company: Company
) -> None:
    parcel, client = standard(county), office(county)
    url = f"/staff/parcels/{parcel.pk}/"
    asked = {
        "do": "open", "open-key": "k", "open-surveyed_on": "2026-11-01", "open-survey": "平整",
        "open-indicator_departments": ["water"], "open-design_departments": ["power_supply"],
    }  # fmt: skip
    assert "填写土地现状" in text_of(client.post(url, {**asked, "open-survey": ""}))
    assert client.post(url, asked).status_code == 302
    first, second = LandChecklist.objects.get().inputs.order_by("id")
    form = f"/staff/land-inputs/{first.pk}/"
    water = office(county, "water")
    page = text_of(water.get(form))
    assert "提出意见" in page and "平整" in page
    blank = {"version": first.version, "count": "2"}
    assert "请至少填写一条" in text_of(water.post(form, blank))
    more = text_of(water.post(form, {**blank, "0-subject": "防洪", "more": "1"}))
    assert "第 5 条" in more and "防洪" in more
    half = water.post(form, {**blank, "0-subject": "防洪"})
    assert half.status_code == 422 and "写明要求" in text_of(half)
    assert (
        water.post(
            form, {**blank, "0-subject": "防洪", "0-text": "北侧退让 12 米", "0-basis": "河道管理条例"}
        ).status_code
        == 302
    )
    power = office(county, "power_supply")
    form = f"/staff/land-inputs/{second.pk}/"
    assert "北侧退让 12 米" in text_of(power.get(form))
    assert power.post(form, {"version": second.version, "count": "2", "nothing": "on"}).status_code == 302
    found = LandChecklist.objects.get()
    assert client.post(url, {"do": "assemble", "assemble-version": found.version}).status_code == 302
    parcel.refresh_from_db()
    client.post(url, {"do": "offer", "offer-version": parcel.version})
    parcel.refresh_from_db()
    contract = {
        "do": "sell", "sell-version": parcel.version, "sell-unit": "", "sell-credit_code": "91620000710375659X",
        "sell-contract_number": "让1号", "sell-contract_on": "2026-11-05", "sell-note": "",
    }  # fmt: skip
    assert client.post(url, contract).status_code == 422
    assert client.post(url, {**contract, "sell-credit_code": company.unit.credit_code}).status_code == 302
    found.refresh_from_db()
    assert found.document is not None
    paper = own(company).get(f"/documents/{found.document_id}/")
    assert paper.status_code == 200
    page = text_of(power.get(form))
    assert "更正，形成新的版本" in page
    correction = {
        "version": found.version,
        "count": "2",
        "0-subject": "供电",
        "0-text": "双回路",
        "0-basis": "",
        "why": "负荷增加",
    }
    assert power.post(form, correction).status_code == 302
    page = text_of(own(company).get(f"/land/{parcel.pk}/"))
    assert "第 2 版" in page and "负荷增加" in page


def test_an_office_writes_on_its_own_input_only(county: County) -> None:
    row = (
        opened(county, entered(county))
        .inputs.select_related("department")
        .get(department__key="water", part="indicators")
    )
    other = office(county, "housing")
    page = text_of(other.get(f"/staff/land-inputs/{row.pk}/"))
    assert "还没有提出" in page
    assert other.post(f"/staff/land-inputs/{row.pk}/", {"version": 1, "count": 2}).status_code == 403
    answer(county, row)
    again = office(county, "water").post(
        f"/staff/land-inputs/{row.pk}/", {"version": 1, "count": 2, "0-subject": "a", "0-text": "b"}
    )
    assert again.status_code == 422 and "不能提出或者更正" in text_of(again)


# -- the public


def test_everybody_sees_what_is_public_of_a_parcel_and_nothing_of_one_in_preparation(
    county: County, company: Company
) -> None:
    hidden, shown = entered(county, "JSS-1"), standard(county, "JSS-2")
    page = text_of(Client().get("/parcels/"))
    assert "JSS-2" in page and "JSS-1" not in page
    assert Client().get(f"/parcels/{hidden.pk}/").status_code == 404
    page = text_of(Client().get(f"/parcels/{shown.pk}/"))
    for words in ("标准地", "固定资产投资强度不低于 180 万元/亩", "水土保持", "用这个地块自查", "验收单"):
        assert words in page
    assert "JSS-2" not in text_of(Client().get("/parcels/?view=sold"))
    assert "没有符合条件的地块" in text_of(Client().get("/parcels/?q=不存在"))
    check = Client().get("/check/", {"land_area": "26680", "n": "state_land_supply"})
    assert check.status_code == 200


def test_a_unit_says_that_it_wants_a_parcel_and_the_desk_ranks_it(county: County) -> None:
    parcel = standard(county)
    land.offer_parcel(actor=keeper(county), parcel_id=parcel.pk, at=NOON)
    good, best = new_company("临夏中等有限公司", "75"), new_company("临夏优等有限公司", "98")
    url = f"/parcels/{parcel.pk}/"
    assert Client().post(url, {"key": "x"}).status_code == 302
    assert not ParcelInterest.objects.exists()
    for buyer in (good, best):
        client = own(buyer)
        assert client.post(url, {"key": "k", "note": "建厂"}).status_code == 302
        assert client.post(url, {"key": "k", "note": "建厂"}).status_code == 302
    assert ParcelInterest.objects.count() == 2
    assert "贵单位已登记" in text_of(own(best).get(url))
    assert best.unit.name not in text_of(Client().get(url))
    page = text_of(office(county).get(f"/staff/parcels/{parcel.pk}/"))
    assert page.index(best.unit.name) < page.index(good.unit.name)
    assert "同等条件优先" in page and "第二十条" in page


# -- the buyer


def test_the_unit_settles_its_project_on_its_parcel_and_signs_the_indicators(
    county: County, company: Company, django_assert_num_queries: Any
) -> None:
    project, client = guided(county, company), own(company)
    url = f"/projects/{project.pk}/land/"
    assert "没有可以使用的地块" in text_of(client.get(url))
    parcel = sold(county, company)
    page = text_of(client.get(url))
    assert "固定资产投资强度不低于 180 万元/亩" in page
    unsigned = client.post(url, {"key": "k", "parcel": parcel.pk})
    assert unsigned.status_code == 422 and "承诺以后才能确认用地" in text_of(unsigned)
    assert client.post(url, {"key": "k", "parcel": parcel.pk, "agreed": "on"}).status_code == 302
    use = ParcelUse.objects.get()
    assert use.project == project and Commitment.objects.get(project=project) == use.commitment
    assert "控制性指标承诺" in text_of(client.get(url))
    page = text_of(client.get(f"/projects/{project.pk}/"))
    assert parcel.number in page and "亩均税收不低于 12 万元/亩·年" in page
    assert use.commitment is not None
    assert client.get(f"/items/{use.commitment.item_id}/").status_code == 200
    assert client.get(f"/items/{use.commitment.item_id}/commit/").status_code == 200
    assert Client().get(f"/zone/{use.commitment.pk}/").status_code == 200
    assert client.get("/promises/").status_code == 200
    assert office(county).get(f"/staff/commitments/{use.commitment.pk}/").status_code == 200
    with django_assert_num_queries(9):
        client.get(url)


def test_nobody_reads_another_units_land(county: County, company: Company) -> None:
    parcel = sold(county, company)
    other = own(new_company("临夏别家有限公司"))
    assert other.get(f"/land/{parcel.pk}/").status_code == 403
    assert parcel.number not in text_of(other.get("/land/"))
    assert parcel.number in text_of(own(company).get("/land/"))
    assert Client().get("/land/").status_code == 302


def test_a_promise_from_the_contract_says_so_wherever_it_is_read(county: County, company: Company) -> None:
    parcel, project = sold(county, company), guided(county, company)
    use = land.settle_project(actor=company.actor, project_id=project.pk, parcel_id=parcel.pk, at=NOON)
    assert use.commitment is not None
    named = f"“标准地”控制性指标（{parcel.contract_number}）"
    client, item = own(company), use.commitment.item_id
    assert named in text_of(client.get("/promises/"))
    page = text_of(client.get(f"/items/{item}/commit/"))
    assert named in page and "随土地出让合同作出" in page and "补办审批文件" not in page
    assert named in text_of(Client().get("/zone/?view=decided"))
    assert "随土地出让合同作出" in text_of(Client().get(f"/zone/{use.commitment.pk}/"))
    assert named in text_of(office(county).get(f"/staff/commitments/{use.commitment.pk}/"))
    assert "标准地" in text_of(client.get(f"/projects/{project.pk}/map/?view=list"))
