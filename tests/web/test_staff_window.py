"""The window desk on its pages: found, opened, worked in, handed out, closed, and looked up by anybody with the
receipt.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.apps.county import Company, County, at, free_code, new_company, new_county
from tests.apps.matrix.window import code_of
from tests.apps.test_onemap import PDF, guided
from tests.apps.test_window import CAME, NUMBER, hand_in_at_the_window, ready_item
from tests.apps.test_window import came as came_at
from tests.beginnings import begins_with
from yinuo.engine.documents.models import Document, StoredFile
from yinuo.engine.people.models import Person, ProjectUnit
from yinuo.engine.people.queries import actor_of_membership
from yinuo.rooms.commitments.models import Commitment
from yinuo.rooms.onemap.actions import accept, decide
from yinuo.rooms.onemap.actions.common import waiting_for
from yinuo.rooms.onemap.models import MapItem, Submission
from yinuo.rooms.projects.models import Draft, Project
from yinuo.rooms.window.actions import close_visit
from yinuo.rooms.window.models import Handout, Visit
from yinuo.rooms.window.room import WindowPaper

pytestmark = begins_with(guided)

NOW = at("2026-11-06 14:40")


@pytest.fixture
def county(db: None) -> County:
    return new_county()


@pytest.fixture
def company(county: County) -> Company:
    return new_company()


@pytest.fixture(autouse=True)
def afternoon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def enters(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def clerk(county: County) -> Client:
    return enters(county.person("window", "government_services"))


def came(county: County, company: Company, when: datetime = CAME) -> Visit:
    return came_at(county.actor("window", "government_services"), company.unit.pk, when)


def said(page: Any, **changes: str) -> dict[str, str]:
    form = {
        "visitor": "马建国", "identity_kind": "resident", "identity_number": NUMBER, "authority": "letter",
        "letter_no": "授〔2026〕3号", "purpose": "备案新项目", "key": page.context["form"]["key"].value(),
    }  # fmt: skip
    return {**form, **changes}


def test_the_desk_finds_a_company_by_name_by_code_and_by_its_projects_code(
    county: County, company: Company, clerk: Client
) -> None:
    project = guided(county, company)
    for search in ("绿源", company.unit.credit_code, project.code):
        page = clerk.get("/staff/window/", {"q": search})
        assert [row.unit.pk for row in page.context["found"]] == [company.unit.pk], search
    assert "没有找到" in clerk.get("/staff/window/", {"q": "没有这家"}).content.decode()
    assert clerk.get("/staff/window/", {"q": "\x00%_"}).status_code == 200
    code = free_code()
    assert f"?code={code}" in clerk.get("/staff/window/", {"q": code}).content.decode()


def test_the_window_is_its_clerks_and_its_conveners_to_look_at(county: County, company: Company, clerk: Client) -> None:
    visit = came(county, company)
    assert Client().get("/staff/window/").status_code == 302
    for person, status in (
        (county.person("approver"), 403),
        (company.person, 403),
        (county.person("general_convener"), 200),
        (county.person("supervisor"), 200),
    ):
        assert enters(person).get("/staff/window/").status_code == status
        assert enters(person).get(f"/staff/window/visits/{visit.pk}/").status_code == status
    assert (
        enters(county.person("general_convener")).get(f"/staff/window/units/{company.unit.pk}/open/").status_code == 403
    )
    assert clerk.get("/start/").headers["Location"] == "/staff/window/"
    assert clerk.get("/staff/window/visits/999999/").status_code == 404


def test_a_visitor_is_noted_and_the_clerk_acts_for_the_company_until_it_ends(
    county: County, company: Company, clerk: Client
) -> None:
    page = clerk.get(f"/staff/window/units/{company.unit.pk}/open/")
    form = said(page)
    answer = clerk.post(f"/staff/window/units/{company.unit.pk}/open/", form)
    visit = Visit.objects.get()
    assert answer.headers["Location"] == f"/staff/window/visits/{visit.pk}/"
    assert clerk.post(f"/staff/window/units/{company.unit.pk}/open/", form).status_code == 302
    assert Visit.objects.count() == 1
    shown = clerk.get(f"/staff/window/visits/{visit.pk}/")
    assert shown.context["stand_in"].actor.via == visit.via
    assert NUMBER not in shown.content.decode()
    for path in ("/projects/", "/filing/", "/credit/", "/library/", "/promises/", "/questions/"):
        assert "窗口代申报" in clerk.get(path).content.decode(), path
    assert clerk.get("/persons/").status_code == 403
    clerk.post("/filing/", {"secret": "no"})
    assert Draft.objects.filter(unit=company.unit).count() <= 1
    closed = clerk.post(f"/staff/window/visits/{visit.pk}/close/")
    assert closed.headers["Location"] == f"/staff/window/visits/{visit.pk}/"
    assert clerk.get("/projects/").status_code == 403
    assert clerk.get(f"/staff/window/visits/{visit.pk}/receipt/").content.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"identity_number": "1"}, "请照证件填写号码"),
        ({"visitor": ""}, "填写来访人姓名"),
        ({"authority": "legal"}, "法定代表人姓名不符"),
        ({"authority": "authorised"}, "请选择是哪一位经办人"),
        ({"letter_no": ""}, "授权委托书的编号"),
    ],
)
def test_what_is_wrong_with_a_visit_is_told_at_its_field_and_nothing_is_lost(
    county: County, company: Company, clerk: Client, changes: dict[str, str], words: str
) -> None:
    path = f"/staff/window/units/{company.unit.pk}/open/"
    answer = clerk.post(path, said(clerk.get(path), **changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "备案新项目" in answer.content.decode()
    assert not Visit.objects.exists()


def test_a_second_visitor_waits_until_the_first_has_left(county: County, company: Company, clerk: Client) -> None:
    came(county, company)
    other = new_company("甘肃保安腰刀文旅有限公司")
    path = f"/staff/window/units/{other.unit.pk}/open/"
    page = clerk.get(path)
    assert "您还有一个来访没有结束" in page.content.decode()
    assert clerk.post(path, said(page)).status_code == 422
    assert Visit.objects.count() == 1


def test_papers_are_scanned_into_the_companys_library_and_another_clerk_scans_nothing(
    county: County, company: Company, clerk: Client
) -> None:
    visit = came(county, company)
    path = f"/staff/window/visits/{visit.pk}/"
    assert clerk.post(path, {}).status_code == 422
    assert clerk.post(path, {"files": SimpleUploadedFile("营业执照.pdf", PDF)}).status_code == 302
    kept = StoredFile.objects.get()
    assert (kept.unit_id, kept.by_id) == (company.unit.pk, visit.clerk_id)
    assert "营业执照.pdf" in enters(company.person).get("/library/").content.decode()
    assert "扫描材料" in clerk.get(path).content.decode()
    other = enters(county.add("window", "government_services").person)
    assert other.get(path).status_code == 200
    assert other.post(path, {"files": SimpleUploadedFile("别的.pdf", PDF)}).status_code == 403
    assert other.post(f"{path}close/").status_code == 403
    assert other.get(f"{path}handout/").status_code == 403
    assert other.post("/act-as/", {"hat": visit.via}).status_code == 403


@pytest.fixture
def decided(county: County, company: Company) -> MapItem:
    """A matter granted, its decision not delivered yet."""
    item = ready_item(guided(county, company))
    visit = came(county, company)
    hand_in_at_the_window(visit, item, at("2026-11-06 09:30"))
    close_visit(actor=county.actor("window", "government_services"), visit_id=visit.pk, at=at("2026-11-06 09:40"))
    approver = county.actor("approver", item.department.key)
    accept(actor=approver, item_id=item.pk, at=at("2026-11-06 10:00"))
    decide(
        actor=approver,
        item_id=item.pk,
        granted=True,
        document_number="甲〔2026〕1号",
        text="",
        at=at("2026-11-06 11:00"),
    )
    return item


def test_a_decision_is_handed_out_with_its_record_to_sign(
    county: County, company: Company, clerk: Client, decided: MapItem
) -> None:
    assert "1 份" in clerk.get("/staff/window/", {"q": "绿源"}).content.decode()
    visit = came(county, company, at("2026-11-06 14:30"))
    path = f"/staff/window/visits/{visit.pk}/handout/"
    page = clerk.get(path)
    chosen = page.context["form"]["documents"].value()
    assert len(chosen) == 1
    form = {"documents": chosen, "signature": "scan", "note": "", "key": page.context["form"]["key"].value()}
    refused = clerk.post(path, form)
    assert refused.status_code == 422
    assert "请上传签字页的扫描件" in refused.content.decode()
    assert clerk.post(path, {**form, "documents": []}).status_code == 422
    for _ in range(2):
        answer = clerk.post(
            path,
            {**form, "files": SimpleUploadedFile("签字页.pdf", PDF)}
            if not Handout.objects.exists()
            else {**form, "kept": str(StoredFile.objects.get(unit=None, by__isnull=False).pk)},
        )
        assert answer.headers["Location"] == f"/staff/window/visits/{visit.pk}/"
    made = Handout.objects.get()
    decided.refresh_from_db()
    assert decided.present.delivered_at == NOW
    assert clerk.get(f"/staff/window/handouts/{made.pk}/").content.startswith(b"%PDF")
    assert enters(county.person("approver")).get(f"/staff/window/handouts/{made.pk}/").status_code == 403
    assert "在综合窗口领取文书" in enters(company.person).get(f"/projects/{decided.project_id}/").content.decode()


def test_the_receipt_is_found_by_anybody_and_names_no_visitor(
    county: County, company: Company, clerk: Client, decided: MapItem
) -> None:
    visit = Visit.objects.get()
    page = Client().get(f"/receipts/{visit.receipt_no.lower()}/").content.decode()
    assert "提交申报材料" in page
    assert "已办结" in page
    assert decided.name in page
    assert "马建国" not in page
    assert Client().get("/receipts/", {"no": visit.receipt_no}).headers["Location"] == f"/receipts/{visit.receipt_no}/"
    assert Client().get("/receipts/W2611060000000000/").status_code == 404
    assert (
        clerk.get("/staff/window/", {"q": visit.receipt_no}).headers["Location"] == f"/staff/window/visits/{visit.pk}/"
    )
    submitted = Submission.objects.get(application__item=decided)
    assert decided.name in clerk.get("/staff/window/", {"q": submitted.receipt_no}).content.decode()


def test_the_company_sees_at_once_what_the_window_did_and_the_trail_says_where(
    county: County, company: Company, clerk: Client, decided: MapItem
) -> None:
    owner = enters(company.person)
    assert "综合窗口代申报" in owner.get(f"/projects/{decided.project_id}/").content.decode()
    convener = enters(county.person("general_convener"))
    assert "综合窗口代申报" in convener.get(f"/staff/projects/{decided.project_id}/").content.decode()
    assert "综合窗口代申报" in convener.get(f"/staff/items/{decided.pk}/").content.decode()
    receipt = Document.objects.get(kind=WindowPaper.RECEIPT)
    assert owner.get(f"/documents/{receipt.pk}/").content.startswith(b"%PDF")


def test_a_unit_is_entered_and_its_visitor_noted_next(county: County, clerk: Client) -> None:
    code = free_code()
    form = {
        "credit_code": code,
        "name": "积石山新来有限公司",
        "type": "enterprise",
        "legal_representative": "马新",
        "address": "吹麻滩镇",
    }
    answer = clerk.post("/staff/window/units/new/", form)
    made = ProjectUnit.objects.get(credit_code=code)
    assert answer.headers["Location"] == f"/staff/window/units/{made.pk}/open/"
    bad = clerk.post("/staff/window/units/new/", {**form, "credit_code": "91622927MA7"})
    assert bad.status_code == 422
    assert clerk.post("/staff/window/units/new/", {**form, "credit_code": ""}).status_code == 422
    reserved = clerk.post("/staff/window/units/new/", {**form, "credit_code": "", "reservation_no": "核〔2026〕9号"})
    assert ProjectUnit.objects.get(reservation_no="核〔2026〕9号").pk == int(reserved.headers["Location"].split("/")[4])


def test_the_desk_and_a_visit_cost_a_fixed_number_of_queries(
    county: County, company: Company, clerk: Client, decided: MapItem, django_assert_max_num_queries: Any
) -> None:
    visit = came(county, company, at("2026-11-06 14:30"))
    clerk.post("/act-as/", {"hat": visit.via})
    with django_assert_max_num_queries(12):
        clerk.get("/staff/window/", {"q": "绿源"})
    with django_assert_max_num_queries(20):
        clerk.get(f"/staff/window/visits/{visit.pk}/")
    with django_assert_max_num_queries(10):
        clerk.get(f"/staff/window/visits/{visit.pk}/handout/")
    with django_assert_max_num_queries(8):
        Client().get(f"/receipts/{Visit.objects.order_by('id')[0].receipt_no}/")


def test_a_project_filed_at_the_window_is_the_companys_and_says_who_filed_it(
    county: County, company: Company, clerk: Client
) -> None:
    from tests.apps.county import facts
    from yinuo.rooms.projects.actions import file_project
    from yinuo.rooms.window.queries import acting_in

    visit = came(county, company)
    made: Project = file_project(
        actor=acting_in(visit),
        unit_id=company.unit.pk,
        facts=facts(name="窗口来的项目"),
        pledged=True,
        at=at("2026-11-06 09:20"),
    ).project
    page = enters(company.person).get(f"/projects/{made.pk}/").content.decode()
    assert "（综合窗口代申报）" in page
    assert actor_of_membership(county.people["window", "government_services"]).person_id == made.filed_by_id


def promised_item(county: County, company: Company) -> MapItem:
    project = guided(county, company)
    return next(
        item for item in MapItem.objects.filter(project=project, state="open", promisable=True) if not waiting_for(item)
    )


def letter_said(page: Any, item: MapItem, **changes: Any) -> dict[str, Any]:
    """The form as the clerk fills it in from a letter signed today."""
    hidden = {name: page.context["form"][name].value() for name in ("version", "key")}
    scan = SimpleUploadedFile("承诺书.pdf", PDF, "application/pdf")
    day = NOW.date()
    signed = {
        "code": code_of(item, day),
        "signer": "马晓云",
        "capacity": "legal",
        "authority": "",
        "signed_on": day.isoformat(),
        "agreed": "on",
    }
    return {**hidden, **signed, "scan": scan, **changes}


def test_a_letter_on_paper_is_printed_and_taken_in_and_the_company_and_the_department_see_its_scan(
    county: County, company: Company, clerk: Client, django_assert_max_num_queries: Any
) -> None:
    item = promised_item(county, company)
    visit = came(county, company, at("2026-11-06 14:30"))
    url = f"/staff/window/visits/{visit.pk}/items/{item.pk}/promise/"
    clerk.post("/act-as/", {"hat": visit.via})
    assert url in clerk.get(f"/staff/window/visits/{visit.pk}/").content.decode()
    assert url in clerk.get(f"/items/{item.pk}/commit/").content.decode()
    printed = clerk.get(f"{url}letter/")
    assert (printed.status_code, printed.content[:4]) == (200, b"%PDF")
    page = clerk.get(url)
    with django_assert_max_num_queries(20):
        clerk.get(url)
    form = letter_said(page, item)
    answer = clerk.post(url, form)
    assert answer.headers["Location"] == f"/staff/window/visits/{visit.pk}/", answer.content.decode()[:3000]
    form["scan"].seek(0)
    assert clerk.post(url, form).status_code == 302
    given = Commitment.objects.get()
    assert given.paper is not None
    file = f"/files/{given.paper.scan_id}/"
    assert "不能再选择承诺" in clerk.get(url).content.decode()
    owner, approver = enters(company.person), enters(county.person("approver", item.department.key))
    for reader, path in ((owner, f"/items/{item.pk}/commit/"), (approver, f"/staff/commitments/{given.pk}/")):
        shown = reader.get(path).content.decode()
        for word in ("纸质签字盖章", "法定代表人 马晓云", "综合窗口核对原件", file):
            assert word in shown, (path, word)
        assert reader.get(file).status_code == 200
    clerk.post(f"/staff/window/visits/{visit.pk}/close/")
    receipt = Document.objects.get(kind=WindowPaper.RECEIPT)
    assert "提交签字盖章的信用承诺书" in [line["what"] for line in receipt.data["lines"]]


def test_what_is_wrong_with_a_letter_stands_at_its_field_and_the_scan_is_not_asked_for_again(
    county: County, company: Company, clerk: Client
) -> None:
    item = promised_item(county, company)
    visit = came(county, company, at("2026-11-06 14:30"))
    url = f"/staff/window/visits/{visit.pk}/items/{item.pk}/promise/"
    page = clerk.get(url)
    empty = clerk.post(url, {}).content.decode()
    for fault in (
        "填写核对码",
        "填写签字人姓名",
        "选择签字人身份",
        "填写签署日期",
        "上传签字盖章后的承诺书扫描件",
        "核对原件以后勾选",
    ):
        assert fault in empty, fault
    wrong = clerk.post(
        url, letter_said(page, item, scan=SimpleUploadedFile("承诺书.pdf", b"no pdf", "application/pdf"))
    )
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["scan"])
    refused = clerk.post(url, letter_said(page, item, capacity="authorised"))
    assert "请填写授权委托书的编号或者日期" in refused.content.decode()
    kept = StoredFile.objects.get(name="承诺书.pdf")
    assert f'name="kept" value="{kept.pk}"' in refused.content.decode()
    stale = clerk.post(url, letter_said(page, item, code="1111-2222-3333", scan="", kept=str(kept.pk)))
    assert "核对码不符" in stale.content.decode()
    again = letter_said(stale, item, scan="", kept=str(kept.pk), capacity="authorised", authority="授〔2026〕5号")
    assert clerk.post(url, again).status_code == 302
    given = Commitment.objects.get()
    assert given.paper is not None
    assert given.paper.scan_id == kept.pk


def test_nobody_else_opens_the_form_for_letters(county: County, company: Company, clerk: Client) -> None:
    item = promised_item(county, company)
    visit = came(county, company, at("2026-11-06 14:30"))
    colleague, other = county.add("window", "government_services"), new_company("甘肃保安腰刀文旅有限公司")
    theirs = came_at(actor_of_membership(colleague), other.unit.pk, at("2026-11-06 14:30"))
    for where in (visit, theirs):
        url = f"/staff/window/visits/{where.pk}/items/{item.pk}/promise/"
        for person in (colleague.person, company.person, county.person("approver"), county.person("general_convener")):
            for path in (url, f"{url}letter/"):
                assert enters(person).get(path).status_code == 403, (path, person)
            assert enters(person).post(url, {}).status_code == 403
    close_visit(actor=county.actor("window", "government_services"), visit_id=visit.pk, at=NOW)
    assert "来访已经结束" in clerk.get(f"/staff/window/visits/{visit.pk}/items/{item.pk}/promise/").content.decode()
    assert not Commitment.objects.exists()


def test_a_promise_is_not_signed_at_the_window_and_the_page_says_who_signs_it(
    county: County, company: Company, clerk: Client
) -> None:
    project = guided(county, company)
    item = next(
        item for item in MapItem.objects.filter(project=project, state="open", promisable=True) if not waiting_for(item)
    )
    visit = came(county, company, at("2026-11-06 14:30"))
    clerk.post("/act-as/", {"hat": visit.via})
    page = clerk.get(f"/items/{item.pk}/commit/")
    assert "窗口和代办人员不能代签" in page.content.decode()
    signed = {
        "standard": page.context["form"]["standard"].value(),
        "version": item.version,
        "key": "commit:1",
        "read": "on",
    }
    assert clerk.post(f"/items/{item.pk}/commit/", signed).status_code == 403
    assert clerk.get(f"/items/{item.pk}/commit/letter/").status_code == 403
    company.binding.person = county.person("window", "government_services")
    company.binding.save(update_fields=["person"])
    assert clerk.post(f"/items/{item.pk}/commit/", signed).status_code == 403, "their own authority is another hat"
    assert not Commitment.objects.exists()
