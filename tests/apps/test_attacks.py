"""What does not depend on the way in: limits by address, and files of other halls."""

from __future__ import annotations

import threading

import pytest

from yinuo.engine import throttling


def test_one_address_sends_so_many_within_any_hour_and_no_more(committed_db: str) -> None:
    taken = [throttling.allow("objections", "192.0.2.1") for _ in range(throttling.PER_HOUR["objections"] + 3)]
    assert taken == [True] * throttling.PER_HOUR["objections"] + [False] * 3
    assert throttling.allow("objections", "192.0.2.2")


def test_a_place_taken_is_held_for_the_whole_hour(committed_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    from django.core.cache.backends import db
    from django.utils import timezone

    began = timezone.now()
    for minute in range(throttling.PER_HOUR["objections"]):
        monkeypatch.setattr(db, "tz_now", lambda minute=minute: began + timedelta(minutes=minute))
        monkeypatch.setattr("time.time", lambda minute=minute: began.timestamp() + 60 * minute)
        assert throttling.allow("objections", "192.0.2.1")
    for minute, free in ((30, False), (59, False), (61, True)):
        monkeypatch.setattr(db, "tz_now", lambda minute=minute: began + timedelta(minutes=minute))
        monkeypatch.setattr("time.time", lambda minute=minute: began.timestamp() + 60 * minute)
        assert throttling.allow("objections", "192.0.2.1") is free, minute


def test_many_at_once_from_one_address_are_not_more(committed_db: str) -> None:
    from django.db import connection

    taken: list[bool] = []

    def send() -> None:
        try:
            taken.extend(throttling.allow("objections", "192.0.2.1") for _ in range(4))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == throttling.PER_HOUR["objections"]
