"""Who may search a project's records, for how long, and what a search leaves behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.apps.chaining import Log, leaves_saying
from tests.apps.county import Company, County, at, facts, new_company
from yinuo.chain.searching import Search, check_answer
from yinuo.chain.signing import SigningKey
from yinuo.chain.tree import ENTRIES, Tile
from yinuo.chain.verifier import COSIGNATURE, Policy, Unverified
from yinuo.core.codes import make_credit_code
from yinuo.engine.base import Actor, Forbidden, Refused, Stale
from yinuo.engine.infochain import actions as infochain
from yinuo.engine.infochain import keys
from yinuo.engine.infochain.queries import platform_key, read_tile
from yinuo.engine.notices.models import Message
from yinuo.engine.people.models import AuthorisedPerson
from yinuo.node.mirror import Mirror, Pinned
from yinuo.node.searching import Declined, search
from yinuo.node.store import Store
from yinuo.rooms.grants import actions, queries
from yinuo.rooms.grants.models import ChainNode, ChainSearch, Grant
from yinuo.rooms.projects.actions import file_project
from yinuo.rooms.projects.models import Project

MORNING = at("2026-11-03 09:12")
ASKED = at("2026-11-04 10:00")
UNTIL = at("2027-03-01 00:00")
BANK = SigningKey.generate("bank.example/node", COSIGNATURE)
OFFICE = SigningKey.generate("office.example/node", COSIGNATURE)


@pytest.fixture(autouse=True)
def no_key_of_another_database() -> Iterator[None]:
    keys.forget()
    yield
    keys.forget()


def register(node: SigningKey = BANK, kind: str = "bank", **changes: Any) -> ChainNode:
    given = {
        "name": node.name,
        "kind": kind,
        "organisation": f"{node.name} 的机构",
        "credit_code": make_credit_code("622927", "62292702"),
        "key": str(node.verifier),
        "at": MORNING,
    }
    return actions.register_node(**{"actor": Actor.system(), **given, **changes})


@pytest.fixture
def project(county: County, company: Company) -> Project:
    AuthorisedPerson.objects.filter(unit=company.unit).update(may_sign=True)
    return file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=MORNING).project


@pytest.fixture
def bank(county: County) -> ChainNode:
    return register()


def consent(company: Company, node: ChainNode, **changes: Any) -> Grant:
    given = {"node_id": node.pk, "until_at": UNTIL, "basis_text": "申请贷款", "at": MORNING}
    return actions.consent(actor=company.actor, **{**given, **changes})


def ask(
    project: Project, key: SigningKey = BANK, nonce: str = "n" * 20, moment: datetime = ASKED, code: str = ""
) -> ChainSearch:
    asked = Search(key.name, code or project.code or "", nonce, int(moment.timestamp()))
    return actions.search(asked=asked, signature=asked.signed_by(key), at=moment)


def entry(place: int) -> bytes:
    from yinuo.engine.infochain.models import LogEntry

    found = LogEntry.objects.filter(pk=place).first()
    return bytes(found.entry) if found else b""


def test_a_bank_sees_what_the_unit_lets_it_see_and_nothing_is_left_out(
    project: Project, company: Company, bank: ChainNode, tmp_path: Path
) -> None:
    consent(company, bank, types=["project.basic", "project.code_assigned"], fields=["code", "name"])
    log = Log(tmp_path)
    log.step()
    made = ask(project)
    found = queries.answer(made, Policy((log.key.verifier,), {}, {}, "none"), ASKED)
    checked = check_answer(project.code or "", found, entry, lambda _: 3)
    assert [one.leaf.type for one in checked] == ["project.basic", "project.code_assigned", "approval.document"]
    assert [one.fields for one in checked] == [{"code": project.code, "name": project.name}, {"code": project.code}, {}]
    assert all(one["proof"] for one in found["leaves"])
    # The question itself waits for the log, and is told of as such.
    assert found["waiting"] == 1
    assert leaves_saying("data.searched", "organisation", bank.organisation) == 1
    log.step()
    again = queries.answer(made, None, ASKED)
    assert [json.loads(one["entry"])["type"] for one in again["leaves"]][-1] == "data.searched"
    assert Message.objects.filter(template="chain_searched", person=company.person).exists()
    with pytest.raises(Unverified, match="has seen 9"):
        check_answer(project.code or "", found, entry, lambda _: 9)
    with pytest.raises(Unverified, match="another project"):
        check_answer("2611-622927-04-01-999999", found, entry, lambda _: 0)
    found["leaves"][1]["disclosures"] = found["leaves"][0]["disclosures"]
    with pytest.raises(Unverified, match="not the one in the entry"):
        check_answer(project.code or "", found, entry, lambda _: 0)
    with pytest.raises(Unverified, match="no entry of the project"):
        check_answer(project.code or "", {**found, "leaves": []}, entry, lambda _: 0)
    with pytest.raises(Unverified, match="not of its form"):
        check_answer(
            project.code or "",
            {**found, "leaves": [{"index": 0, "entry": "\ud800", "disclosures": []}]},
            entry,
            lambda _: 0,
        )
    del found["leaves"][0]
    with pytest.raises(Unverified, match="nothing came before"):
        check_answer(project.code or "", found, entry, lambda _: 0)


def test_the_same_question_sent_twice_is_one_search(project: Project, company: Company, bank: ChainNode) -> None:
    consent(company, bank)
    first = ask(project)
    assert ask(project, moment=ASKED + timedelta(seconds=9)) == first
    other = file_project(
        actor=company.actor, unit_id=company.unit.pk, facts=facts(name="另一个项目"), pledged=True, at=MORNING
    ).project
    with pytest.raises(Refused, match="随机数已经用过"):
        ask(other)
    assert ChainSearch.objects.count() == leaves_saying("data.searched", "node", bank.name) == 1
    ask(project, nonce="m" * 20)
    # Of every further search the unit's page tells; the message came with the first.
    assert (
        Message.objects.filter(template="chain_searched", person=company.person)
        .values("project_code")
        .distinct()
        .count()
        == 1
    )
    assert [one.nonce[0] for one in queries.searches_of_unit(company.unit.pk).searches] == ["m", "n"]


def test_nothing_is_answered_without_a_grant_that_holds(project: Project, company: Company, bank: ChainNode) -> None:
    unknown = pytest.raises(Forbidden, match="没有这个项目，或者没有查询它的授权")
    with unknown:
        ask(project)
    with unknown:
        ask(project, code="2611-622927-04-01-000000")
    grant = consent(company, bank)
    for wrong in (OFFICE, replace(OFFICE, name=BANK.name)):
        with pytest.raises(Forbidden, match="没有通过核验"):
            ask(project, key=wrong)
    asked = Search(BANK.name, project.code or "", "n" * 20, int(ASKED.timestamp()))
    with pytest.raises(Forbidden, match="没有通过核验"):
        actions.search(asked=asked, signature=asked.signed_by(BANK), at=ASKED + timedelta(minutes=6))
    with pytest.raises(Forbidden, match="没有通过核验"):
        actions.search(asked=replace(asked, nonce="short"), signature=asked.signed_by(BANK), at=ASKED)
    assert ask(project)
    with unknown:
        ask(project, moment=UNTIL, nonce="u" * 20)
    asked = ChainSearch.objects.get()
    actions.withdraw(actor=company.actor, grant_id=grant.pk, why="贷款已办妥", at=ASKED)
    assert queries.granted(bank, project, ASKED) == []
    assert all(one["disclosures"] == [] for one in queries.answer(asked, None, ASKED)["leaves"])
    with unknown:
        ask(project, nonce="w" * 20)
    consent(company, bank, at=ASKED)
    actions.retire_node(actor=Actor.system(), node_id=bank.pk, why="密钥泄露", at=ASKED)
    with pytest.raises(Forbidden, match="没有通过核验"):
        ask(project, nonce="x" * 20)
    with pytest.raises(Refused, match="已经停用"):
        actions.retire_node(actor=Actor.system(), node_id=bank.pk, why="又一次", at=ASKED)
    assert (ChainSearch.objects.count(), ChainNode.objects.get(pk=bank.pk).why) == (1, "密钥泄露")


def test_a_grant_for_one_project_opens_no_other(project: Project, company: Company, bank: ChainNode) -> None:
    other = file_project(
        actor=company.actor, unit_id=company.unit.pk, facts=facts(name="另一个项目"), pledged=True, at=MORNING
    ).project
    consent(company, bank, project_id=project.pk)
    assert ask(project)
    with pytest.raises(Forbidden):
        ask(other, nonce="o" * 20)


def test_consent_is_the_units_own_and_needs_the_right_to_sign(
    project: Project, company: Company, bank: ChainNode
) -> None:
    stranger = new_company("甘肃保安腰刀文旅有限公司")
    AuthorisedPerson.objects.filter(unit=stranger.unit).update(may_sign=True)
    with pytest.raises(Forbidden, match="本单位的项目"):
        consent(stranger, bank, project_id=project.pk)
    with pytest.raises(Forbidden, match="本单位的经办人"):
        actions.consent(
            actor=replace(company.actor, via="window.visit:1"),
            node_id=bank.pk,
            until_at=UNTIL,
            basis_text="贷款",
            at=MORNING,
        )
    AuthorisedPerson.objects.filter(unit=company.unit).update(may_sign=False)
    with pytest.raises(Refused, match="代表单位签署"):
        consent(company, bank)
    AuthorisedPerson.objects.filter(unit=company.unit).update(may_sign=True)
    with pytest.raises(Refused) as refused:
        consent(
            company,
            bank,
            until_at=MORNING + timedelta(days=367),
            basis_text=" ",
            types=["clue.handed"],
            fields=["salary"],
        )
    assert set(refused.value.errors) == {"until", "basis_text", "types", "fields"}
    grant = consent(company, bank, idempotency_key="once")
    assert consent(company, bank, idempotency_key="once") == grant
    with pytest.raises(Forbidden):
        actions.withdraw(actor=stranger.actor, grant_id=grant.pk, why="不要", at=ASKED)
    with pytest.raises(Stale):
        actions.withdraw(actor=company.actor, grant_id=grant.pk, why="不要", at=ASKED, version=7)
    actions.withdraw(actor=company.actor, grant_id=grant.pk, why="不要", at=ASKED, version=1)
    with pytest.raises(Refused, match="不用再撤回"):
        actions.withdraw(actor=company.actor, grant_id=grant.pk, why="不要", at=ASKED)


def test_by_statute_only_the_filing_units_principal_and_never_a_bank(
    project: Project, company: Company, bank: ChainNode, county: County
) -> None:
    office = register(OFFICE, "supervision", credit_code=make_credit_code("622927", "62292703"))
    principal = county.actor("principal", "development_reform")
    given = {"until_at": UNTIL, "basis_text": "附件7·第十四条", "at": MORNING}
    for actor in (
        county.actor("principal", "natural_resources"),
        county.actor("approver"),
        company.actor,
        Actor.public(),
    ):
        with pytest.raises(Forbidden):
            actions.order(actor=actor, node_id=office.pk, **given)
    with pytest.raises(Forbidden, match="金融机构须由单位自己授权"):
        actions.order(actor=principal, node_id=bank.pk, **given)
    grant = actions.order(actor=principal, node_id=office.pk, types=["approval.document"], **given)
    assert ask(project, key=OFFICE).grants == [grant.pk]
    assert [one.pk for one in queries.orders(principal)] == [grant.pk]
    assert queries.searches_of_hall(county.actor("supervisor")).searches[0].project == project
    for read in (queries.orders, queries.searches_of_hall):
        with pytest.raises(Forbidden):
            read(county.actor("approver"))
    actions.withdraw(actor=principal, grant_id=grant.pk, why="检查结束", at=ASKED)
    assert queries.lapsed(Grant.objects.select_related("node").get(pk=grant.pk), ASKED) == "已撤回"


def test_a_node_is_registered_once_with_a_key_of_its_own(county: County, bank: ChainNode) -> None:
    log = SigningKey.generate("log.example")
    cases = [
        ({"key": "nonsense", "name": "new.example"}, {"key"}),
        ({"key": str(log.verifier), "name": log.name}, {"key"}),
        ({"name": "other.example", "key": str(OFFICE.verifier)}, {"name"}),
        ({}, {"key", "name"}),
        (
            {"key": str(OFFICE.verifier), "name": OFFICE.name, "kind": "", "organisation": "", "credit_code": "1"},
            {"kind", "organisation", "credit_code"},
        ),
    ]
    for changes, fields in cases:
        with pytest.raises(Refused) as refused:
            register(**changes)
        assert set(refused.value.errors) == fields
    with pytest.raises(Forbidden):
        register(OFFICE, actor=county.actor("approver"))
    with pytest.raises(Refused, match="停用的原因"):
        actions.retire_node(actor=Actor.system(), node_id=bank.pk, why="", at=ASKED)


def test_what_was_erased_is_not_answered(project: Project, company: Company, bank: ChainNode) -> None:
    consent(company, bank)
    made = ask(project)
    infochain.erase(actor=Actor.system(), label=project.code or "", why="个人信息保护法第四十七条", at=ASKED)
    with pytest.raises(Forbidden, match="依法删除"):
        queries.answer(made, None, ASKED)


def test_a_node_searches_and_checks_against_its_own_mirror(
    project: Project, company: Company, bank: ChainNode, tmp_path: Path
) -> None:
    consent(company, bank)
    log = Log(tmp_path)
    log.step()

    def fetch(path: str) -> bytes:
        from yinuo.engine.infochain.queries import checkpoint, served

        if path == "checkpoint":
            return bytes(checkpoint() or b"")
        tile = Tile.parse(path)
        assert tile.level == ENTRIES or read_tile(tile)
        return served(tile, 10_000)

    platform = platform_key()
    assert platform is not None
    mirror = Mirror(Store(tmp_path / "node.db"), fetch, BANK, Pinned(log.key.verifier, platform))
    dropped: list[int] = []

    def send(url: str, body: bytes) -> bytes:
        assert url == "https://county.example/api/v1/chain/search"
        given = json.loads(body)
        asked = Search(given["node"], given["code"], given["nonce"], given["seconds"])
        try:
            made = actions.search(asked=asked, signature=given["signature"], at=ASKED)
        except Forbidden as refused:
            raise Declined(str(refused)) from None
        found = queries.answer(made, None, ASKED)
        found["leaves"] = [one for place, one in enumerate(found["leaves"]) if place not in dropped]
        return json.dumps(found).encode()

    seconds = int(ASKED.timestamp())
    found = search(mirror, "https://county.example/chain", project.code or "", seconds=seconds, send=send)
    assert [one.leaf.n for one in found] == [1, 2, 3]
    assert found[0].fields["name"] == project.name
    dropped.append(2)
    with pytest.raises(Unverified, match="has seen 3"):
        search(mirror, "https://county.example/chain", project.code or "", seconds=seconds, send=send)
    with pytest.raises(Declined, match="没有查询它的授权"):
        search(mirror, "https://county.example/chain", "2611-622927-04-01-000000", seconds=seconds, send=send)
    mirror.store.close()
