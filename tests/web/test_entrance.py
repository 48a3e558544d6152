"""A company gets in: online with the hall's confirmation, at the window, by invitation; back in after a lost password
or telephone.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.apps.county import Company, County, at, new_company, new_county
from tests.apps.test_onemap import PDF
from tests.web.staffdesk import signed_in, whole
from yinuo.core.codes import make_credit_code
from yinuo.engine.notices.channels import SendError
from yinuo.engine.notices.models import Message
from yinuo.engine.notices.tasks import send_due
from yinuo.engine.people.actions import change_account
from yinuo.engine.people.models import AuthorisedPerson, Person, ProjectUnit
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.accounts.models import Admission, Invitation, PhoneCode, SignIn
from yinuo.rooms.accounts.room import AccountsWork

NOW = at("2026-11-06 09:30")
PHONE, OTHER = "13993012345", "13893054321"
PASSWORD, NEW = "hua-jiao-2026", "xin-mi-ma-2026"
CODE = make_credit_code("622927", "00000088")


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def later(self, **span: int) -> None:
        self.now += timedelta(**span)


@pytest.fixture(autouse=True)
def clock(db: None, monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(timezone, "now", lambda: made.now)
    return made


@pytest.fixture
def county() -> County:
    made = new_county()
    made.person("window", "government_services")
    return made


def last(template: str, phone: str = "") -> Message:
    rows = Message.objects.filter(template=template)
    return (rows.filter(phone=phone) if phone else rows).latest("queued_at")


def code_of(phone: str = PHONE) -> str:
    """The code as the telephone shows it."""
    found = re.search(r"验证码 (\d{6})", last("code", phone).body)
    assert found
    return found[1]


def page(client: Client, path: str, data: dict[str, Any] | None = None, status: int = 200) -> str:
    answer = client.get(path) if data is None else client.post(path, data)
    assert answer.status_code == status, f"{path}: {answer.status_code} {answer.content.decode()[:3000]}"
    return answer.content.decode()


def sent_on(client: Client, path: str, data: dict[str, Any]) -> str:
    answer = client.post(path, data)
    assert answer.status_code == 302, f"{path}: {answer.status_code} {errors(answer)}"
    return str(answer.headers["Location"])


def errors(answer: Any) -> str:
    text = answer.content.decode()
    return text[text.find('class="errors"') :][:600]


def paper(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF + name.encode(), "application/pdf")


def said(**changes: Any) -> dict[str, Any]:
    return {
        "credit_code": CODE, "unit_name": "积石山县河湾食品有限公司", "unit_type": "enterprise",
        "legal_representative": "马河湾", "address": "吹麻滩镇", "whose": "letter", "may_sign": "on",
        "licence": paper("执照.pdf"), "letter": paper("委托书.pdf"),
    } | changes  # fmt: skip


def joined(client: Client, phone: str = PHONE, name: str = "韩新来") -> Person:
    sent_on(client, "/join/", {"phone": phone})
    assert (
        sent_on(client, "/join/account/", {"code": code_of(phone), "name": name, "password": PASSWORD}) == "/join/unit/"
    )
    return Person.objects.get(phone=phone, phone_verified_at__isnull=False, is_active=True)


# -- online


def test_a_new_company_gets_in_online_from_the_home_page_to_its_first_filing(county: County, clock: Clock) -> None:
    boss = Client()
    assert "/join/" in page(boss, "/accounts/login/")
    person = joined(boss)
    assert person.phone_verified_at == NOW
    assert "绑定单位" in page(boss, "/join/unit/")
    assert page(boss, "/start/", status=302) == ""
    assert sent_on(boss, "/join/unit/", said()) == "/join/unit/"
    shown = whole(page(boss, "/join/unit/"))
    assert "等政务大厅核对" in shown
    assert re.search("政务大厅在 .{0,12}17:30前核对|政务大厅在 .{0,12}18:00前核对", shown)
    asked = Admission.objects.get()
    item = WorkItem.objects.get(kind=AccountsWork.ADMISSION)
    assert (item.hall_id, item.role, item.limit_value) == (county.hall.pk, "window", 1)
    clerk = signed_in(county.person("window", "government_services"))
    assert "1 个单位在线申请入驻" in page(clerk, "/staff/window/")
    assert asked.unit_name in page(clerk, "/staff/admissions/")
    assert "马河湾" in page(clerk, f"/staff/admissions/{asked.pk}/")
    assert clerk.get(f"/files/{asked.licence_id}/").status_code == 200
    sent_on(clerk, f"/staff/admissions/{asked.pk}/", {"do": "admit", "version": asked.version, "may_sign": "on"})
    unit = ProjectUnit.objects.get(credit_code=CODE)
    binding = AuthorisedPerson.objects.get(unit=unit)
    assert (binding.person, binding.may_sign, binding.confirmed_at) == (person, True, clock.now)
    item.refresh_from_db()
    assert item.state == "done"
    assert last("admission_granted").person == person
    assert boss.get("/start/").headers["Location"] == "/projects/"
    assert boss.get("/filing/", follow=True).status_code == 200


def test_what_does_not_fit_is_told_and_asked_again_with_what_was_written(county: County) -> None:
    boss = Client()
    joined(boss)
    sent_on(boss, "/join/unit/", said())
    asked = Admission.objects.get()
    clerk = signed_in(county.person("window", "government_services"))
    assert "写明哪里不符" in page(
        clerk, f"/staff/admissions/{asked.pk}/", {"do": "decline", "version": 1, "why": ""}, 422
    )
    sent_on(clerk, f"/staff/admissions/{asked.pk}/", {"do": "decline", "version": 1, "why": "委托书没有公章"})
    again = page(boss, "/join/unit/")
    assert "委托书没有公章" in again
    assert f'value="{CODE}"' in again
    sent_on(boss, "/join/unit/", said())
    assert Admission.objects.filter(state="asked").count() == 1
    # The first one is over: a page that was open still shows it, and changes nothing.
    assert "不用再核对" in page(clerk, f"/staff/admissions/{asked.pk}/", {"do": "admit", "version": 2}, 422)


def test_papers_and_fields_are_asked_for_by_name_and_what_was_uploaded_stays(county: County) -> None:
    boss = Client()
    joined(boss)
    answer = page(boss, "/join/unit/", said(credit_code="91622927MA00000000", letter=""), 422)
    assert "统一社会信用代码有误" in answer
    kept = re.search(r'name="kept_licence" value="(\d+)"', answer)
    assert kept
    answer = page(boss, "/join/unit/", said(licence="", letter="", kept_licence=kept[1]), 422)
    assert "请上传法定代表人签字盖章的授权委托书" in answer
    assert "与法定代表人不一致" in page(
        boss, "/join/unit/", said(whose="own", licence="", letter="", kept_licence=kept[1]), 422
    )
    sent_on(
        boss,
        "/join/unit/",
        said(whose="own", legal_representative="韩新来", licence="", letter="", kept_licence=kept[1]),
    )
    assert Admission.objects.get().letter is None
    # Another's file is not to be had by its number.
    thief = Client()
    joined(thief, OTHER, "马别人")
    assert "请上传营业执照" in page(thief, "/join/unit/", said(licence="", kept_licence=kept[1]), 422)
    assert thief.get(f"/files/{kept[1]}/").status_code == 403


def test_asked_twice_it_is_one_and_taken_back_it_is_none(county: County) -> None:
    boss = Client()
    joined(boss)
    sent_on(boss, "/join/unit/", said())
    sent_on(boss, "/join/unit/", said())
    asked = Admission.objects.get()
    stranger = Client()
    joined(stranger, OTHER, "马别人")
    assert stranger.post(f"/join/unit/{asked.pk}/withdraw/").status_code == 403
    sent_on(boss, f"/join/unit/{asked.pk}/withdraw/", {})
    sent_on(boss, f"/join/unit/{asked.pk}/withdraw/", {})
    assert WorkItem.objects.get(kind=AccountsWork.ADMISSION).state == "cancelled"
    clerk = signed_in(county.person("window", "government_services"))
    assert "没有待核对的申请" in page(clerk, "/staff/admissions/")


def test_the_persons_of_a_known_unit_hear_of_a_stranger_who_asks(county: County) -> None:
    company = new_company()
    boss = Client()
    joined(boss)
    sent_on(boss, "/join/unit/", said(credit_code=company.unit.credit_code, unit_name="冒名有限公司"))
    assert set(Message.objects.filter(template="admission_known").values_list("person_id", "unit_id")) >= {
        (company.person.pk, None)
    }
    asked = Admission.objects.get()
    clerk = signed_in(county.person("window", "government_services"))
    shown = page(clerk, f"/staff/admissions/{asked.pk}/")
    assert "和登记的不一致" in shown
    assert company.person.name in shown


def test_who_may_compare(county: County) -> None:
    boss = Client()
    joined(boss)
    sent_on(boss, "/join/unit/", said())
    asked = Admission.objects.get()
    assert signed_in(county.person("approver")).get(f"/staff/admissions/{asked.pk}/").status_code == 403
    watching = signed_in(county.person("supervisor"))
    seen = page(watching, f"/staff/admissions/{asked.pk}/")
    assert "马河湾" in seen
    assert "通过，马上生效" not in seen
    assert f"/files/{asked.licence_id}/" not in seen
    assert watching.get(f"/files/{asked.licence_id}/").status_code == 403
    assert watching.post(f"/staff/admissions/{asked.pk}/", {"do": "admit", "version": 1}).status_code == 403
    assert boss.get(f"/staff/admissions/{asked.pk}/").status_code == 403


# -- codes


def test_a_code_is_wrong_five_times_then_over_and_serves_once(county: County, clock: Clock) -> None:
    boss = Client()
    sent_on(boss, "/join/", {"phone": PHONE})
    right = code_of()
    wrong = "000000" if right != "000000" else "111111"
    form = {"name": "韩新来", "password": PASSWORD}
    for _ in range(5):
        assert "验证码不对" in page(boss, "/join/account/", {"code": wrong, **form}, 422)
    assert "输错的次数太多" in page(boss, "/join/account/", {"code": right, **form}, 422)
    assert "验证码刚刚发过" in page(boss, "/join/account/", {"do": "again"}, 422)
    clock.later(seconds=61)
    sent_on(boss, "/join/account/", {"do": "again"})
    assert "密码太短" in page(boss, "/join/account/", {"code": code_of(), "name": "韩新来", "password": "short"}, 422)
    # The telephone is proved: only the password is asked for again.
    assert 'name="code"' not in page(boss, "/join/account/")
    sent_on(boss, "/join/account/", form)
    assert PhoneCode.objects.filter(used_at__isnull=False).count() == 1
    assert not Person.objects.filter(phone=PHONE).exclude(phone_verified_at__isnull=False).exists()


def test_a_code_ends_and_a_number_is_not_flooded(county: County, clock: Clock) -> None:
    boss = Client()
    assert "11 位手机号" in page(boss, "/join/", {"phone": "0930-7720000"}, 422)
    sent_on(boss, "/join/", {"phone": "139 9301 2345"})
    code = code_of()
    clock.later(minutes=10)
    form = {"code": code, "name": "韩新来", "password": PASSWORD}
    assert "验证码已过期" in page(boss, "/join/account/", form, 422)
    for _ in range(5):
        clock.later(minutes=2)
        Client().post("/join/", {"phone": PHONE})
    clock.later(minutes=2)
    assert "这一小时里要的验证码太多" in page(Client(), "/join/", {"phone": PHONE}, 422)


def test_the_text_of_a_code_is_gone_once_it_has_left(county: County, clock: Clock) -> None:
    sent_on(Client(), "/join/", {"phone": PHONE})
    assert code_of()
    send_due(clock.now)
    message = last("code")
    assert (message.state, message.body) == ("sent", "")


def test_a_proof_is_the_browsers_that_made_it(county: County) -> None:
    """Somebody else who knows the number has nothing of it."""
    sent_on(Client(), "/join/", {"phone": PHONE})
    assert (
        Client().post("/join/account/", {"code": code_of(), "name": "贼", "password": PASSWORD}).headers["Location"]
        == "/join/"
    )


def test_a_number_signs_in_to_one_account(county: County, clock: Clock) -> None:
    joined(Client())
    clock.later(minutes=2)
    second = Client()
    sent_on(second, "/join/", {"phone": PHONE})
    answer = page(second, "/join/account/", {"code": code_of(), "name": "马后来", "password": PASSWORD}, 422)
    assert "这个手机号已经有账号" in answer
    assert Person.objects.filter(phone=PHONE).count() == 1


def test_one_signs_in_with_the_telephone_and_each_try_is_kept(county: County) -> None:
    person = joined(Client())
    client = Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Chrome/120.0")
    page(client, "/accounts/login/", {"login": PHONE, "password": "falsch-falsch"})
    sent_on(client, "/accounts/login/", {"login": PHONE, "password": PASSWORD})
    assert [row.outcome for row in SignIn.objects.filter(person=person).order_by("-id")[:2]] == ["in", "wrong"]
    shown = page(client, "/account/")
    assert "密码不对" in shown
    assert "Chrome，Windows" in shown


# -- at the window


def visited(county: County, company: Company, **changes: Any) -> tuple[Client, int]:
    clerk = signed_in(county.person("window", "government_services"))
    came = {
        "visitor": "马来访",
        "identity_kind": "passport",
        "identity_number": "E12345678",
        "authority": "letter",
        "letter_no": "授3号",
        "purpose": "开通账号",
        "key": "v1",
    } | changes
    where = sent_on(clerk, f"/staff/window/units/{company.unit.pk}/open/", came)
    return clerk, int(where.split("/")[-2])


def let_in(clerk: Client, visit: int, phone: str = PHONE, status: int = 302, **changes: Any) -> str:
    path = f"/staff/window/visits/{visit}/account/"
    sent_on(clerk, path, {"do": "send", "phone": phone})
    form = {"code": code_of(phone), "letter": paper("委托书.pdf"), "may_sign": "on", "key": "a1"} | changes
    return sent_on(clerk, path, form) if status == 302 else page(clerk, path, form, status)


def link_of(phone: str = PHONE) -> str:
    message = last("password_link", phone)
    return str(message.url)


def test_at_the_window_a_visitor_gets_an_account_on_the_spot(county: County, clock: Clock) -> None:
    company = new_company()
    clerk, visit = visited(county, company)
    assert "开通或者找回账号" in page(clerk, f"/staff/window/visits/{visit}/")
    let_in(clerk, visit)
    person = Person.objects.get(phone=PHONE)
    binding = AuthorisedPerson.objects.get(person=person)
    assert (person.name, binding.unit, binding.may_sign, binding.confirmed_at) == (
        "马来访",
        company.unit,
        True,
        clock.now,
    )
    assert binding.letter_id
    # Those who act for the unit already hear of it.
    assert company.person.pk in Message.objects.filter(template="person_bound").values_list("person_id", flat=True)
    visitor = Client()
    form = visitor.get(link_of(), follow=True)
    path = form.redirect_chain[-1][0]
    sent_on(visitor, path, {"password1": PASSWORD, "password2": PASSWORD, "action": "set"})
    assert sent_on(visitor, "/accounts/login/", {"login": PHONE, "password": PASSWORD}) == "/start/"
    assert visitor.get("/start/").headers["Location"] == "/projects/"
    # The link has served.
    assert "已经失效" in visitor.get(link_of(), follow=True).content.decode()


def test_at_the_window_nothing_without_the_letter_the_code_or_the_own_visit(county: County, clock: Clock) -> None:
    company = new_company()
    clerk, visit = visited(county, company)
    path = f"/staff/window/visits/{visit}/account/"
    assert "扫描法定代表人签字盖章的授权委托书" in let_in(clerk, visit, status=422, letter="")
    # The code was right, and is not asked for again; the telephone in hand alone lets nobody in.
    assert not AuthorisedPerson.objects.filter(person__phone=PHONE).exists()
    other = signed_in(county.add("window", "government_services").person)
    assert other.get(path).status_code == 403
    assert signed_in(county.person("general_convener")).get(path).status_code == 403
    sent_on(clerk, f"/staff/window/visits/{visit}/close/", {})
    assert "这个来访已经结束" in page(clerk, path)


def test_the_legal_representative_needs_no_letter_and_signs(county: County) -> None:
    company = new_company()
    ProjectUnit.objects.filter(pk=company.unit.pk).update(legal_representative="马来访")
    clerk, visit = visited(county, company, authority="legal", letter_no="")
    let_in(clerk, visit, letter="", may_sign="")
    assert AuthorisedPerson.objects.get(person__phone=PHONE).may_sign


def test_a_lost_telephone_and_password_are_got_back_at_the_window(county: County, clock: Clock) -> None:
    """The account bound to the unit under the visitor's name gets the new number; who had the old password is out."""
    company = new_company()
    Person.objects.filter(pk=company.person.pk).update(phone=OTHER, phone_verified_at=NOW)
    inside = signed_in(company.person)
    assert inside.get("/projects/").status_code == 200
    clerk, visit = visited(
        county,
        company,
        authority="authorised",
        binding_id=company.binding.pk,
        visitor=company.person.name,
        letter_no="",
    )
    assert "找回上网账号" in page(clerk, f"/staff/window/visits/{visit}/account/")
    let_in(clerk, visit, letter="", may_sign="")
    company.person.refresh_from_db()
    assert (company.person.phone, company.person.has_usable_password()) == (PHONE, False)
    assert AuthorisedPerson.objects.filter(person=company.person).count() == 1
    assert inside.get("/projects/").status_code == 302
    assert last("old_phone_changed", OTHER)


# -- a colleague


def invited(company: Company, name: str = "马接手", phone: str = PHONE) -> Client:
    inviter = signed_in(company.person)
    sent_on(
        inviter,
        "/persons/authorise/",
        {
            "name": name, "account": phone, "scope": "sign", "from_on": "2026-11-06", "to_on": "", "basis": "委托书3号",
            "library": "", "letter": paper("授权.pdf"),
        },
    )  # fmt: skip
    return inviter


def test_a_colleague_without_an_account_is_invited_by_link(county: County, clock: Clock) -> None:
    company = new_company()
    inviter = invited(company)
    told = page(inviter, "/persons/")
    assert "等对方接受邀请" in told
    assert "&lt;" not in told
    path = last("invited", PHONE).url
    colleague = Client()
    assert company.unit.name in page(colleague, path)
    sent_on(colleague, path, {"do": "send"})
    assert sent_on(colleague, path, {"code": code_of(), "password": PASSWORD}) == "/join/unit/"
    assert "核对委托书以后生效" in page(colleague, "/join/unit/")
    binding = AuthorisedPerson.objects.get(person__phone=PHONE)
    assert (binding.person.name, binding.confirmed_at, binding.may_sign) == ("马接手", None, True)
    # Once: the link is over, and confirmed as today.
    assert page(Client(), path, status=410)
    convener = signed_in(county.person("general_convener"))
    sent_on(convener, "/staff/people/", {"do": "confirm", "id": str(binding.pk), "may_sign": "on"})
    assert colleague.get("/start/").headers["Location"] == "/projects/"


def test_an_invitation_ends_is_taken_back_and_is_for_one_number(county: County, clock: Clock) -> None:
    company = new_company()
    inviter = invited(company)
    path = last("invited", PHONE).url
    stranger = Client()
    joined(stranger, OTHER, "马别人")
    assert "另一个账号" in page(stranger, path)
    assert not AuthorisedPerson.objects.filter(person__phone=OTHER).exists()
    page(stranger, path, {"do": "accept"})
    assert not AuthorisedPerson.objects.filter(person__phone=OTHER).exists()
    found = Invitation.objects.get()
    other = signed_in(new_company("积石山红崖建材有限公司").person)
    assert other.post(f"/invitations/{found.pk}/take-back/").status_code == 403
    sent_on(inviter, f"/invitations/{found.pk}/take-back/", {})
    assert "已经失效" in page(Client(), path, status=410)
    clock.later(minutes=1)
    invited(company)
    path = last("invited", PHONE).url
    clock.later(days=7)
    assert "已经失效" in page(Client(), path, status=410)


def test_whoever_has_an_account_signs_in_and_accepts(county: County, clock: Clock) -> None:
    company = new_company()
    joined(Client(), PHONE, "马接手")
    # Under another name than the account's it is an invitation, and the account's holder does not take it.
    invited(company, name="马结束")
    path = last("invited", PHONE).url
    guest = Client()
    assert "请先登录" in page(guest, path)
    assert sent_on(guest, path, {"do": "accept"}).startswith("/accounts/login/?next=")
    sent_on(guest, "/accounts/login/", {"login": PHONE, "password": PASSWORD})
    assert "和您账号的姓名不一致" in page(guest, path, {"do": "accept"}, 422)


# -- lost passwords, changed telephones


def test_a_lost_password_is_set_anew_by_telephone_and_name(county: County, clock: Clock) -> None:
    inside = Client()
    person = joined(inside)
    clock.later(minutes=2)
    assert "/forgotten/" in page(Client(), "/accounts/login/")
    client = Client()
    sent_on(client, "/forgotten/", {"do": "send", "phone": PHONE})
    assert "没有手机号和姓名都相符" in page(
        client, "/forgotten/", {"code": code_of(), "name": "马不是", "password": NEW}, 422
    )
    assert sent_on(client, "/forgotten/", {"name": "韩新来", "password": NEW}) == "/accounts/login/"
    sent_on(client, "/accounts/login/", {"login": PHONE, "password": NEW})
    assert inside.get("/account/").status_code == 302
    assert last("password_reset").person == person


def test_the_name_is_not_guessed_for_ever(county: County, clock: Clock) -> None:
    joined(Client())
    clock.later(minutes=2)
    client = Client()
    sent_on(client, "/forgotten/", {"do": "send", "phone": PHONE})
    form = {"code": code_of(), "password": NEW}
    for _ in range(5):
        page(client, "/forgotten/", {**form, "name": "马不是"}, 422)
    assert "验证已经过期" in page(client, "/forgotten/", {**form, "name": "韩新来"}, 422)


def test_an_administrator_is_not_reset_by_telephone(county: County) -> None:
    person = county.person("administrator")
    Person.objects.filter(pk=person.pk).update(phone=PHONE)
    client = Client()
    sent_on(client, "/forgotten/", {"do": "send", "phone": PHONE})
    assert "不能用短信找回" in page(
        client, "/forgotten/", {"code": code_of(), "name": person.name, "password": NEW}, 422
    )


def test_the_page_says_the_same_whether_there_is_an_account_or_not(county: County) -> None:
    assert sent_on(Client(), "/forgotten/", {"do": "send", "phone": OTHER}) == "/forgotten/"


def test_the_telephone_is_changed_with_the_old_and_the_new_in_hand(county: County, clock: Clock) -> None:
    client = Client()
    person = joined(client)
    clock.later(minutes=2)
    sent_on(client, "/account/phone/", {"do": "send", "phone": OTHER})
    old, new = code_of(PHONE), code_of(OTHER)
    assert "验证码不对" in page(client, "/account/phone/", {"old_code": "1", "code": new}, 422)
    sent_on(client, "/account/phone/", {"old_code": old, "code": new})
    person.refresh_from_db()
    assert person.phone == OTHER
    assert "138****4321" in last("old_phone_changed", PHONE).body
    sent_on(Client(), "/accounts/login/", {"login": OTHER, "password": PASSWORD})


def test_a_number_never_proved_is_proved_with_the_password(county: County) -> None:
    person = county.person("approver")
    person.set_password(PASSWORD)
    person.save()
    client = signed_in(person)
    sent_on(client, "/account/phone/", {"do": "send", "phone": OTHER})
    assert "密码不对" in page(client, "/account/phone/", {"code": code_of(OTHER), "password": "falsch"}, 422)
    sent_on(client, "/account/phone/", {"code": code_of(OTHER), "password": PASSWORD})
    person.refresh_from_db()
    assert (person.phone, person.phone_verified_at) == (OTHER, NOW)


def test_a_mail_address_holds_when_its_link_is_opened(county: County, mailoutbox: list[Any]) -> None:
    client = Client()
    person = joined(client)
    assert "密码不对" in page(client, "/account/mail/", {"email": "han@example.org", "password": "x"}, 422)
    sent_on(client, "/account/mail/", {"email": "han@example.org", "password": PASSWORD})
    person.refresh_from_db()
    assert person.email == ""
    link = re.search(r"http://\S+", mailoutbox[-1].body)
    assert link
    path = link[0].split("testserver")[1]
    other = Client()
    joined(other, OTHER, "马别人")
    other.get(path)
    person.refresh_from_db()
    assert person.email == ""
    client.get(path)
    person.refresh_from_db()
    assert person.email == "han@example.org"


def test_signed_out_elsewhere(county: County, clock: Clock) -> None:
    here, there = Client(), Client()
    joined(here)
    sent_on(there, "/accounts/login/", {"login": PHONE, "password": PASSWORD})
    sent_on(here, "/account/elsewhere/", {})
    assert there.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200


# -- one step beside


def test_a_namesake_of_a_bound_person_gets_an_account_of_their_own(county: County, clock: Clock) -> None:
    """A name alone opens nobody's account: the first keeps number and password, and the clerk is warned."""
    company = new_company()
    first = company.person
    Person.objects.filter(pk=first.pk).update(name="马来访", phone=OTHER, phone_verified_at=NOW, password="kept")
    clerk, visit = visited(county, company)
    assert "本单位已有同名的经办人" in page(clerk, f"/staff/window/visits/{visit}/account/")
    let_in(clerk, visit)
    first.refresh_from_db()
    assert (first.phone, first.password) == (OTHER, "kept")
    assert Person.objects.get(phone=PHONE) != first
    assert (
        AuthorisedPerson.objects.filter(unit=company.unit, person__name="马来访", confirmed_at__isnull=False).count()
        == 2
    )


def test_a_person_whose_binding_has_ended_gets_no_account_at_the_window(county: County, clock: Clock) -> None:
    """Ended between the visit's opening and the account."""
    company = new_company()
    clerk, visit = visited(
        county,
        company,
        authority="authorised",
        binding_id=company.binding.pk,
        visitor=company.person.name,
        letter_no="",
    )
    AuthorisedPerson.objects.filter(pk=company.binding.pk).update(to_on=NOW.date())
    assert "现在不是本单位的经办人" in let_in(clerk, visit, status=422, letter="", may_sign="")


def test_a_number_an_administrator_writes_is_not_a_proved_one(county: County) -> None:
    person = Person.objects.create(username="u7", name="韩新来", phone=PHONE, phone_verified_at=NOW)
    administrator = county.actor("administrator")
    change_account(actor=administrator, person_id=person.pk, changes={"phone": OTHER}, at=NOW)
    person.refresh_from_db()
    assert person.phone_verified_at is None
    assert last("account_changed").person == person


def test_a_closed_account_is_opened_again_though_its_number_is_anothers_by_now(county: County) -> None:
    administrator = county.actor("administrator")
    first = Person.objects.create(username="u7", name="韩新来", phone=PHONE, phone_verified_at=NOW)
    change_account(actor=administrator, person_id=first.pk, changes={"is_active": False}, at=NOW)
    joined(Client(), PHONE, "马后来")
    change_account(actor=administrator, person_id=first.pk, changes={"is_active": True}, at=NOW)
    first.refresh_from_db()
    assert (first.is_active, first.phone_verified_at) == (True, None)
    assert Person.objects.get(name="马后来").phone_verified_at == NOW


def test_a_slip_in_the_new_number_sends_the_old_one_no_code(county: County, clock: Clock) -> None:
    client = Client()
    joined(client)
    clock.later(minutes=2)
    before = PhoneCode.objects.count()
    assert "11 位手机号" in page(client, "/account/phone/", {"do": "send", "phone": "1389"}, 422)
    assert "这就是现在的手机号" in page(client, "/account/phone/", {"do": "send", "phone": PHONE}, 422)
    assert PhoneCode.objects.count() == before


def test_a_gateway_down_for_an_hour_delays_a_link_and_ends_a_code(
    county: County, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent_on(Client(), "/join/", {"phone": OTHER})
    invited(new_company())

    class Down:
        def send(self, message: Message) -> None:
            raise SendError("down")

    monkeypatch.setattr("yinuo.engine.notices.tasks.gateway", lambda channel: Down())
    for _ in range(5):
        send_due(clock.now)
        clock.later(minutes=20)
    code, link = last("code"), last("invited")
    assert (code.state, code.body) == ("failed", "")
    assert (link.state, bool(link.body), link.page) == ("queued", True, "entrance:invitation")
    monkeypatch.undo()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    clock.later(hours=1)
    send_due(clock.now)
    link.refresh_from_db()
    assert (link.state, link.body, link.page_args) == ("sent", "", {})
