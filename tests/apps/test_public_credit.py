"""附件2·第四条、第七条: what the public credit platform is told, in order, without a person, and each thing once."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
import rfc8785

from tests.apps.county import Company, County, at, new_company, new_county
from tests.apps.points import NOON, carry_out, propose, take
from tests.apps.test_commitments import DEPARTMENT
from tests.apps.test_credit_together import together
from tests.apps.test_onemap import guided
from tests.apps.test_rulings import FOUND, make, rule, tried
from tests.beginnings import begins_with
from yinuo.engine.base import Actor, Refused
from yinuo.engine.feeds.actions import place_entries
from yinuo.engine.feeds.models import FeedEntry, FeedPlace
from yinuo.engine.feeds.queries import placed, read_on
from yinuo.engine.trail.models import Entry
from yinuo.rooms.credit import queries
from yinuo.rooms.credit.actions import import_score, send_public
from yinuo.rooms.credit.models import PUBLIC_FEED, PublicBatch
from yinuo.rooms.credit.platform import HttpPlatform, SendError


class Platform:
    """Takes batches in under their keys; refuses as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.failures, self.got, self.calls = failures, {}, []  # type: ignore[var-annotated]

    def send(self, key: str, body: dict[str, Any]) -> str:
        self.calls.append(key)
        if self.failures:
            self.failures -= 1
            raise SendError("503 维护中")
        self.got.setdefault(key, json.loads(json.dumps(body, ensure_ascii=False)))
        return f"收到 {len(body['entries'])} 条"


def send(platform: Any, moment: Any = NOON) -> int:
    return send_public(actor=Actor.system(), platform=platform, clock=lambda: moment)


@begins_with(guided)
def test_points_grades_promises_and_rulings_are_told_with_basis_and_clause_and_nobody_by_name(
    county: County, company: Company
) -> None:
    county.person("principal", DEPARTMENT)
    commitment = tried(county, company)
    make(county, rule(county, commitment, "stop", facts="联系马先生 13600009999，退界仍少 1.2 米"))
    event = carry_out(
        county, propose(county, company, data={"act": "prohibited"}, basis="笔录，当事人 13912345678", at=FOUND), FOUND
    )
    import_score(actor=Actor.system(), unit_id=company.unit.pk, score="79", source="新评价", on=FOUND.date(), at=FOUND)
    school = new_company("积石山中学", None, type="institution")
    assert place_entries() == FeedEntry.objects.count() and place_entries() == 0
    feed = read_on(placed(PUBLIC_FEED))
    told = [(row.entry.kind, queries.public_words(row.entry)) for row in feed.entries]
    assert told[0] == ("commitment", f"{commitment.title}：作出信用承诺")
    assert ("commitment", f"{commitment.title}：未履行") in told
    assert [words for kind, words in told if kind == "ruling"] == [f"{commitment.rulings.get().number} 责令停止建设"]
    points = next(row.entry for row in feed.entries if row.entry.kind == "points")
    assert (points.data["points"], points.data["seq"], points.data["score_after"]) == ("-3", event.seq, "83")
    assert (
        "甘政办发〔2017〕123号·第五十二条" in points.data["cites"]
        and points.data["basis"] == "笔录，当事人 139****5678"
    )
    assert [
        (row.entry.data["before"], row.entry.data["after"]) for row in feed.entries if row.entry.kind == "grade"
    ] == [("A-", "B")]
    assert "136****9999" in next(row.entry.data["facts"] for row in feed.entries if row.entry.kind == "ruling")
    whole = json.dumps([row.entry.data for row in feed.entries], ensure_ascii=False)
    for person in (company.person.name, county.person("approver", DEPARTMENT).name, "13600009999", "13912345678"):
        assert person not in whole
    assert not FeedEntry.objects.filter(unit=school.unit).exists()
    # places rise, a cursor misses nothing, and the digest is of what is told
    places = [row.number for row in feed.entries]
    assert places == list(range(1, len(places) + 1)) and feed.next == places[-1]
    assert [row.number for row in read_on(placed(PUBLIC_FEED), places[1], 1).entries] == places[2:3]
    assert read_on(placed(PUBLIC_FEED), feed.next).next == feed.next
    platform = Platform()
    assert send(platform, FOUND) == len(places)
    for row in next(iter(platform.got.values()))["entries"]:
        said = {name: row[name] for name in ("kind", "unit_code", "project_code", "at", "data")}
        assert row["digest"] == hashlib.sha256(rfc8785.dumps(said)).hexdigest()


def test_a_batch_is_sent_until_it_arrives_and_only_then_the_next(county: County, company: Company) -> None:
    assert send(Platform()) == 0
    take(county, company)
    platform = Platform(failures=2)
    for tries in (1, 2):
        assert send(platform, NOON + timedelta(minutes=tries)) == 0
        batch = PublicBatch.objects.get()
        assert (batch.state, batch.attempts, batch.error) == ("waiting", tries, "503 维护中")
    take(county, company, "commitment_broken", {})
    assert (place_entries(), queries.unsent()) == (1, 2)
    assert send(platform, NOON + timedelta(minutes=3)) == 2
    assert [row.state for row in PublicBatch.objects.order_by("id")] == ["sent", "sent"]
    assert platform.calls[:3] == [platform.calls[0]] * 3 and len(set(platform.calls)) == 2
    first, second = platform.got.values()
    assert [len(first["entries"]), len(second["entries"])] == [1, 1]
    assert first["digest"] == hashlib.sha256(first["entries"][0]["digest"].encode()).hexdigest()
    assert (batch := PublicBatch.objects.earliest("id")).receipt == "收到 1 条" and batch.sent_at is not None
    assert (send(platform, NOON + timedelta(hours=1)), queries.unsent(), len(platform.calls)) == (0, 0, 4)
    assert Entry.objects.filter(verb="credit.send_public").count() == 2
    with pytest.raises(Refused, match="没有设置"):
        send(None)
    with pytest.raises(ValueError, match="https"):
        HttpPlatform("http://credit.example/in", "t")
    with pytest.raises(SendError):
        HttpPlatform("http://127.0.0.1:9/in", "t", timeout=1).send("k", {})


def test_a_sender_that_dies_leaves_its_batch_to_the_next_and_two_at_once_send_it_once(committed_db: str) -> None:
    county, company = new_county(), new_company()
    take(county, company)
    place_entries()

    class Dying(Platform):
        def send(self, key: str, body: dict[str, Any]) -> str:
            super().send(key, body)
            raise KeyboardInterrupt

    dying = Dying()
    with pytest.raises(KeyboardInterrupt):
        send(dying)
    with pytest.raises(Refused, match="正在送出"):
        send(Platform(), NOON + timedelta(minutes=1))
    platform, later = Platform(), NOON + timedelta(minutes=6)
    results = together(*[lambda: send(platform, later)] * 3)
    assert sorted(result if isinstance(result, int) else -1 for result in results)[-1] == 1
    assert all(isinstance(result, (int, Refused)) for result in results)
    assert set(platform.calls) == set(dying.calls) and len(platform.calls) == 1
    assert (PublicBatch.objects.get().state, FeedPlace.objects.count()) == ("sent", 1)
    assert at("2026-11-10 12:00") == NOON
