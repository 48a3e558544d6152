"""附件7·第四章: what the rooms hold becomes a hall's events, and the events its score, by the database as by core."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings

from tests.apps.county import Company, County, at, new_county
from tests.apps.test_onemap import guided, hand_in, ready
from tests.apps.test_reviews import LATER, concluded
from tests.beginnings import begins_with
from tests.core.test_hall import EVENTS, naive_months
from yinuo.core.dated import Gap, Span
from yinuo.core.hall import HallFact, fold
from yinuo.engine.base import Actor, Refused
from yinuo.engine.documents.making import paper_of
from yinuo.engine.documents.models import Document
from yinuo.engine.people.models import Hall, Region
from yinuo.engine.rules import pack
from yinuo.engine.work.actions import extend, reassign, tick
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.halls import closing, folding, queries
from yinuo.rooms.halls.actions import (
    correct_points,
    give_points,
    publish_bulletin,
    publish_due,
    report_events,
)
from yinuo.rooms.halls.models import Bulletin, Honour, ManualPoint, ReportedEvent
from yinuo.rooms.onemap.actions import accept, decide, pause_item, resume_item
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project
from yinuo.rooms.reviews.actions import appeal_bad_review, assign_bad_review, decide_appeal, give_review
from yinuo.rooms.reviews.models import ServiceReview, TrackService

pytestmark = begins_with(guided)

D = Decimal
HALLS = ["A", "B", "C"]
LISTED = """
    SELECT * FROM jsonb_to_recordset(%(events)s::jsonb) AS e(hall_id bigint, day date, type text, subject text,
        mark text, kind text, level int, days int, approval_days int, points numeric, place bigint)
"""


def rows(facts: list[HallFact]) -> str:
    return json.dumps(
        [
            {
                "hall_id": HALLS.index(fact.hall),
                "day": fact.on.isoformat(),
                "type": fact.type,
                "subject": fact.detail.get("matter") or fact.detail.get("project") or "",
                "mark": fact.detail.get("light") or fact.detail.get("track") or "",
                "place": place,
                **{name: fact.detail.get(name) for name in ("kind", "level", "days", "approval_days", "points")},
            }
            for place, fact in enumerate(facts)
        ]
    )


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=EVENTS)
def test_the_database_counts_as_core_does_and_as_a_naive_reading(db: None, facts: list[HallFact]) -> None:
    sums = folding.sums_of(LISTED, {"events": rows(facts)}, pack())
    core = fold(HALLS, facts, pack())
    for number, hall in enumerate(HALLS):
        months = naive_months(hall, facts)
        assert core.halls[hall].months == months
        running: dict[tuple[int, int], Decimal] = {}
        for name in months:
            year, month = map(int, name.split("-"))
            quarter = (year, (month + 2) // 3)
            running[quarter] = running.get(quarter, D(100)) + sums.get((number, (year, month)), D(0))
            assert running[quarter] == months[name]


def test_a_rule_that_turns_within_a_month_counts_each_day_by_its_own(db: None) -> None:
    turn, rules = date(2026, 11, 16), pack()
    old = [replace(rule, span=Span(rule.span.from_on, turn)) for rule in rules.hall_rules]
    new = [
        replace(rule, span=Span(turn, None), points=rule.points * 3, days_at_most=rule.days_at_most and 60)
        for rule in rules.hall_rules
    ]
    turned = replace(rules, hall_rules=[*old, *new])
    landed = [{"kind": "filing", "days": days, "approval_days": 91} for days in (40, 41, 60, 61)]
    landed.append({"kind": "filing", "days": 61, "approval_days": 90})
    facts = [
        HallFact("A", date(2026, 11, day), "landed", {"project": f"{day}.{number}", **detail})
        for day in (1, 15, 16, 30)
        for number, detail in enumerate(landed)
    ]
    facts += [HallFact("A", date(2026, 11, 20), "landed", {"project": "1.0", **landed[0]})]
    sums = folding.sums_of(LISTED, {"events": rows(facts)}, turned)
    # by day: 0.5 − 4 twice, then 3 × 1.5 − 12 twice; a project told of before counts no more
    assert sums == {(0, (2026, 11)): D("-22")}
    assert sum(point.points for point in fold(HALLS, facts, turned).points) == D("-22")


def test_a_day_without_rules_is_a_gap_in_the_database_too(db: None) -> None:
    with pytest.raises(Gap, match="2023年2月19日"):
        folding.sums_of(
            LISTED, {"events": rows([HallFact("A", date(2023, 2, 19), "review", {"matter": "1", "level": 5})])}, pack()
        )


NOVEMBER = (date(2026, 11, 1), date(2026, 12, 1))


def seen(county: County, now: str, since: date = NOVEMBER[0], until: date = NOVEMBER[1]) -> list[tuple[str, str, str]]:
    """The events of the hall as (day, type, mark or level)."""
    found = queries.events_of([county.hall.pk], since, until, at(now))
    return [
        (
            event.fact.on.isoformat(),
            event.fact.type,
            str(event.fact.detail.get("light") or event.fact.detail.get("level") or ""),
        )
        for event in found
    ]


def under_way(county: County, company: Company) -> MapItem:
    """A matter accepted on Friday 6 November; nobody has decided it."""
    item = ready(guided(county, company))
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=county.actor("approver", item.department.key), item_id=item.pk, at=at("2026-11-06 10:00"))
    return MapItem.objects.select_related("department", "project").get(pk=item.pk)


def test_a_good_review_of_a_tracks_service_counts_beside_the_matters(county: County, company: Company) -> None:
    item = concluded(county, company)
    row = {
        "project": item.project,
        "hall_id": county.hall.pk,
        "name": "代办服务",
        "page": "unit:projects",
        "ended_at": LATER,
        "subject_kind": "a.b",
    }
    services = [
        TrackService.objects.create(track=track, subject_id=n, **row)
        for n, track in enumerate(("agency", "agency", "mock", "deficient"))
    ]
    for service, level in zip(services, (4, 5, 5, 1), strict=True):
        ServiceReview.objects.create(service=service, hall_id=county.hall.pk, level=level, channel="map", at=LATER)
    give_review(actor=company.actor, item_id=item.pk, level=5, at=LATER)
    found = queries.events_of([county.hall.pk], *NOVEMBER, LATER)
    assert sorted((one.fact.type, one.fact.detail.get("track")) for one in found) == [
        ("review", None), ("track_praised", "agency"), ("track_praised", "mock"),
    ]  # fmt: skip
    assert queries.hall_month(county.hall, NOVEMBER[0], date(2026, 11, 20), LATER).score == D("100.6")


def longer(item: MapItem, days: int, moment: str) -> None:
    """The term of the matter's running clock is extended."""
    (work,) = WorkItem.objects.filter(subject_kind="onemap.mapitem", subject_id=item.pk, state="running")
    extend(actor=Actor.system(), item=work, days=days, reason="案情复杂", at=at(moment))
    assert work.light_at(at(moment)) == "green"


def test_a_review_counts_unless_an_appeal_against_it_is_upheld(county: County, company: Company) -> None:
    item = concluded(county, company)
    review = give_review(actor=company.actor, item_id=item.pk, level=1, text="等了太久", at=LATER)
    supervisor, approver = county.actor("supervisor"), county.actor("approver", item.department.key)
    assign_bad_review(actor=supervisor, review_id=review.pk, instruction="请核实", at=LATER)
    appeal_bad_review(actor=approver, review_id=review.pk, why="点错了", at=LATER)
    bad = ("2026-11-11", "review", "1")
    assert bad in seen(county, "2026-11-12 09:00"), "one under appeal counts"
    (event,) = [one for one in queries.events_of([county.hall.pk], *NOVEMBER, LATER) if one.source == "review"]
    assert (event.source_id, event.what, event.office) == (review.pk, item.name, item.department.short_name)
    assert event.handler_id == item.handler_id
    decide_appeal(actor=supervisor, review_id=review.pk, upheld=True, answer="确系误评", at=LATER)
    assert bad not in seen(county, "2026-11-12 09:00")


def test_a_light_counts_once_from_the_clock_whether_or_not_it_was_told(county: County, company: Company) -> None:
    item = under_way(county, company)
    assert seen(county, "2026-11-06 12:00") == []
    lights = seen(county, "2026-11-29 12:00")
    assert [(kind, light) for _, kind, light in lights] == [("light", "yellow"), ("light", "red")]
    tick(at("2026-11-29 12:00"))
    assert seen(county, "2026-11-29 12:00") == lights, "told late, it is dated when it turned"
    longer(item, days=20, moment="2026-11-29 13:00")
    assert seen(county, "2026-12-30 12:00") == lights, "what has been shown stays, though the term was extended"
    assert seen(county, "2026-12-30 12:00", date(2026, 12, 1), date(2027, 1, 1)) == [], (
        "and does not count again in another month"
    )


def test_a_light_that_turned_while_the_ticker_stood_counts_though_the_term_is_extended(
    county: County, company: Company
) -> None:
    item = under_way(county, company)
    (yellow, _) = seen(county, "2026-11-29 12:00")
    next_day = date.fromisoformat(yellow[0]) + timedelta(days=1)
    longer(item, days=20, moment=f"{next_day} 08:00")
    assert seen(county, f"{next_day} 18:00") == [yellow]


def test_a_pause_keeps_a_light_from_turning(county: County, company: Company) -> None:
    item = under_way(county, company)
    (yellow, red) = seen(county, "2026-11-29 12:00")
    approver = county.actor("approver", item.department.key)
    pause_item(actor=approver, item_id=item.pk, reason=pack().pauses[0].id, note="公示", at=at("2026-11-06 11:00"))
    before = at(f"{yellow[0]} 12:00") + timedelta(days=1)
    assert not [one for one in queries.events_of([county.hall.pk], *NOVEMBER, before) if one.fact.type == "light"]
    resume_item(actor=approver, item_id=item.pk, note="", at=at(f"{red[0]} 08:30"))
    (later, _) = seen(county, "2026-12-31 12:00", until=date(2027, 1, 1))
    assert later[0] > yellow[0]


def test_landing_counts_calendar_days_and_takes_the_companys_own_time_and_pauses_off(
    county: County, company: Company
) -> None:
    item = under_way(county, company)
    # 3 November 09:12 filed, mapped on the 5th at 10:00, handed in on the 6th at 09:00: the company's 23 hours are no
    # full day.
    approver = county.actor("approver", item.department.key)
    pause_item(actor=approver, item_id=item.pk, reason=pack().pauses[0].id, note="公示", at=at("2026-11-09 10:00"))
    resume_item(actor=approver, item_id=item.pk, note="", at=at("2026-11-12 12:00"))
    Project.objects.filter(pk=item.project_id).update(landed_at=at("2026-11-13 10:00"))
    (landed,) = [
        one.fact
        for one in queries.events_of([county.hall.pk], *NOVEMBER, at("2026-11-20 09:00"))
        if one.fact.type == "landed"
    ]
    assert landed.on == date(2026, 11, 13)
    # Ten days; 23 hours of the company's and three days and two hours of pause make four full days.
    assert landed.detail == {"project": str(item.project_id), "kind": "filing", "days": 10, "approval_days": 6}


def test_the_ranking_of_a_region_and_a_halls_month_tell_the_same_score(county: County, company: Company) -> None:
    item = concluded(county, company)
    give_review(actor=company.actor, item_id=item.pk, level=5, at=LATER)
    person = county.person("supervisor")
    given = {
        "hall": county.hall,
        "basis": "专项督查",
        "evidence": "督查通报",
        "reason": "服务优质",
        "by": person,
        "at": LATER,
    }
    first = ManualPoint.objects.create(on=date(2026, 10, 9), points=D("-1.5"), **given)
    (area,) = queries.areas()
    now = at("2026-11-20 09:00")
    table = queries.ranking(area, date(2026, 11, 20), now)
    (line,) = table.lines
    assert (line.score, line.rank, line.before, line.change) == (D("98.6"), 1, 1, D("0.1"))
    assert list(line.course)[-2:] == [D("98.5"), D("98.6")]
    assert (table.mean, table.months[-1]) == (D("98.60"), date(2026, 11, 1))
    month = queries.hall_month(county.hall, date(2026, 11, 1), date(2026, 11, 20), now)
    assert (month.before, month.score) == (D("98.5"), D("98.6"))
    (told,) = month.told
    assert (told.point.points, told.point.rules, told.event.source) == (D("0.1"), ("hall.20.good_review",), "review")
    assert queries.hall_month(county.hall, date(2026, 10, 1), date(2026, 11, 20), now).score == D("98.5")
    ManualPoint.objects.create(on=first.on, points=-first.points, corrects=first, **given)
    assert queries.ranking(area, date(2026, 11, 20), now).lines[0].score == D("100.1")


def points(county: County, actor: Actor | None = None, **changes: Any) -> ManualPoint:
    given = {
        "on": date(2026, 10, 9),
        "points": D("-1.5"),
        "basis": "专项督查",
        "evidence": "督查通报",
        "reason": "窗口无人值守",
        "at": LATER,
    }
    return give_points(**{"actor": actor or county.actor("supervisor"), "hall_id": county.hall.pk, **given, **changes})


def test_points_by_hand_have_grounds_a_day_that_has_been_and_are_taken_back_once(county: County) -> None:
    first = points(county, idempotency_key="k")
    assert points(county, idempotency_key="k").pk == first.pk, "sent twice, given once"
    with pytest.raises(Refused) as refused:
        points(county, evidence=" ", reason="")
    assert set(refused.value.errors) == {"evidence", "reason"}
    with pytest.raises(Refused) as refused:
        points(county, basis="督" * 201, evidence="通" * 1001, reason="窗" * 1000)
    assert refused.value.errors == {"basis": "不能超过 200 个字", "evidence": "不能超过 1000 个字"}
    for field, wrong in (
        ("points", {"points": D(0)}), ("points", {"points": D("0.005")}), ("points", {"points": D(101)}),
        ("points", {"points": D("NaN")}), ("points", {"points": D("1e30")}),
        ("on", {"on": date(2026, 11, 12)}), ("on", {"on": date(2023, 2, 19)}),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            points(county, **wrong)
        assert (refused.value.field, bool(refused.value.message)) == (field, True)
    assert ManualPoint.objects.count() == 1
    supervisor = county.actor("supervisor")
    counter = correct_points(actor=supervisor, manual_id=first.pk, reason="记错了大厅", at=LATER)
    assert (counter.points, counter.on, counter.corrects_id) == (D("1.5"), first.on, first.pk)
    for wrong_id, code in ((first.pk, "halls.corrected"), (counter.pk, "halls.counter")):
        with pytest.raises(Refused) as refused:
            correct_points(actor=supervisor, manual_id=wrong_id, reason="再改", at=LATER)
        assert refused.value.code == code
    with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
        cursor.execute("UPDATE halls_manualpoint SET points = 3")


def test_two_at_once_correct_and_publish_once(committed_db: None) -> None:
    county = new_county()
    first = points(county)
    supervisor, region = county.actor("supervisor"), county.hall.region_id

    def act(number: int) -> str:
        try:
            correct_points(actor=supervisor, manual_id=first.pk, reason=f"更正{number}", at=LATER)
            done = "corrected"
        except Refused as refusal:
            done = refusal.code
        finally:
            publish_bulletin(actor=supervisor, region_id=region, month=date(2026, 10, 1), at=LATER)
            connection.close()
        return done

    with ThreadPoolExecutor(4) as pool:
        done = sorted(pool.map(act, range(4)))
    assert done == ["corrected", *["halls.corrected"] * 3]
    assert (
        ManualPoint.objects.count(),
        Bulletin.objects.count(),
        Document.objects.filter(kind="hall_bulletin").count(),
    ) == (2, 1, 1)


PREFECTURE = ("临夏市", "临夏县", "永靖县")


def prefecture(county: County) -> list[Hall]:
    """The county among others of its prefecture, which have only what their supervisors gave."""
    top = Region.objects.create(code="622900", name="临夏回族自治州")
    Region.objects.filter(pk=county.hall.region_id).update(parent=top)
    return [
        Hall.objects.create(
            region=Region.objects.create(code=f"62292{n}", name=name, parent=top), name=f"{name}政务大厅"
        )
        for n, name in enumerate(PREFECTURE)
    ]


def test_a_bulletin_never_changes_and_what_changed_since_stands_in_the_next(county: County, company: Company) -> None:
    others = prefecture(county)
    row = {"basis": "督查", "evidence": "通报", "reason": "优", "by": county.person("supervisor"), "at": LATER}
    for hall, worth in zip(others, ("3", "2", "-1"), strict=True):
        ManualPoint.objects.create(hall=hall, on=date(2026, 9, 9), points=D(worth), **row)
    wrong = points(county, on=date(2026, 8, 5), points=D("1"), at=at("2026-09-01 09:00"))
    region = queries.area_of(county.hall.pk).region
    supervisor = county.actor("supervisor")
    august = publish_bulletin(actor=supervisor, region_id=region.pk, month=date(2026, 8, 1), at=at("2026-09-01 10:00"))
    assert [(line["rank"], line["score"]) for line in august.body["lines"] if line["hall_id"] == county.hall.pk] == [
        (1, "101")
    ]
    assert august.body["honours"] == []
    correct_points(actor=supervisor, manual_id=wrong.pk, reason="不属实", at=at("2026-09-10 09:00"))
    with pytest.raises(Refused, match="还没有过完"):
        publish_bulletin(actor=supervisor, region_id=region.pk, month=date(2026, 9, 1), at=at("2026-09-30 23:59"))
    with pytest.raises(Refused, match="下一期应当是 2026-09"):
        publish_bulletin(actor=supervisor, region_id=region.pk, month=date(2026, 10, 1), at=at("2026-11-01 09:00"))
    assert publish_due(at("2026-10-01 00:30")) == 1
    assert publish_due(at("2026-10-01 00:31")) == 0
    september = Bulletin.objects.get(month=date(2026, 9, 1))
    assert september.body["corrections"] == [
        {"month": "2026-08", "hall_id": county.hall.pk, "hall": county.hall.name, "told": "101", "now": "100"}
    ]
    assert Bulletin.objects.get(pk=august.pk).body == august.body
    assert closing.sha256_of(september.body) == september.sha256
    assert [(line["hall"][:3], line["rank"], line["score"]) for line in september.body["lines"]] == [
        ("临夏市", 1, "103"), ("临夏县", 2, "102"), ("积石山", 3, "100"), ("永靖县", 4, "99"),
    ]  # fmt: skip
    assert (september.body["bottom"], september.body["mean"]) == (["永靖县政务大厅"], "101")
    assert publish_due(at("2026-12-01 00:30")) == 2, "months missed are made up for"
    assert Bulletin.objects.get(month=date(2026, 10, 1)).body["corrections"] == [], "told once"
    with pytest.raises(Refused, match="已经通报"):
        points(county, on=date(2026, 9, 3), at=at("2026-12-02 09:00"))
    late = reported(type="manual", points="-1", on="2026-09-03")
    with pytest.raises(Refused) as refused:
        report_events(actor=supervisor, hall_id=county.hall.pk, rows=[late], at=at("2026-12-02 09:00"))
    assert refused.value.errors == {"rows[0].on": "这个季度已经通报，不能再加减分"}
    # What is taken back two quarters later is told all the same.
    assert publish_due(at("2027-01-01 00:30")) == 1
    given = ManualPoint.objects.get(hall=others[0])
    ManualPoint.objects.create(
        hall=others[0], on=given.on, points=-given.points, corrects=given, **{**row, "at": at("2027-01-15 09:00")}
    )
    assert publish_due(at("2027-02-01 00:30")) == 1
    assert Bulletin.objects.get(month=date(2027, 1, 1)).body["corrections"] == [
        {"month": "2026-09", "hall_id": others[0].pk, "hall": others[0].name, "told": "103", "now": "100"}
    ]


def test_a_region_whose_bulletin_fails_holds_up_no_other(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Region.objects.create(code="100000", name="别的地区")
    Hall.objects.create(region=broken, name="别的大厅")
    body_of = closing.body_of

    def body(area: queries.Area, *rest: Any) -> dict[str, Any]:
        if area.region == broken:
            raise DatabaseError("broken")
        return body_of(area, *rest)

    monkeypatch.setattr(closing, "body_of", body)
    assert publish_due(at("2026-11-01 00:30")) == 1
    assert Bulletin.objects.get().region_id == county.hall.region_id
    monkeypatch.undo()
    assert publish_due(at("2026-11-02 00:30")) == 1


def test_a_quarters_end_honours_the_first_halls_their_conveners_and_who_was_praised_most(
    county: County, company: Company
) -> None:
    prefecture(county)
    convener = county.person("general_convener")
    item = concluded(county, company)
    give_review(actor=company.actor, item_id=item.pk, level=5, at=LATER)
    # Somebody of the same name, praised as often, works in the hall's other system.
    assert item.handler is not None
    report_events(
        actor=county.actor("supervisor"), hall_id=county.hall.pk, rows=[reported(handler=item.handler.name)], at=LATER
    )
    assert publish_due(at("2027-01-01 00:30")) == 1
    honours = Honour.objects.order_by("id")
    assert [(row.kind, row.name, row.flag, row.rank) for row in honours if row.hall_id == county.hall.pk] == [
        ("hall", county.hall.name, True, 1),
        ("convener", convener.name, False, 1),
        ("handler", f"{item.handler.name}（1）", True, 1),
        ("handler", f"{item.handler.name}（2）", True, 1),
    ]
    same = {
        "bulletin": honours[0].bulletin,
        "kind": "handler",
        "hall": county.hall,
        "name": "同名",
        "title": "优",
        "rank": 1,
        "grounds": "好评",
    }
    for person in (convener, county.person("supervisor"), None):
        Honour.objects.create(**same, person=person)
    for person in (convener, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            Honour.objects.create(**same, person=person)
    assert {row.rank for row in honours if row.kind == "hall"} == {1, 2}, (
        "those who share the second place are all named"
    )
    assert honours[0].title == "全省投资建设项目“一网通办”审批服务平台优秀服务窗口"
    paper = Document.objects.get(kind="hall_bulletin")
    assert paper.data["quarter"] == "2026年第四季度"
    assert paper_of(document=paper, at=LATER).content[:4] == b"%PDF"


def test_who_has_repeated_lights_and_bad_reviews_is_named_to_the_supervisor_alone(
    county: County, company: Company
) -> None:
    item = under_way(county, company)
    tick(at("2026-11-29 12:00"))
    day = date(2026, 11, 29)
    assert closing.offenders([county.hall.pk], day, at("2026-11-29 12:00")) == [], "two are not yet many"
    decide(
        actor=county.actor("approver", item.department.key),
        item_id=item.pk,
        granted=True,
        document_number="积环〔2026〕9号",
        text="",
        at=at("2026-11-29 13:00"),
    )
    give_review(actor=company.actor, item_id=item.pk, level=1, text="太慢", at=at("2026-11-29 14:00"))
    (one,) = closing.offenders([county.hall.pk], day, at("2026-11-29 15:00"))
    assert (one.person_id, one.bad, one.yellow, one.red) == (item.handler_id, 1, 1, 1)
    assert closing.most_praised([one]) == []


def test_a_light_is_with_whoever_had_the_matter_when_it_turned(county: County, company: Company) -> None:
    item = under_way(county, company)
    rescuer = county.add("approver", item.department.key).person
    (work,) = WorkItem.objects.filter(subject_kind="onemap.mapitem", subject_id=item.pk, state="running")

    def handlers() -> list[tuple[str, int | None]]:
        found = queries.events_of([county.hall.pk], *NOVEMBER, at("2026-11-29 12:00"))
        return [(str(one.fact.detail["light"]), one.handler_id) for one in found if one.fact.type == "light"]

    first = item.handler_id
    (yellow, _) = seen(county, "2026-11-29 12:00")
    between = at(f"{yellow[0]} 08:00") + timedelta(days=1)
    reassign(actor=county.actor("general_convener"), item=work, person=rescuer, at=between, why="休假")
    assert handlers() == [("yellow", first), ("red", rescuer.pk)]
    reassign(actor=county.actor("general_convener"), item=work, person=county.person("approver", item.department.key),
             at=at("2026-11-29 11:00"), why="销假")  # fmt: skip
    assert handlers() == [("yellow", first), ("red", rescuer.pk)]


def reported(**changes: Any) -> dict[str, Any]:
    row = {
        "reference": "r1",
        "on": "2026-11-02",
        "type": "review",
        "subject": "m1",
        "level": 5,
        "what": "施工许可",
        "evidence": "十一月月报",
    }
    return row | changes


def test_another_halls_events_are_taken_in_once_whole_or_not_at_all_and_taken_back_by_name(county: County) -> None:
    supervisor, hall = county.actor("supervisor"), county.hall

    def send(*rows: dict[str, Any]) -> tuple[int, int]:
        taken = report_events(actor=supervisor, hall_id=hall.pk, rows=rows, at=LATER)
        return taken.new, taken.known

    landed = {"type": "landed", "subject": "p", "kind": "filing", "days": 30, "approval_days": 20, "level": None}
    rows = (
        reported(handler="马建国"), reported(reference="r2", type="light", light="red"),
        reported(reference="r3", **landed), reported(reference="r4", type="track_praised", track="mock"),
        reported(reference="r5", type="manual", points="-0.75"),
        reported(reference="r6", level=1, on="2026-11-03", handler="马建国"),
    )  # fmt: skip
    assert send(*rows) == (6, 0)
    assert send(*rows) == (0, 6)
    # r6 tells of the same matter as r1: it counts once.
    assert queries.hall_month(hall, NOVEMBER[0], date(2026, 11, 11), LATER).score == D("99.75")
    assert queries.ranking(queries.areas()[0], date(2026, 11, 11), LATER).lines[0].score == D("99.75")
    for place, (wrong, field) in enumerate(
        (
            (reported(reference="r1", level=2), "reference"),
            (reported(reference="n", level=9), "level"),
            (reported(reference="n", on="2026-13-01"), "on"),
            (reported(reference="n", on="2027-01-01"), "on"),
            (reported(reference="n", evidence=" "), "evidence"),
            (reported(reference="n", type="party"), "type"),
            (reported(reference="n", what="字" * 161), "what"),
            (reported(reference="n", withdraws="gone"), "withdraws"),
            (reported(reference="n", type="manual", points="1e9"), "points"),
            (reported(reference="", subject="m2"), "reference"),
        )
    ):
        with pytest.raises(Refused) as refused:
            send(reported(reference=f"fine{place}"), wrong)
        assert list(refused.value.errors) == [f"rows[1].{field}"], wrong
    assert ReportedEvent.objects.count() == 6
    back = {"reference": "b1", "evidence": "更正月报", "withdraws": "r2"}
    assert (send(back), send(back)) == ((1, 0), (0, 1))
    with pytest.raises(Refused) as refused:
        send({**back, "reference": "b2"})
    assert refused.value.errors == {"rows[0].withdraws": "编号 r2 已经撤回过"}
    twice = {**back, "withdraws": "r3"}
    with pytest.raises(Refused) as refused:
        send({**twice, "reference": "b3"}, {**twice, "reference": "b4"})
    assert refused.value.errors == {"rows[1].withdraws": "编号 r3 已经撤回过"}
    assert queries.hall_month(hall, NOVEMBER[0], date(2026, 11, 11), LATER).score == D("100.05")
    # … nor does it for whoever handled it.
    assert [(one.name, one.good, one.bad) for one in closing.handled([hall.pk], *NOVEMBER, LATER)] == [("马建国", 1, 0)]
    named = {event.fact.type for event in queries.events_of([hall.pk], *NOVEMBER, LATER) if event.project}
    assert named == {"landed", "track_praised"}, "only these tell a company's own words"
    # Points by hand are the supervisor's, by table too, and so is taking them back.
    by_hand = reported(reference="c1", type="manual", points="5")
    undo = {"reference": "c2", "evidence": "更正", "withdraws": "r5"}
    with pytest.raises(Refused) as refused:
        report_events(actor=county.actor("general_convener"), hall_id=hall.pk, rows=[by_hand, undo], at=LATER)
    assert set(refused.value.errors) == {"rows[0].type", "rows[1].withdraws"}


def test_equal_scores_share_a_rank_and_the_next_stands_below_all_of_them() -> None:
    assert queries.ranks({1: D(100), 2: D("99.5"), 3: D(100), 4: D(99)}) == {1: 1, 3: 1, 2: 3, 4: 4}
