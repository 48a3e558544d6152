"""A grade that was not signed: whoever writes it, and however, it is not relied on, the nightly audit names it, and
somebody is told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.apps import gaps, mocking
from tests.apps.agencies import new_agency
from tests.apps.chaining import Log
from tests.apps.county import Company, County, at, facts, graded, new_company, new_county
from tests.apps.killing import survives
from tests.apps.points import ACT, CYCLE, carry_out, differing, head, propose, take
from tests.apps.test_commitments import SIGNED, item_of, promise
from tests.apps.test_credit_together import together
from tests.apps.test_land import keeper, sell, settled, sold, standard
from tests.apps.test_onemap import guided
from tests.beginnings import begins_with
from tests.database import TestDatabase
from yinuo.chain.leaves import build, kid_of, subject_of
from yinuo.chain.verifier import encode64
from yinuo.core.ids import new_id
from yinuo.deploy import database
from yinuo.deploy.embedded import APP, OWNER
from yinuo.engine.base import Actor, Refused
from yinuo.engine.caches import rebuild
from yinuo.engine.infochain import keys
from yinuo.engine.infochain.audit import audit
from yinuo.engine.infochain.models import LeafRecord, Subject
from yinuo.engine.infochain.sealing import shown
from yinuo.engine.notices.models import Message
from yinuo.engine.people.models import ProjectUnit
from yinuo.engine.trail.actions import action, enter
from yinuo.engine.trail.models import ChainRow, Entry
from yinuo.rooms.commitments.actions import close_notices
from yinuo.rooms.credit import ledger, relying
from yinuo.rooms.credit.actions import check_evaluations, consent, execute, import_score, take_evaluations
from yinuo.rooms.credit.caches import SCORE
from yinuo.rooms.credit.leaves import label_of, told
from yinuo.rooms.credit.models import CreditEvent, CreditHead
from yinuo.rooms.credit.relying import proven
from yinuo.rooms.land import actions as land
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.actions import certificate_paper, file_project
from yinuo.rooms.projects.models import Project

pytestmark = begins_with(guided)

NOON = at("2026-11-10 12:00")
Sql = Callable[..., Any]


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    keys.forget()
    relying.forget()
    yield
    keys.forget()
    relying.forget()


class Place:
    """A county whose company (86 points, A-) has a project with a map, and both roles of the database at hand."""

    def __init__(self, server: Any, name: str) -> None:
        self.county, self.company = new_county(), new_company()
        self.project: Project = guided(self.county, self.company)
        self.item: MapItem = item_of(self.project)
        self.administrator = self.county.person("administrator")
        self.server, self.name = server, name

    def as_app(self, text: str, *values: Any) -> Any:
        with self.server.connect(APP, self.name) as role:
            return role.execute(text, values)

    def as_owner(self, *statements: str | tuple[Any, ...]) -> None:
        """With the triggers on the events switched off, as their owner can."""
        with self.server.connect(OWNER, self.name) as role:
            role.execute("ALTER TABLE credit_creditevent DISABLE TRIGGER USER")
            for statement in statements:
                text, *values = (statement,) if isinstance(statement, str) else statement
                role.execute(text, values)
            role.execute("ALTER TABLE credit_creditevent ENABLE TRIGGER USER")

    def refusals(self, moment: Any = NOON) -> list[str]:
        """How each of the actions that rely on a grade ends: its refusal, or that it was done."""
        found = []
        for act in (
            lambda: file(self.company, moment),
            lambda: promise(self.company, self.item, max(moment, SIGNED)),
            lambda: propose(self.county, self.company, at=moment),
            lambda: certificate_paper(project=self.project, at=moment),
            lambda: evaluate(self.company, "70", moment),
        ):
            try:
                act()
                found.append("done")
            except Refused as refusal:
                found.append(refusal.code)
        return found

    @property
    def unit(self) -> ProjectUnit:
        return self.company.unit


REFUSED = ["credit.head_differs"] * 5


@pytest.fixture
def place(committed_db: str, test_database: TestDatabase) -> Place:
    return Place(test_database.server, committed_db)


def file(company: Company, moment: Any = NOON, name: str = "另一个项目") -> Project:
    made = file_project(
        actor=company.actor,
        unit_id=company.unit.pk,
        facts=facts(name=name),
        pledged=True,
        at=moment,
        allow_duplicate=True,
    )
    return made.project


def evaluate(company: Company, score: str, moment: Any = NOON) -> CreditEvent:
    source = f"评价 {score} {moment}"
    return import_score(
        actor=Actor.system(), unit_id=company.unit.pk, score=score, source=source, on=moment.date(), at=moment
    )[0]


def faults(moment: Any = NOON) -> list[str]:
    return [
        fault
        for fault in audit(None, at=moment).faults
        if "信用" in fault or "加减分" in fault or "credit" in fault or "密钥" in fault
    ]


def last(company: Company) -> CreditEvent:
    return CreditEvent.objects.filter(unit=company.unit).latest("seq")


# -- what the database itself refuses to the application


def test_the_application_cannot_write_make_or_remove_a_grade(place: Place) -> None:
    other = new_company("甘肃保安腰刀文旅有限公司", None)
    unit = place.unit.pk
    for statement in (
        f"UPDATE credit_credithead SET score = 92, grade = 'A' WHERE unit_id = {unit}",
        f"UPDATE credit_credithead SET grade = 'A' WHERE unit_id = {unit}",
        f"UPDATE credit_credithead SET seq = 9 WHERE unit_id = {unit}",
        f"UPDATE credit_credithead SET unit_id = {other.unit.pk} WHERE unit_id = {unit}",
        f"INSERT INTO credit_credithead (unit_id, score, grade, seq, provincial_d) VALUES ({unit}, 92, 'A', 1, false)",
        (
            f"INSERT INTO credit_credithead (unit_id, grade) VALUES ({unit}, 'A') ON CONFLICT (unit_id) DO UPDATE "
            f"SET grade = 'A'"
        ),
        f"DELETE FROM credit_credithead WHERE unit_id = {unit}",
        "TRUNCATE credit_credithead",
        "ALTER TABLE credit_creditevent DISABLE TRIGGER USER",
        "CREATE OR REPLACE FUNCTION credit_head_follows() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "SET session_replication_role = replica",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            place.as_app(statement)
    place.as_app(f"UPDATE credit_credithead SET provincial_d = true WHERE unit_id = {unit}")
    assert (head(place.company).score, head(place.company).grade) == (86, "A-")
    assert faults() == []


def test_rights_given_back_by_hand_are_taken_again_at_the_next_start(place: Place) -> None:
    place.as_owner(f"GRANT ALL ON credit_credithead TO {APP}")
    place.as_app("UPDATE credit_credithead SET grade = 'A-'")
    for _ in range(2):
        database.secure_append_only()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            place.as_app("UPDATE credit_credithead SET grade = 'A'")


EVENT = """
    INSERT INTO credit_creditevent (unit_id, seq, project_code, type, "on", data, rule, points, applied, score_after,
        grade_before, grade_after, why, cites, at, leaf_id)
    VALUES (%s, %s, '', 'rebase', '2026-11-05', '{"score": "92", "source": "伪造"}', 'credit.rebase', 6, true, 92,
        'A-', 'A', '', '[]', now(), %s)
"""


@pytest.mark.parametrize(
    ("seq", "leaf", "error"),
    [
        (2, None, psycopg.errors.RestrictViolation),
        (2, new_id(), psycopg.errors.ForeignKeyViolation),
        (2, "another event's", psycopg.errors.UniqueViolation),
        (3, "another leaf", psycopg.errors.RestrictViolation),
        (1, "another leaf", psycopg.errors.UniqueViolation),
    ],
)
def test_an_event_without_a_leaf_of_its_own_or_out_of_its_turn_is_not_inserted(
    place: Place, seq: int, leaf: Any, error: type
) -> None:
    if leaf == "another event's":
        leaf = last(place.company).leaf_id
    elif leaf == "another leaf":
        leaf = LeafRecord.objects.exclude(type="credit.event").earliest("id").outbox_id
    with pytest.raises(error):
        place.as_app(EVENT, place.unit.pk, seq, leaf)
    assert (head(place.company).seq, head(place.company).grade) == (1, "A-")


def test_an_event_inserted_with_the_leaf_of_something_else_is_refused_and_named(place: Place) -> None:
    leaf = LeafRecord.objects.exclude(type="credit.event").earliest("id").outbox_id
    place.as_app(EVENT, place.unit.pk, 2, leaf)
    assert head(place.company).grade == "A"
    assert place.refusals() == REFUSED
    assert any("第 2 次加减分日志条目说的是另一件事" in fault for fault in faults())


# -- what gets past the database


def forged_leaf(
    place: Place,
    key: Ed25519PrivateKey,
    run: Callable[..., object],
    *,
    registered: bool = False,
    waiting: bool = True,
    kid: str = "",
) -> None:
    """An event with a leaf record, an entry that waits, and a subject of its own, signed by a key of the forger's;
    `kid`: under whose name.
    """
    public = key.public_key().public_bytes_raw()
    if registered:
        row = (
            "INSERT INTO infochain_issuerkey (issuer, kid, public, private, from_at, reason, retired_at) VALUES "
            "(%s, %s, %s, %s, now(), '伪', now())"
        )
        run(row, keys.PLATFORM, kid_of(public), public, b"x" * 60)
    leaf_id, secret = new_id(), b"k" * 32
    event = CreditEvent(
        id=999, unit=place.unit, seq=2, type="rebase", on=at("2026-11-05 00:00").date(),
        data={"score": "92", "source": "伪造"}, rule="credit.rebase", points=6, score_after=92, grade_before="A-",
        grade_after="A", cites=[], leaf_id=leaf_id,
    )  # fmt: skip
    name = subject_of(secret, label_of(event))
    salt = encode64(b"s" * 16).rstrip("=").replace("+", "-").replace("/", "_")
    fields = [[salt, field, value] for field, value in told(event).items()]
    leaf = build(
        type="credit.event", subject=name, n=1, prev=None, disclosures=[shown(one) for one in fields], documents=[],
        issuer=keys.PLATFORM, private=key, at=NOON.isoformat(), kid=kid,
    )  # fmt: skip
    run(
        "INSERT INTO infochain_subject (label, key, name, n, last) VALUES (%s, %s, %s, 1, %s)",
        label_of(event),
        secret,
        name,
        leaf.hash,
    )
    run(
        (
            "INSERT INTO infochain_leafrecord (outbox_id, subject_id, n, type, hash, fields, at) VALUES (%s, %s, 1, "
            "%s, %s, %s, now())"
        ),
        leaf_id,
        name,
        "credit.event",
        leaf.hash,
        json.dumps(fields),
    )
    if waiting:
        run(
            "INSERT INTO trail_chainrow (outbox_id, type, label, entry, at) VALUES (%s, 'credit.event', %s, %s, now())",
            leaf_id, label_of(event), leaf.entry(),
        )  # fmt: skip
    run(EVENT.replace("(unit_id", "(id, unit_id").replace("VALUES (%s", "VALUES (999, %s"), place.unit.pk, 2, leaf_id)


@pytest.mark.parametrize("registered", [False, True])
@pytest.mark.parametrize("role", [APP, OWNER])
def test_an_event_signed_with_a_key_of_the_forgers_is_refused_and_named(
    place: Place, role: str, registered: bool
) -> None:
    key = Ed25519PrivateKey.generate()
    with place.server.connect(role, place.name) as forger:
        forged_leaf(place, key, lambda text, *values: forger.execute(text, values), registered=registered)
    assert head(place.company).grade == "A"
    assert place.refusals() == REFUSED
    assert any(f"签名密钥 {kid_of(key.public_key().public_bytes_raw())} 不在案" in fault for fault in faults())


def test_an_event_signed_by_the_forger_in_the_name_of_the_platforms_key_is_refused_and_named(place: Place) -> None:
    forged_leaf(place, Ed25519PrivateKey.generate(), place.as_app, kid=keys.issuer_of(None).kid)
    assert place.refusals() == REFUSED
    assert any("第 2 次加减分签名与内容不符" in fault for fault in faults())


RECORDS = [
    ("UPDATE infochain_leafrecord SET hash = '\\x00' WHERE outbox_id = %s", "记录与日志条目不符"),
    ("UPDATE infochain_leafrecord SET n = 7 WHERE outbox_id = %s", "记录与日志条目不符"),
    ("UPDATE infochain_leafrecord SET type = 'project.basic' WHERE outbox_id = %s", "记录与日志条目不符"),
    ("UPDATE infochain_leafrecord SET fields = 'null' WHERE outbox_id = %s", "内容已经丢失"),
    ("UPDATE infochain_leafrecord SET fields = '[1]' WHERE outbox_id = %s", "日志条目读不懂"),
    (
        'UPDATE infochain_leafrecord SET fields = \'[["s", "unit", [1]], ["s", "seq", "x"]]\' WHERE outbox_id = %s',
        "读不懂",
    ),
    ("UPDATE trail_chainrow SET entry = '\\xff00' WHERE outbox_id = %s", "日志条目读不懂"),
    ("DELETE FROM trail_chainrow WHERE outbox_id = %s", "既不在日志里，也不在等待写入"),
    (
        (
            "UPDATE infochain_subject SET label = 'x' WHERE name = (SELECT subject_id FROM infochain_leafrecord "
            "WHERE outbox_id = %s)"
        ),
        "主体",
    ),
    ("UPDATE infochain_issuerkey SET private = 'x' WHERE %s::uuid IS NOT NULL", "不在案"),
    ("UPDATE infochain_issuerkey SET issuer = '别的部门' WHERE %s::uuid IS NOT NULL", "不在案"),
]


@pytest.mark.parametrize(("change", "said"), RECORDS)
def test_a_leafs_record_that_no_longer_fits_its_entry_vouches_for_nothing(place: Place, change: str, said: str) -> None:
    """Tables the application may write: what it spoils there is refused, and makes no grade."""
    place.as_app(change, last(place.company).leaf_id)
    relying.forget()
    assert place.refusals()[0] == "credit.head_differs"
    assert any(f"第 1 次加减分{said}" in fault or said in fault for fault in faults())


def test_an_event_whose_leaf_record_has_no_entry_is_refused_and_named(place: Place) -> None:
    forged_leaf(place, Ed25519PrivateKey.generate(), place.as_app, waiting=False)
    assert place.refusals() == REFUSED
    assert any("第 2 次加减分既不在日志里，也不在等待写入" in fault for fault in faults())


HEADS = [
    "UPDATE credit_credithead SET score = 92, grade = 'A' WHERE unit_id = {unit}",
    "UPDATE credit_credithead SET grade = 'A' WHERE unit_id = {unit}",
    "UPDATE credit_credithead SET score = 85 WHERE unit_id = {unit}",
    "UPDATE credit_credithead SET seq = 2 WHERE unit_id = {unit}",
    "DELETE FROM credit_credithead WHERE unit_id = {unit}",
]


@pytest.mark.parametrize("change", HEADS)
def test_a_head_the_owner_changed_is_refused_everywhere_named_and_mended(place: Place, change: str) -> None:
    place.as_owner(change.format(unit=place.unit.pk))
    assert place.refusals() == REFUSED
    assert place.refusals() == REFUSED
    assert [fault for fault in faults() if place.unit.name in fault]
    assert [one.error for one in rebuild(SCORE, actor=Actor.system(), at=NOON)] == [""]
    assert rebuild(SCORE, actor=Actor.system(), at=NOON) == []
    assert Entry.objects.filter(verb="caches.rebuild", subject_id=str(place.unit.pk)).count() == 1
    assert (faults(), place.refusals()) == ([], ["done"] * 5)


EVENTS = [
    ('UPDATE credit_creditevent SET data = \'{{"score": "92", "source": "x"}}\' WHERE unit_id = {unit}', "detail"),
    ("UPDATE credit_creditevent SET points = 17, score_after = 92, grade_after = 'A' WHERE unit_id = {unit}", "points"),
    ("UPDATE credit_creditevent SET type = 'repair' WHERE unit_id = {unit}", "type"),
    ("UPDATE credit_creditevent SET \"on\" = '2026-11-01' WHERE unit_id = {unit}", "on"),
    (
        "UPDATE credit_creditevent SET project_code = '2611-622927-04-01-999999' WHERE unit_id = {unit}",
        "日志条目说的是另一件事",
    ),
    ("UPDATE credit_creditevent SET leaf_id = NULL WHERE unit_id = {unit}", "没有签名的日志条目"),
    ("UPDATE credit_creditevent SET seq = 2 WHERE unit_id = {unit}", "不连续"),
]


@pytest.mark.parametrize(("change", "said"), EVENTS)
def test_an_event_the_owner_changed_is_refused_and_named_though_the_head_was_made_to_fit(
    place: Place, change: str, said: str
) -> None:
    place.as_owner(
        change.format(unit=place.unit.pk),
        f"UPDATE credit_credithead SET score = 92, grade = 'A' WHERE unit_id = {place.unit.pk}",
    )
    assert place.refusals() == REFUSED
    assert any(said in fault for fault in faults())
    (left,) = rebuild(SCORE, actor=Actor.system(), at=NOON)
    assert left.error and head(place.company).grade == "A", "a head is not derived from events that nobody signed"


def test_an_event_the_owner_inserted_is_refused_and_named(place: Place) -> None:
    place.as_owner(
        (EVENT, place.unit.pk, 2, None),
        f"UPDATE credit_credithead SET score = 92, grade = 'A', seq = 2 WHERE unit_id = {place.unit.pk}",
    )
    assert place.refusals() == REFUSED
    assert any("第 2 次加减分没有签名的日志条目" in fault for fault in faults())
    assert any("业务表里有" in fault and "第几次加减分 2" in fault for fault in faults())


def test_a_row_and_its_leafs_record_changed_together_do_not_fit_the_signed_digests(place: Place) -> None:
    event = last(place.company)
    record = LeafRecord.objects.get(outbox_id=event.leaf_id)
    new = told(
        CreditEvent(**{**vars_of(event), "data": {"score": "92", "source": "x"}, "score_after": 92, "grade_after": "A"})
    )
    fields = [[salt, name, new.get(name, value)] for salt, name, value in record.fields or []]
    place.as_owner(
        (
            "UPDATE credit_creditevent SET data = %s, score_after = 92, grade_after = 'A' WHERE id = %s",
            '{"score": "92", "source": "x"}',
            event.pk,
        ),
        ("UPDATE infochain_leafrecord SET fields = %s WHERE id = %s", json.dumps(fields), record.pk),
        f"UPDATE credit_credithead SET score = 92, grade = 'A' WHERE unit_id = {place.unit.pk}",
    )
    assert place.refusals() == REFUSED
    assert any("摘要不符" in fault for fault in faults())


def vars_of(event: CreditEvent) -> dict[str, Any]:
    return {field.attname: getattr(event, field.attname) for field in event._meta.concrete_fields}


def test_a_good_leaf_of_another_company_does_not_vouch_for_this_one(place: Place) -> None:
    rich = new_company("甘肃早胜牧业有限公司", "99")
    mine, theirs = last(place.company), last(rich)
    place.as_owner(
        ("UPDATE credit_creditevent SET leaf_id = NULL WHERE id = %s", theirs.pk),
        (
            "UPDATE credit_creditevent SET leaf_id = %s, score_after = 99, grade_after = 'A' WHERE id = %s",
            theirs.leaf_id,
            mine.pk,
        ),
        f"UPDATE credit_credithead SET score = 99, grade = 'A' WHERE unit_id = {place.unit.pk}",
    )
    assert place.refusals() == REFUSED


def test_a_company_of_class_d_gets_no_certificate_by_a_forged_a(place: Place) -> None:
    """What was done on 2026-12-02: 201, instant, and a certificate in green."""
    poor = new_company("积石山源石料有限公司", "50")
    assert not file(poor).instant
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        place.as_app(f"UPDATE credit_credithead SET score = 92, grade = 'A' WHERE unit_id = {poor.unit.pk}")
    place.as_owner(f"UPDATE credit_credithead SET score = 92, grade = 'A' WHERE unit_id = {poor.unit.pk}")
    before = Project.objects.count()
    with pytest.raises(Refused, match="与记录不一致") as refusal:
        file(poor, name="又一个项目")
    assert "监督员" in refusal.value.remedy
    assert Project.objects.count() == before
    assert any("积石山源石料有限公司" in fault and "等级" in fault for fault in faults())


# -- erased content


def erase(place: Place, event: CreditEvent) -> None:
    """As the application's role can, without a trace (security review, I2)."""
    name = LeafRecord.objects.get(outbox_id=event.leaf_id).subject_id
    place.as_app("UPDATE infochain_leafrecord SET fields = NULL WHERE subject_id = %s", name)
    place.as_app("UPDATE infochain_subject SET key = NULL WHERE name = %s", name)
    relying.forget()


def test_an_event_erased_and_changed_is_held_by_the_score_signed_after_it(place: Place) -> None:
    first = last(place.company)
    take(place.county, place.company, at=NOON)
    erase(place, first)
    assert relying.rely_on(place.unit, NOON).grade == "A-"
    place.as_owner(
        (
            "UPDATE credit_creditevent SET data = %s, score_after = 96 WHERE id = %s",
            '{"score": "96", "source": "x"}',
            first.pk,
        ),
        f"UPDATE credit_credithead SET score = 94, grade = 'A' WHERE unit_id = {place.unit.pk}",
    )
    assert place.refusals() == REFUSED
    assert any("第 2 次加减分以后按记录应为 94 分，签名的日志条目是 84 分" in fault for fault in faults()), faults()


def test_where_the_last_event_was_erased_a_new_evaluation_is_asked_for_and_helps(place: Place) -> None:
    erase(place, last(place.company))
    with pytest.raises(Refused) as refusal:
        file(place.company)
    assert (refusal.value.code, "导入最新的公共信用综合评价" in refusal.value.remedy) == ("credit.erased", True)
    evaluate(place.company, "88")
    assert file(place.company).instant


# -- leaves of 0.9.0, which do not state an event's data


@action
def retold(event: CreditEvent, leaf_id: Any) -> None:
    old = {name: value for name, value in told(event).items() if name != "detail"}
    enter("credit.event", label_of(event), old, at=event.at, leaf_id=leaf_id)


@pytest.fixture
def older(place: Place) -> Place:
    """All events of the company have leaves as 0.9.0 made them; two of its three are late by a day."""
    take(place.county, place.company, "cycle_completed", CYCLE, at=at("2026-11-06 12:00"))
    take(place.county, place.company, "act", ACT, at=at("2026-11-07 12:00"), on=at("2026-11-05 12:00").date())
    for event in CreditEvent.objects.filter(unit=place.unit).order_by("seq"):
        leaf_id = new_id()
        retold(event, leaf_id)
        place.as_owner(("UPDATE credit_creditevent SET leaf_id = %s WHERE id = %s", leaf_id, event.pk))
    return place


def test_events_of_the_first_release_are_relied_on_and_their_data_held_by_the_scores_signed(older: Place) -> None:
    assert relying.rely_on(older.unit, NOON).score == 86
    older.as_owner(
        (
            "UPDATE credit_creditevent SET data = %s WHERE unit_id = %s AND seq = 3",
            json.dumps({"article": "51"}),
            older.unit.pk,
        ),
        f"UPDATE credit_credithead SET score = 87 WHERE unit_id = {older.unit.pk}",
    )
    assert older.refusals() == REFUSED
    assert any("签名的日志条目是" in fault for fault in faults())


# -- in good order


def test_the_same_head_and_events_are_proven_once_a_day_and_anew_after_any_change(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(relying, "proven", lambda *given, **more: asked.append(1) or proven(*given, **more))
    for _ in range(3):
        assert relying.rely_on(place.unit, NOON).grade == "A-"
    assert len(asked) == 1
    relying.rely_on(place.unit, NOON + timedelta(days=1))
    assert len(asked) == 2
    event, unit = last(place.company), place.unit.pk
    on_event, on_head = (
        "UPDATE credit_creditevent SET {} WHERE id = %s",
        "UPDATE credit_credithead SET {} WHERE unit_id = %s",
    )
    forged = (
        (
            (on_event.format('data = data || \'{"source": "x"}\''), event.pk),
            (on_event.format("data = %s"), json.dumps(event.data), event.pk),
        ),
        ((on_event.format("points = points + 1"), event.pk), (on_event.format("points = points - 1"), event.pk)),
        ((on_head.format("score = score + 10"), unit), (on_head.format("score = score - 10"), unit)),
        ((on_head.format("grade = 'A'"), unit), (on_head.format("grade = 'A-'"), unit)),
    )
    for number, (one, back) in enumerate(forged):
        place.as_owner(one)
        with pytest.raises(Refused) as refusal:
            relying.rely_on(place.unit, NOON)
        assert (refusal.value.code, len(asked)) == ("credit.head_differs", 3 + number)
        place.as_owner(back)
    assert (relying.rely_on(place.unit, NOON).grade, len(asked)) == ("A-", 2 + len(forged))


def test_an_event_counts_at_once_before_its_leaf_is_sequenced_and_after(place: Place, tmp_path: Path) -> None:
    take(place.county, place.company, at=NOON)
    relying.forget()
    assert ChainRow.objects.filter(outbox_id=last(place.company).leaf_id).exists()
    assert relying.rely_on(place.unit, NOON).score == 84
    log = Log(tmp_path)
    while (done := log.step()) and done.entries:
        pass
    relying.forget()
    assert relying.rely_on(place.unit, NOON).score == 84
    assert (faults(), place.refusals()) == ([], ["done"] * 5)


def test_two_evaluations_of_one_company_in_one_file_build_on_each_other_before_either_is_signed(place: Place) -> None:
    rows = "统一社会信用代码,评价分值,评价日期\n" + "".join(
        f"{place.unit.credit_code},{score},2026-11-0{day}\n" for score, day in ((70, 2), (60, 3))
    )
    batch = check_evaluations(actor=Actor.system(), name="a.csv", content=rows.encode(), source="省平台", at=NOON)
    taken = take_evaluations(actor=Actor.system(), batch_id=batch.pk, at=NOON)
    assert taken.counts()["imported"] == 2
    assert relying.rely_on(place.unit, NOON).score == 60
    assert faults() == []


def test_a_company_never_evaluated_and_an_agency_are_relied_on_as_unrated(place: Place) -> None:
    new = new_company("甘肃新设企业有限公司", None)
    assert relying.rely_on(new.unit, NOON).grade == "unrated"
    office = ProjectUnit.objects.create(name="积石山县交通运输局", type="agency", credit_code="11622927013967512C")
    assert relying.rely_on(office, NOON).grade == "unrated"
    place.as_app("INSERT INTO credit_credithead (unit_id) VALUES (%s)", office.pk)
    assert relying.rely_on(office, NOON).grade == "unrated"
    place.as_owner(f"UPDATE credit_credithead SET score = 92, grade = 'A' WHERE unit_id = {new.unit.pk}")
    with pytest.raises(Refused):
        file(new)


def test_a_grade_of_the_scale_of_its_last_event_is_no_forgery_and_todays_is_relied_on(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new scale begins: the head keeps the grade of its last event until it is rebuilt."""
    monkeypatch.setattr("yinuo.core.credit.grade_in", lambda state, pack, day: "B" if day >= NOON.date() else "A-")
    assert relying.rely_on(place.unit, NOON - timedelta(days=1)).grade == "A-"
    found = relying.rely_on(place.unit, NOON)
    assert (found.grade, found.unit.credit.grade, head(place.company).grade) == ("B", "B", "A-")
    assert [(one.held, one.derived) for one in rebuild(SCORE, actor=Actor.system(), at=NOON)] == [
        ({"grade": "A-"}, {"grade": "B"})
    ]
    assert head(place.company).grade == "B"
    assert relying.rely_on(place.unit, NOON).grade == "B"


# -- who is told


def test_administrators_and_supervisors_are_told_once_a_day(place: Place) -> None:
    supervisor = place.county.person("supervisor")
    place.as_owner(f"UPDATE credit_credithead SET grade = 'A' WHERE unit_id = {place.unit.pk}")
    place.refusals()
    place.refusals()
    told_to = Message.objects.filter(template="score_refused", channel="site")
    assert {row.person_id for row in told_to} == {place.administrator.pk, supervisor.pk}
    assert told_to.count() == 2
    assert (told_to[0].page, told_to[0].page_args) == ("staff:unit_credit", {"unit_id": place.unit.pk})
    assert Entry.objects.get(verb="credit.refuse_score").why == "存着等级 A，按记录应为 A-"
    place.refusals(at("2026-11-11 09:00"))
    assert told_to.all().count() == 4


def test_refused_together_they_are_told_once(place: Place) -> None:
    place.as_owner(f"UPDATE credit_credithead SET grade = 'A' WHERE unit_id = {place.unit.pk}")
    results = together(*[lambda: file(place.company)] * 4)
    assert [result.code for result in results if isinstance(result, Refused)] == ["credit.head_differs"] * 4
    assert Message.objects.filter(template="score_refused", channel="site").count() == 1
    assert Entry.objects.filter(verb="credit.refuse_score").count() == 1


# -- at the same time, and killed


def test_points_move_while_filings_rely_on_them(place: Place) -> None:
    place.county.actor("principal"), place.county.actor("general_convener")
    waiting = [
        propose(place.county, place.company, project_code=f"2611-622927-04-01-00000{number}", at=NOON)
        for number in range(3)
    ]
    acts: list[Callable[[], object]] = [lambda one=one: carry_out(place.county, one) for one in waiting]
    acts += [lambda number=number: file(place.company, name=f"{number}号项目") for number in range(4)]
    results = together(*acts)
    assert [result for result in results if isinstance(result, Exception)] == []
    assert (head(place.company).seq, head(place.company).score, faults()) == (4, 80, [])


def test_a_forged_head_while_points_move_is_never_built_on(place: Place) -> None:
    proposal = propose(place.county, place.company, at=NOON)
    place.county.actor("principal"), place.county.actor("general_convener")
    forge = f"UPDATE credit_credithead SET score = 92, grade = 'A' WHERE unit_id = {place.unit.pk}"
    together(lambda: carry_out(place.county, proposal), lambda: place.as_owner(forge), lambda: file(place.company))
    event = last(place.company)
    assert (event.seq, event.score_after) in ((1, 86), (2, 84))
    rebuild(SCORE, actor=Actor.system(), at=NOON)
    assert (head(place.company).score, faults()) == (event.score_after, [])


def test_a_process_killed_anywhere_leaves_no_head_apart_from_its_events(place: Place) -> None:
    proposal = propose(place.county, place.company, at=NOON)
    place.county.actor("principal"), place.county.actor("general_convener")
    consent(actor=place.county.actor("principal"), proposal_id=proposal.pk, note="", at=NOON)
    survives(lambda: execute(actor=place.county.actor("general_convener"), proposal_id=proposal.pk, at=NOON))
    survives(lambda: evaluate(place.company, "70"))
    assert (differing(NOON.date()), faults()) == ([], [])


def test_a_rebuild_of_a_head_by_two_at_once_mends_it(place: Place) -> None:
    place.as_owner(f"UPDATE credit_credithead SET grade = 'A' WHERE unit_id = {place.unit.pk}")
    together(*[lambda: rebuild(SCORE, actor=Actor.system(), at=NOON)] * 3)
    assert (head(place.company).grade, Entry.objects.filter(verb="caches.rebuild").count()) == ("A-", 1)


# -- what it costs


def test_a_filing_takes_no_statement_more_and_one_the_first_time_its_process_meets_the_companys_points(
    place: Place,
) -> None:
    take(place.county, place.company, at=NOON)
    file(place.company, name="先行项目")

    def statements(name: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            file_project(
                actor=place.company.actor,
                unit_id=place.unit.pk,
                facts=facts(name=name),
                pledged=True,
                at=NOON,
                idempotency_key=name,
            )
        return len([query for query in captured.captured_queries if query["sql"] not in ("BEGIN", "COMMIT")])

    warm = statements("甲项目")
    relying.forget()
    assert (warm, statements("乙项目")) == (4, 5)


def test_the_ledger_of_the_rows_and_the_proven_one_are_the_same(place: Place) -> None:
    take(place.county, place.company, at=NOON)
    graded(place.unit, "B")
    _, events = relying.held([place.unit.pk])[place.unit.pk]
    assert relying.proven(place.unit.pk, events, NOON.date()) == ledger.read(place.unit.pk, NOON.date())
    assert Subject.objects.count() and CreditHead.objects.count()


# -- the other rooms in which a grade decides


@pytest.fixture
def unproven(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on no unit's events are the ones that were signed."""

    def fail(*_: Any, **__: Any) -> None:
        raise relying.Unproven("第 1 次加减分没有签名的日志条目")

    def begin() -> None:
        relying.forget()
        monkeypatch.setattr(relying, "proven", fail)

    return begin


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


@begins_with(None)
def test_a_mock_approval_is_not_registered_on_an_unproven_grade(
    county: County, company: Company, unproven: Callable[[], None]
) -> None:
    project = mocking.project_of(county, company)
    unproven()
    assert refused(lambda: mocking.register(county, company, project)) == "credit.head_differs"


def test_a_gap_is_not_tolerated_on_an_unproven_grade(
    county: County, company: Company, unproven: Callable[[], None]
) -> None:
    project = guided(county, company)
    gaps.published(county)
    unproven()
    assert refused(lambda: gaps.asked(gaps.clerk(county), company, gaps.item_of(project))) == "credit.head_differs"


def test_no_agent_serves_on_an_unproven_grade(county: County, company: Company, unproven: Callable[[], None]) -> None:
    project, agency = guided(county, company), new_agency(county)
    asked = agency.apply(project, company)
    unproven()
    assert refused(lambda: agency.apply(project, company)) == "credit.head_differs"
    assert refused(lambda: agency.offer(asked)) == "credit.head_differs"


def test_no_parcel_is_wanted_sold_or_used_on_an_unproven_grade(
    county: County, company: Company, unproven: Callable[[], None]
) -> None:
    parcel, other = standard(county, "JSS-2026-04"), sold(county, company)
    project = guided(county, company)
    land.offer_parcel(actor=keeper(county), parcel_id=parcel.pk, at=NOON)
    unproven()
    assert (
        refused(lambda: land.register_interest(actor=company.actor, parcel_id=parcel.pk, at=NOON))
        == "credit.head_differs"
    )
    assert refused(lambda: sell(county, parcel, company)) == "credit.head_differs"
    settle = {"actor": company.actor, "project_id": project.pk, "parcel_id": other.pk, "at": NOON}
    assert refused(lambda: land.settle_project(**settle)) == "credit.head_differs"


def test_a_promise_on_standard_land_is_left_to_the_department_and_its_people_are_told(
    county: County, company: Company, unproven: Callable[[], None]
) -> None:
    supervisor = county.person("supervisor")
    project, _ = settled(county, company)
    given = promise(company, item_of(project), SIGNED)
    unproven()
    close_notices(given.notice_until)
    given.refresh_from_db()
    assert given.state == "decidable"
    assert "与记录不一致" in Entry.objects.get(verb="land.leave_to_department").why
    assert Message.objects.filter(template="score_refused", channel="site", person=supervisor).count() == 1
