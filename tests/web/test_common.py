from __future__ import annotations

from django.test import Client

from tests.apps.county import new_company, new_county
from yinuo.engine.people.models import Person
from yinuo.ui.acting import SESSION_KEY


def test_somebody_with_two_hats_chooses_one_and_stays_in_it(db: None) -> None:
    county = new_county()
    company = new_company()
    membership = county.people.get(("approver", "development_reform")) or county.add("approver", "development_reform")
    company.binding.person = membership.person
    company.binding.save(update_fields=["person"])
    client = Client()
    client.force_login(membership.person, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/start/").headers["Location"] == "/act-as/"
    page = client.get("/act-as/").content.decode()
    assert company.unit.name in page
    answer = client.post("/act-as/", {"hat": f"m{membership.pk}", "next": "https://evil.example/"})
    assert answer.status_code == 302
    assert "evil" not in answer.headers["Location"]
    assert client.session[SESSION_KEY] == f"m{membership.pk}"


def test_a_hat_of_somebody_else_is_refused(db: None) -> None:
    county = new_county()
    other = county.add("supervisor", "development_reform")
    client = Client()
    client.force_login(county.person("approver"), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post("/act-as/", {"hat": f"m{other.pk}"}).status_code == 403


def test_a_person_bound_to_nothing_is_told_how_to_be_bound(db: None) -> None:
    new_county()
    client = Client()
    client.force_login(
        Person.objects.create(username="x", name="无绑定"),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    assert "授权委托书" in client.get("/start/", follow=True).content.decode()
