"""The administration: for administrators alone, through actions alone, and nothing is ever deleted."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse

from tests.apps.county import BEGAN, Company, County, new_person
from tests.apps.killing import counts
from tests.web.staffdesk import SetClock, company, county, desk, of, set_clock, signed_in, text_of
from yinuo.engine.people.models import ApiKey, AuthorisedPerson, Department, Membership, Person, ProjectUnit
from yinuo.engine.trail.models import Entry

__all__ = ["company", "county", "set_clock"]
OTHERS = ("approver", "principal", "general_convener", "stage_convener", "supervisor", "comprehensive")
# What others brought along is taken off when the addresses are read.
PAGES = sorted(
    f"{model._meta.app_label}_{model._meta.model_name}"
    for model in admin.site._registry
    if model._meta.app_label in settings.OWN_APPS
)


@pytest.fixture
def office(county: County, set_clock: SetClock) -> Client:
    return desk(county, "administrator")


def listing(page: str) -> str:
    return reverse(f"admin:{page}_changelist")


def last(verb: str) -> Entry:
    return Entry.objects.filter(verb=verb).latest("id")


# -- who gets in


def test_only_the_rooms_own_data_is_there() -> None:
    reverse("admin:index")
    labels = {model._meta.app_label for model in admin.site._registry}
    assert labels <= set(settings.OWN_APPS)
    assert {"people", "trail", "credit", "projects", "catalogue", "notices"} <= labels


@pytest.mark.parametrize("page", PAGES)
def test_the_administrator_sees_every_list(office: Client, company: Company, page: str) -> None:
    assert office.get(listing(page)).status_code == 200


def test_what_is_no_row_is_not_looked_up(office: Client) -> None:
    path = reverse("admin:people_membership_add")
    answer = office.post(
        path,
        {"person": "../../etc/passwd", "department": "\x00", "role": "window", "from_on": "2026-11-05"},
        follow=True,
    )
    assert answer.status_code == 200
    assert "请从列表中选择" in text_of(answer)


@pytest.mark.parametrize("role", OTHERS)
def test_no_other_role_sees_any_page(county: County, set_clock: SetClock, role: str) -> None:
    client = desk(county, role, stage="initiation" if role == "stage_convener" else "")
    for page in ("/admin/", *map(listing, PAGES)):
        answer = client.get(page)
        assert answer.status_code in (302, 403), page
        assert answer.get("Location", "/admin/login/").startswith(("/admin/login/", "/accounts/"))


def test_a_company_the_public_and_an_administrator_whose_role_has_ended_stay_out(
    county: County, company: Company, set_clock: SetClock
) -> None:
    former = county.add("administrator", "development_reform")
    Membership.objects.filter(pk=former.pk).update(to_on=date(2026, 11, 5))
    for client in (Client(), signed_in(company.person), of(former)):
        assert client.get(listing("people_person")).status_code in (302, 403)


def test_the_account_made_at_set_up_can_give_the_first_role(county: County, set_clock: SetClock) -> None:
    root = Person.objects.create_superuser("root", "one promise, a thousand in gold", name="系统")
    place = Department.objects.get(hall=county.hall, key="development_reform")
    person = new_person("第一位管理员")
    answer = signed_in(root).post(
        reverse("admin:people_membership_add"),
        {"person": person.pk, "department": place.pk, "role": "administrator", "stage": "", "from_on": "2026-11-05"},
    )
    assert answer.status_code == 302, text_of(answer)
    assert Membership.objects.get(person=person).role == "administrator"


# -- nothing is deleted, nothing else is changed

WRITABLE = {
    "people_hall",
    "people_department",
    "people_person",
    "people_membership",
    "people_projectunit",
    "people_authorisedperson",
    "people_apikey",
}
MAY_ADD = {"people_person", "people_membership"}


@pytest.mark.parametrize("page", PAGES)
def test_nothing_can_be_deleted_and_only_the_halls_own_data_is_written(
    office: Client, county: County, page: str
) -> None:
    label, name = page.split("_")
    model = apps.get_model(label, name)
    shown = admin.site._registry[model]
    request = RequestFactory().get("/")
    request.user = county.person("administrator")
    assert not shown.has_delete_permission(request)
    assert shown.has_change_permission(request) is (page in WRITABLE)
    assert shown.has_add_permission(request) is (page in MAY_ADD)
    assert "delete_selected" not in shown.get_actions(request)
    assert office.post(reverse(f"admin:{page}_delete", args=["1"]), {"post": "yes"}).status_code in (302, 403)


def test_the_form_of_what_is_read_only_writes_nothing(office: Client, company: Company) -> None:
    before = counts()
    path = reverse("admin:credit_credithead_change", args=[company.unit.pk])
    assert office.get(path).status_code == 200
    assert office.post(path, {"score": "100", "grade": "A"}).status_code == 403
    assert counts() == before


# -- accounts


def person_form(**changes: Any) -> dict[str, Any]:
    return {
        "username": "newcomer",
        "name": "新来的",
        "phone": "13912345678",
        "email": "n@example.org",
        "password1": "",
        **changes,
    }


def test_an_account_is_opened_with_its_trail_and_without_a_password_until_its_owner_sets_one(office: Client) -> None:
    answer = office.post(reverse("admin:people_person_add"), person_form())
    assert answer.status_code == 302, text_of(answer)
    person = Person.objects.get(username="newcomer")
    assert not person.has_usable_password()
    assert not person.is_staff
    entry = last("people.open_account")
    assert (entry.role, entry.subject_id, entry.data) == ("administrator", str(person.pk), {"username": "newcomer"})


def test_an_account_with_a_first_password_can_sign_in_with_it(office: Client) -> None:
    office.post(reverse("admin:people_person_add"), person_form(password1="one promise, a thousand in gold"))
    assert Person.objects.get(username="newcomer").check_password("one promise, a thousand in gold")


numbers = itertools.count()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"password1": "short"}, "密码"),
        ({"email": "", "password1": ""}, "请填写初始密码"),
        ({"phone": "电话"}, "手机号只能是数字"),
        ({"name": " "}, ""),
        ({"username": ""}, ""),
    ],
)
def test_an_account_that_cannot_be_is_refused_with_its_reason(
    office: Client, changes: dict[str, str], says: str
) -> None:
    before = counts()
    answer = office.post(reverse("admin:people_person_add"), person_form(**changes), follow=True)
    assert says in text_of(answer)
    assert counts() == before


def test_closing_an_account_ends_its_sessions_reach_and_leaves_no_name_on_the_trail(
    office: Client, county: County
) -> None:
    person = county.person("approver", "water")
    form = {"name": "改了名", "phone": "", "email": "", "is_active": ""}
    answer = office.post(reverse("admin:people_person_change", args=[person.pk]), form)
    assert answer.status_code == 302
    person.refresh_from_db()
    assert (person.name, person.is_active) == ("改了名", False)
    entry = last("people.change_account")
    assert set(entry.data["fields"]) == {"name", "phone", "email", "is_active"}
    assert "改了名" not in str(entry.data)


def test_one_cannot_close_ones_own_account(office: Client, county: County) -> None:
    me = county.person("administrator")
    form = {"name": me.name, "phone": me.phone, "email": me.email, "is_active": ""}
    answer = office.post(reverse("admin:people_person_change", args=[me.pk]), form, follow=True)
    assert "不能停用自己的账号" in text_of(answer)
    me.refresh_from_db()
    assert me.is_active


def test_nobody_is_made_a_superuser_by_a_field_that_is_not_on_the_page(office: Client, county: County) -> None:
    person = county.person("approver", "water")
    form = {
        "name": person.name,
        "phone": "",
        "email": "",
        "is_active": "on",
        "is_superuser": "on",
        "is_staff": "on",
        "username": "other",
    }
    office.post(reverse("admin:people_person_change", args=[person.pk]), form)
    person.refresh_from_db()
    assert not person.is_superuser
    assert not person.is_staff
    assert person.username != "other"


# -- roles, departments, companies, keys


def test_a_role_is_given_and_ended_through_the_actions(office: Client, county: County) -> None:
    place = Department.objects.get(hall=county.hall, key="water")
    person = new_person("新人")
    form = {"person": person.pk, "department": place.pk, "role": "approver", "stage": "", "from_on": "2026-11-05"}
    assert office.post(reverse("admin:people_membership_add"), form).status_code == 302
    member = Membership.objects.get(person=person)
    assert last("people.give_role").data["person"] == person.pk
    office.post(listing("people_membership"), {"action": "end", "_selected_action": [member.pk]})
    member.refresh_from_db()
    assert member.to_on == date(2026, 11, 5)
    assert last("people.end_role").why == "管理后台"
    change = reverse("admin:people_membership_change", args=[member.pk])
    assert office.post(change, {**form, "role": "principal"}).status_code == 403


def test_a_role_of_another_hall_is_neither_given_nor_ended(office: Client, county: County) -> None:
    from yinuo.engine.people.models import Hall, Region

    hall = Hall.objects.create(name="东乡县政务服务大厅", region=Region.objects.create(code="622926", name="东乡县"))
    place = Department.objects.create(hall=hall, key="water", name="东乡县水务局", short_name="水务")
    form = {
        "person": new_person("新人").pk,
        "department": place.pk,
        "role": "approver",
        "stage": "",
        "from_on": "2026-11-05",
    }
    assert office.post(reverse("admin:people_membership_add"), form).status_code == 302
    assert not Membership.objects.filter(department=place).exists()
    foreign = Membership.objects.create(person=new_person("外县"), department=place, role="approver", from_on=BEGAN)
    answer = office.post(listing("people_membership"), {"action": "end", "_selected_action": [foreign.pk]}, follow=True)
    assert "只能终止本大厅人员的角色" in text_of(answer)
    foreign.refresh_from_db()
    assert foreign.to_on is None


def test_a_departments_telephone_is_the_halls_and_its_name_the_packs(office: Client, county: County) -> None:
    place = Department.objects.get(hall=county.hall, key="water")
    office.post(reverse("admin:people_department_change", args=[place.pk]), {"phone": "0930-7720001", "name": "改名局"})
    place.refresh_from_db()
    assert (place.phone, place.name) == ("0930-7720001", "积石山县水务局")
    assert last("people.change_department").data == {"before": "", "after": "0930-7720001"}


def test_a_companys_particulars_are_corrected_with_a_reason_and_its_code_is_not(
    office: Client, company: Company
) -> None:
    path = reverse("admin:people_projectunit_change", args=[company.unit.pk])
    form = {
        "name": "新名称有限公司",
        "legal_representative": "马晓云",
        "address": "吹麻滩镇",
        "credit_code": "x",
        "why": "",
    }
    assert (
        "这个字段" in text_of(office.post(path, form))
        or ProjectUnit.objects.get(pk=company.unit.pk).name != "新名称有限公司"
    )
    office.post(path, {**form, "why": "2026-11-01 变更登记"})
    unit = ProjectUnit.objects.get(pk=company.unit.pk)
    assert (unit.name, unit.address, unit.credit_code) == ("新名称有限公司", "吹麻滩镇", company.unit.credit_code)
    assert last("people.correct_unit").why == "2026-11-01 变更登记"


def test_keys_and_bindings_are_seen_without_their_secret_and_ended(office: Client, company: Company) -> None:
    from tests.api.conftest import issue

    issue(company.person, unit=company.unit)
    key = ApiKey.objects.get()
    page = text_of(office.get(reverse("admin:people_apikey_change", args=[key.pk])))
    assert key.digest not in page
    office.post(listing("people_apikey"), {"action": "revoke", "_selected_action": [key.pk]})
    office.post(listing("people_authorisedperson"), {"action": "end", "_selected_action": [company.binding.pk]})
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert AuthorisedPerson.objects.get(pk=company.binding.pk).to_on == date(2026, 11, 5)
    assert {last("people.revoke_key").role, last("people.end_binding").role} == {"administrator"}
