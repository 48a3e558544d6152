"""A company comes by the province's identity platform: with nobody at a keyboard here, and never past what the unit has
said.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tests.apps.county import County, new_county
from tests.web.identity import CLIENT, SECRET, Platform
from tests.web.staffdesk import signed_in
from yinuo.core.codes import make_credit_code
from yinuo.deploy.checks import province
from yinuo.engine.notices.models import Message
from yinuo.engine.people.actions import end_binding
from yinuo.engine.people.models import AuthorisedPerson, Person, ProjectUnit

CODE = make_credit_code("622927", "00000089")
PHONE = "13993012345"
LOGIN = "/accounts/oidc/province/login/"


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    made = Platform()
    app = {
        "provider_id": "province",
        "name": "省统一身份认证",
        "client_id": CLIENT,
        "secret": SECRET,
        "settings": {"server_url": made.url},
    }
    monkeypatch.setattr(
        settings, "SOCIALACCOUNT_PROVIDERS", {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
    )
    monkeypatch.setattr(settings, "YINUO_OIDC_URL", made.url)
    monkeypatch.setattr(settings, "YINUO_OIDC_NAME", "省统一身份认证")
    monkeypatch.setattr(
        settings, "YINUO_OIDC_CLAIMS", "credit_code=uscc unit_name=corpName legal_representative=legalPerson"
    )
    yield made
    made.close()


@pytest.fixture
def county(db: None) -> County:
    return new_county()


def boss(**changes: Any) -> dict[str, Any]:
    return {
        "name": "韩河湾",
        "phone_number": "+86 139-9301-2345",
        "uscc": CODE,
        "corpName": "积石山县河湾食品有限公司",
        "legalPerson": "韩河湾",
    } | changes


def come(platform: Platform, subject: str, client: Client | None = None) -> tuple[Client, Any]:
    """Through the platform and back, as a browser goes."""
    browser = client or Client()
    away = browser.get(LOGIN)
    assert away.status_code == 302
    back = platform.authorise(away.headers["Location"], subject)
    assert back.startswith("http://testserver/accounts/oidc/province/login/callback/")
    return browser, browser.get(back.removeprefix("http://testserver"))


def test_a_new_company_comes_in_and_files_with_nobody_at_a_keyboard(county: County, platform: Platform) -> None:
    platform.people["p1"] = boss()
    assert "用省统一身份认证登录" in Client().get("/accounts/login/").content.decode()
    browser, answer = come(platform, "p1")
    assert answer.headers["Location"] == "/start/"
    assert browser.get("/start/").headers["Location"] == "/projects/"
    unit = ProjectUnit.objects.get(credit_code=CODE)
    binding = AuthorisedPerson.objects.get()
    assert (binding.unit, binding.may_sign, binding.basis) == (unit, True, "省统一身份认证法人登录")
    assert (unit.name, unit.type, unit.legal_representative) == ("积石山县河湾食品有限公司", "enterprise", "韩河湾")
    assert (binding.person.phone, binding.person.phone_verified_at is not None) == (PHONE, True)
    assert browser.get("/filing/", follow=True).status_code == 200
    # A second time it is the same account and the same binding.
    come(platform, "p1")
    assert (Person.objects.filter(name="韩河湾").count(), AuthorisedPerson.objects.count()) == (1, 1)


def test_somebody_who_is_not_the_representative_signs_only_where_the_platform_says_so(
    county: County, platform: Platform
) -> None:
    platform.people |= {
        "p1": boss(name="马办事", phone_number=""),
        "p2": boss(name="马签字", phone_number="", may_sign="true"),
    }
    come(platform, "p1")
    come(platform, "p2")
    assert dict(AuthorisedPerson.objects.values_list("person__name", "may_sign")) == {"马办事": False, "马签字": True}
    # The first hears of the second.
    assert Message.objects.filter(template="person_bound_elsewhere", person__name="马办事").exists()


def test_a_person_without_a_unit_is_led_to_bind_one(county: County, platform: Platform) -> None:
    platform.people["p1"] = boss(uscc="")
    browser, _ = come(platform, "p1")
    assert browser.get("/start/").headers["Location"] == "/join/unit/"


def test_whom_the_unit_has_ended_the_hall_is_asked_about_again(county: County, platform: Platform) -> None:
    platform.people["p1"] = boss()
    come(platform, "p1")
    binding = AuthorisedPerson.objects.get()
    earlier = timezone.now() - timedelta(days=3)
    AuthorisedPerson.objects.filter(pk=binding.pk).update(from_on=earlier.date())
    end_binding(
        actor=county.actor("general_convener"), binding=AuthorisedPerson.objects.get(), at=timezone.now(), why="离职"
    )
    browser, _ = come(platform, "p1")
    assert browser.get("/start/").headers["Location"] == "/join/unit/"
    assert AuthorisedPerson.objects.get(confirmed_at__isnull=True).basis.endswith("本单位以前终止过授权")


def test_an_account_of_the_same_verified_number_and_name_is_used_and_an_officials_is_not(
    county: County, platform: Platform
) -> None:
    own = Person.objects.create(username="u1", name="韩河湾", phone=PHONE, phone_verified_at=timezone.now())
    platform.people["p1"] = boss()
    come(platform, "p1")
    assert AuthorisedPerson.objects.get().person == own
    official = county.person("approver")
    Person.objects.filter(pk=official.pk).update(phone="13893054321", phone_verified_at=timezone.now())
    platform.people["p2"] = boss(name=official.name, phone_number="13893054321", uscc="")
    browser, _ = come(platform, "p2")
    assert browser.get("/staff/").status_code == 403
    assert Person.objects.filter(name=official.name).count() == 2


def test_an_official_connects_the_login_once_and_then_comes_by_it(county: County, platform: Platform) -> None:
    official = county.person("approver")
    platform.people["p1"] = boss(name=official.name, phone_number="", uscc="")
    inside = signed_in(official)
    away = inside.get(f"{LOGIN}?process=connect&next=/account/")
    back = platform.authorise(away.headers["Location"], "p1")
    assert inside.get(back.removeprefix("http://testserver")).headers["Location"] == "/account/"
    assert "已关联" in inside.get("/account/").content.decode()
    browser, _ = come(platform, "p1")
    assert browser.get("/staff/").status_code == 200


def test_faulty_claims_and_a_platform_that_is_down_are_told(county: County, platform: Platform) -> None:
    platform.people |= {"p1": boss(uscc="91622927MA00000000"), "p2": boss(name="")}
    _, answer = come(platform, "p1")
    assert answer.status_code == 422
    assert "统一社会信用代码有误" in answer.content.decode()
    assert not Person.objects.filter(name="韩河湾").exists()
    _, answer = come(platform, "p2")
    assert "请填写姓名" in answer.content.decode()
    platform.down = True
    answer = Client().get(LOGIN)
    assert answer.status_code == 503
    assert "没有登录成功" in answer.content.decode()


def test_a_forged_return_opens_nothing(county: County, platform: Platform) -> None:
    platform.people["p1"] = boss()
    away = Client().get(LOGIN)
    back = platform.authorise(away.headers["Location"], "p1").removeprefix("http://testserver")
    # Another browser's state; then a code nobody gave.
    assert "没有登录成功" in Client().get(back).content.decode()
    assert "没有登录成功" in Client().get("/accounts/oidc/province/login/callback/?code=x&state=y").content.decode()
    assert not Person.objects.filter(name="韩河湾").exists()


def test_the_claims_of_the_platform_are_not_stored(county: County, platform: Platform) -> None:
    from allauth.socialaccount.models import SocialAccount, SocialToken

    platform.people["p1"] = boss(idNo="622927199001010011")
    come(platform, "p1")
    come(platform, "p1")
    assert SocialAccount.objects.get().extra_data == {}
    assert not SocialToken.objects.exists()


def test_a_slip_in_the_settings_is_told_at_the_start(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    assert province() == []
    monkeypatch.setattr(settings, "YINUO_OIDC_CLAIMS", "credit=uscc")
    assert [message.id for message in province()] == ["yinuo.E007"]


def test_without_a_platform_there_is_no_way_by_it(county: County) -> None:
    assert Client().get(LOGIN).status_code == 404
    assert "统一身份认证登录" not in Client().get("/accounts/login/").content.decode()
