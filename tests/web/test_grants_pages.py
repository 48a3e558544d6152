"""Grants of search on the pages of the unit, the principal and the administrator,
and a node's question over the wire.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.apps.chaining import Log
from tests.apps.county import at, facts
from tests.web.staffdesk import desk as desk_of
from tests.web.unit_desk import Desk, new_desk, value_of
from yinuo.chain.searching import Search
from yinuo.chain.signing import SigningKey
from yinuo.chain.verifier import COSIGNATURE
from yinuo.core.codes import make_credit_code
from yinuo.engine.base import Actor
from yinuo.engine.infochain import keys
from yinuo.engine.people.models import AuthorisedPerson
from yinuo.engine.trail.actions import seen
from yinuo.rooms.grants import actions
from yinuo.rooms.grants.models import ChainNode, Grant
from yinuo.rooms.projects.actions import file_project

NOW = at("2026-11-06 09:00")
BANK = SigningKey.generate("bank.example/node", COSIGNATURE)
OFFICE = SigningKey.generate("office.example/node", COSIGNATURE)
CODE = make_credit_code("622927", "62292702")


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> Desk:
    keys.forget()
    settings.YINUO_CHAIN_HOME, settings.YINUO_CHAIN_POLICY = tmp_path, tmp_path / "policy"
    made = new_desk(monkeypatch)
    AuthorisedPerson.objects.filter(unit=made.company.unit).update(may_sign=True)
    return made


def register(key: SigningKey, kind: str, organisation: str) -> ChainNode:
    return actions.register_node(
        actor=Actor.system(),
        name=key.name,
        kind=kind,
        organisation=organisation,
        credit_code=CODE,
        key=str(key.verifier),
        at=NOW,
    )


def test_a_unit_lets_a_bank_search_sees_who_searched_and_ends_it(desk: Desk, tmp_path: Path) -> None:
    company = desk.company
    project = file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=NOW).project
    assert "没有授权任何机构" in desk.get("/grants/")
    assert "还没有登记的节点" in desk.get("/grants/new/")
    bank = register(BANK, "bank", "农村信用合作联社")
    page = desk.get("/grants/new/")
    key = value_of(page, "key")
    wrong = {
        "node": bank.pk,
        "project": project.pk,
        "types": ["project.basic"],
        "until": "2028-01-01",
        "basis_text": "申请贷款",
        "key": key,
    }
    again = desk.post("/grants/new/", wrong, status=200).content.decode()
    assert "一次授权最长 365 天" in again
    assert "申请贷款" in again
    assert re.search(r'value="project.basic"[^>]*checked', again)
    for _ in range(2):
        desk.post("/grants/new/", {**wrong, "until": "2027-03-01"})
    grant = Grant.objects.get()
    assert (grant.types, grant.project, grant.until_at) == (["project.basic"], project, at("2027-03-02 00:00"))
    listed = desk.get("/grants/")
    assert "农村信用合作联社" in listed
    assert "2027年3月1日止" in listed
    Log(tmp_path).step()
    body = question(project.code or "")
    answer = ask(body)
    assert answer.status_code == 200, answer.content
    assert len(answer.json()["leaves"]) == 4
    assert ask(body).json()["search"] == answer.json()["search"]
    assert ask({**body, "code": "2611-622927-04-01-000000"}).status_code == 403
    assert ask({**body, "signature": "AAAA"}).status_code == 403
    assert ask({**body, "node": "\ud800"}).status_code in (400, 403, 422)
    seen(desk.county.actor("approver"), "project", at=NOW, project_code=project.code or "", unit_id=company.unit.pk)
    listed = desk.get("/grants/")
    assert listed.count("农村信用合作联社") >= 2
    assert "审批办理人员" in listed
    assert desk.stranger().get(f"/grants/{grant.pk}/withdraw/").status_code == 403
    version = value_of(desk.get(f"/grants/{grant.pk}/withdraw/"), "version")
    assert "写明原因" in desk.post(f"/grants/{grant.pk}/withdraw/", {"version": version}, status=200).content.decode()
    desk.post(f"/grants/{grant.pk}/withdraw/", {"version": version, "why": "贷款已办妥"})
    assert "已撤回：贷款已办妥" in desk.get("/grants/")
    assert ask(question(project.code or "", "z" * 20)).status_code == 403


def question(code: str, nonce: str = "n" * 20) -> dict[str, Any]:
    asked = Search(BANK.name, code, nonce, int(NOW.timestamp()))
    return {
        "node": asked.node,
        "code": code,
        "nonce": nonce,
        "seconds": asked.seconds,
        "signature": asked.signed_by(BANK),
    }


def ask(body: dict[str, Any]) -> Any:
    return Client().post("/api/v1/chain/search", json.dumps(body), content_type="application/json")


def test_the_administrator_keeps_the_nodes_and_the_principal_lets_bodies_with_a_duty_search(desk: Desk) -> None:
    county = desk.county
    admin, principal = desk_of(county, "administrator"), desk_of(county, "principal")
    given = {
        "organisation": "营商环境监督办",
        "credit_code": "1",
        "kind": "supervision",
        "name": OFFICE.name,
        "public": str(OFFICE.verifier),
    }
    wrong = admin.post("/staff/nodes/", given)
    assert "统一社会信用代码应为 18 位" in wrong.content.decode()
    assert "营商环境监督办" in wrong.content.decode()
    assert admin.post("/staff/nodes/", {**given, "credit_code": CODE}).status_code == 302
    assert "营商环境监督办" in admin.get("/staff/nodes/").content.decode()
    assert principal.get("/staff/nodes/").status_code == 403
    register(BANK, "bank", "农村信用合作联社")
    page = principal.get("/staff/grants/new/").content.decode()
    assert "营商环境监督办" in page
    assert "农村信用合作联社" not in page
    node = ChainNode.objects.get(kind="supervision")
    sent = {"node": node.pk, "until": "2027-03-01", "basis_text": "附件7·第十四条", "key": value_of(page, "key")}
    assert principal.post("/staff/grants/new/", sent).status_code == 302
    supervisor = desk_of(county, "supervisor").get("/staff/grants/").content.decode()
    assert "附件7·第十四条" in supervisor
    assert "/staff/grants/new/" not in supervisor
    assert desk_of(county, "approver").get("/staff/grants/").status_code == 403
    grant = Grant.objects.get()
    ended = principal.post(f"/staff/grants/{grant.pk}/withdraw/", {"version": grant.version, "why": "检查结束"})
    assert ended.status_code == 302
    retired = admin.post(f"/staff/nodes/{node.pk}/retire/", {"version": node.version, "why": "机构调整"})
    assert retired.status_code == 302
    assert "已停用" in admin.get("/staff/nodes/").content.decode()
