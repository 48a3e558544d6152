"""The clock that travels: in training a request says which moment it is, in earnest it says nothing."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from tests.apps.county import at, new_county
from yinuo.deploy.training import TravellingClock, read_moment
from yinuo.engine.base import Forbidden
from yinuo.engine.people.queries import actor_of_key
from yinuo.site import api_training as api


@pytest.fixture
def travelling(monkeypatch: pytest.MonkeyPatch) -> TravellingClock:
    """The middleware as a training instance has it, around a view that says what time it is; the clock is put back
    afterwards.
    """
    monkeypatch.setattr(timezone, "now", timezone.now)
    return TravellingClock(lambda request: HttpResponse(timezone.now().isoformat()))


def asked(clock: TravellingClock, moment: str = "") -> Any:
    headers = {"X-Yinuo-Now": moment} if moment else {}
    return clock(RequestFactory().get("/", headers=headers))


def test_a_request_says_which_moment_it_is_and_the_next_one_is_back_in_the_present(travelling: TravellingClock) -> None:
    assert asked(travelling, "2031-05-06T09:00:00+08:00").content == b"2031-05-06T09:00:00+08:00"
    assert abs(datetime.fromisoformat(asked(travelling).content.decode()) - datetime.now(UTC)) < timedelta(minutes=1)


def test_two_requests_at_once_are_each_in_their_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", timezone.now)
    together = threading.Barrier(2, timeout=10)

    def view(request: HttpRequest) -> HttpResponse:
        together.wait()
        return HttpResponse(timezone.now().isoformat())

    clock = TravellingClock(view)
    said: dict[str, str] = {}

    def ask(moment: str) -> None:
        said[moment] = asked(clock, moment).content.decode()

    moments = ["2027-01-01T00:00:00+08:00", "2028-01-01T00:00:00+08:00"]
    threads = [threading.Thread(target=ask, args=(moment,)) for moment in moments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == {moment: moment for moment in moments}


def test_a_failing_request_leaves_no_travelled_moment_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", timezone.now)

    def view(request: HttpRequest) -> HttpResponse:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        asked(TravellingClock(view), "2031-05-06T09:00:00+08:00")
    assert timezone.now() < at("2031-01-01 00:00")


@pytest.mark.parametrize(
    "moment",
    ["tomorrow", "2026-11-03", "2026-11-03T09:12:00", "1999-12-31T23:59:59+00:00", "2100-01-01T00:00:01+00:00"],
)
def test_a_moment_that_is_none_is_refused(travelling: TravellingClock, moment: str) -> None:
    assert read_moment(moment) is None
    answer = asked(travelling, moment)
    assert answer.status_code == 400
    assert "X-Yinuo-Now" in answer.content.decode()


def test_in_earnest_the_header_says_nothing_and_nobody_gets_a_cast(db: None) -> None:
    assert not settings.YINUO_TRAINING
    assert not any("training" in name for name in settings.MIDDLEWARE)
    headers = {"X-Yinuo-Now": "2019-05-06T09:00:00+08:00"}
    answer = Client().get("/api/v1/guides", headers=headers)
    assert answer.status_code == 200, "in 2019 no rule was in force: the header was followed"
    for path in ("cast", "tick"):
        assert Client().post(f"/api/v1/training/{path}", {}, content_type="application/json").status_code == 404


def test_the_cast_is_given_to_who_holds_the_instances_key_alone(db: None) -> None:
    new_county()
    body = api.CastIn(units=["积石山绿源有机肥有限公司"])
    for shown in ("", "guess", "é"):
        with pytest.raises(Forbidden):
            api.cast(RequestFactory().post("/", headers={api.TOKEN_HEADER: shown}), body)
    given = api.cast(RequestFactory().post("/", headers={api.TOKEN_HEADER: settings.YINUO_TRAINING_TOKEN}), body).value
    unit = actor_of_key(given["units"][0]["key"], timezone.now())
    assert unit is not None
    assert unit.role == "unit"
    roles = {(row["role"], row["department"]) for row in given["staff"]}
    assert {
        ("principal", "development_reform"),
        ("general_convener", "development_reform"),
        ("approver", "ecology"),
    } <= roles
    for row in given["staff"]:
        actor = actor_of_key(row["key"], timezone.now())
        assert actor is not None
        assert actor.role == row["role"]
