"""The page of who watches over the information chain: what it says while all is well, and when something is not."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.apps.chaining import Log
from tests.apps.county import Company, County, at, facts, new_company
from tests.web.staffdesk import SetClock, county, desk, set_clock, text_of
from yinuo.chain.evidence import Told
from yinuo.chain.signing import SigningKey, sign_checkpoint
from yinuo.chain.verifier import COSIGNATURE, Checkpoint, Note
from yinuo.deploy.cli import chain as cli
from yinuo.engine.base import Actor
from yinuo.engine.infochain import keys, queries, tasks
from yinuo.engine.infochain.actions import EVIDENCE_LIMIT, take_cosignatures
from yinuo.engine.infochain.books import MAIN
from yinuo.engine.infochain.models import AuditRun, Evidence, LogHead
from yinuo.engine.trail.models import Entry
from yinuo.rooms.projects.actions import file_project
from yinuo.rooms.projects.models import Project

# Fixtures the tests ask for by name.
__all__ = ["county", "set_clock"]

MORNING = "2026-11-03 09:12"
NODE, OTHER = (SigningKey.generate(name, COSIGNATURE) for name in ("bank.example", "watch.example"))


@pytest.fixture
def company(county: County) -> Company:
    """Unrated: of the score the others begin with nothing was ever told the chain."""
    return new_company(score=None)


@pytest.fixture
def log(county: County, company: Company, tmp_path: Path, settings: Any, set_clock: SetClock) -> Log:
    keys.forget()
    made, moment = Log(tmp_path), set_clock(MORNING)
    settings.YINUO_CHAIN_HOME, settings.YINUO_CHAIN_POLICY = made.folder, made.folder / "policy"
    rules = (
        f"log {made.key.verifier}\nwitness 银行 {NODE.verifier}\nwitness 监督 {OTHER.verifier}\ngroup all all 银行 "
        f"监督\nquorum all\n"
    )
    settings.YINUO_CHAIN_POLICY.write_text(rules, encoding="utf-8")
    file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=moment)
    return made


def cosign(*nodes: SigningKey) -> None:
    note = queries.checkpoint()
    assert note is not None
    seconds = int(at(MORNING).timestamp()) + 60
    body = bytes(Note(note.text, (*note.lines, *(node.cosign(note.text, seconds) for node in nodes))))
    take_cosignatures(actor=Actor.public(), body=body, policy=queries.policy(), at=at(MORNING))


def rows(client: Client) -> dict[str, tuple[str, str, str]]:
    """Each line's light, word and explanation."""
    page = text_of(client.get("/staff/chain/"))
    found = re.findall(
        (
            r'<tr><th scope="row">([^<]*)(?:<small>[^<]*</small>)?</th><td[^>]*><span class="lamp '
            r'l-(\w+)">.*?</svg>([^<]*)</span></td><td[^>]*>([^<]*)'
        ),
        page,
    )
    return {name.strip(): (light, word, told) for name, light, word, told in found}


def test_every_line_says_how_it_stands_and_what_to_do(log: Log, county: County, set_clock: SetClock) -> None:
    def look() -> dict[str, tuple[str, str, str]]:
        return rows(desk(county, "administrator"))

    first = look()
    assert first["签名"][:2] == ("yellow", "还没有开始")
    assert first["等待写入"] == ("green", "3 条", "最早的一条等了不到 1 秒。")
    assert first["审计"][:2] == ("yellow", "还没有做过")
    set_clock("2026-11-03 09:23")
    waited = look()["等待写入"]
    assert (waited[0], "等了 11 分钟" in waited[2], "定序进程没有跟上" in waited[2]) == ("red", True, True)
    log.step(at("2026-11-03 09:23"))
    cosign(NODE)
    fresh = look()
    assert fresh["已写入"] == ("green", "3 条", "树上 3 条，最近一个检查点签于不到 1 秒前。")
    assert fresh["见证"][:2] == ("yellow", "尚未见证")
    assert fresh["银行"][:2] == ("green", "跟上了")
    assert fresh["监督"][:2] == ("yellow", "尚未见证")
    set_clock("2026-11-03 11:23")
    assert look()["监督"][0] == "red"
    cosign(OTHER)
    assert look()["见证"] == ("green", "前 3 条", "")
    run = tasks.audit_now(timezone.now())
    assert (run.fault_count, run.entries, run.leaves) == (0, 3, 3)
    assert Entry.objects.filter(verb="infochain.keep_audit").count() == 1
    well = look()
    assert well["审计"][:2] == ("green", "全部相符")
    assert "3 条日志、3 条链下记录" in well["审计"][2]
    assert {name: light for name, (light, _, _) in well.items() if light != "green"} == {}
    set_clock("2026-11-05 11:23")
    assert "请看后台任务是否在运行" in look()["审计"][2]
    LogHead.objects.update(refused="数据库里的日志有 2 条，而已签到 3 条")
    assert look()["签名"] == ("red", "暂停签名", "数据库里的日志有 2 条，而已签到 3 条")


def test_an_audit_that_finds_something_says_where_and_never_what(log: Log, county: County) -> None:
    log.step(at(MORNING))
    Project.objects.update(name="换了名字的项目")
    run = tasks.audit_now(at(MORNING))
    # The leaf, the facts and the work item name the project otherwise.
    assert run.fault_count == 3
    page = text_of(desk(county, "supervisor").get("/staff/chain/"))
    assert "3 处不符" in page
    assert str(Project.objects.get().code) in page
    assert "换了名字" not in page
    assert AuditRun.objects.get().faults == run.faults


def test_the_command_leaves_its_audit_too_and_its_status_tells_what_is_wrong(
    log: Log, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "instance", nullcontext)
    log.step(at(MORNING))

    def status() -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        return cli.status(as_json=True), json.loads(capsys.readouterr().out)

    code, told_now = status()
    assert (code, told_now["audited_at"], told_now["audit_faults"], told_now["evidence"]) == (0, None, None, 0)
    assert cli.audit(as_json=True) == 0
    code, told_now = status()
    assert (code, told_now["audit_faults"]) == (0, 0)
    assert told_now["audited_at"].endswith("+08:00")
    Project.objects.update(name="换了名字的项目")
    assert cli.audit(as_json=True) == 1
    assert status()[0] == 1
    assert AuditRun.objects.count() == 2
    Project.objects.update(name=facts()["name"])
    assert cli.audit(as_json=True) == 0
    assert send(told(log)) == (200, "1\n")
    code, told_now = status()
    assert (code, told_now["evidence"]) == (1, 1)


def test_only_the_administrator_and_the_supervisor_see_it_and_no_secret_is_on_it(log: Log, county: County) -> None:
    log.step(at(MORNING))
    for role in ("administrator", "supervisor"):
        page = text_of(desk(county, role).get("/staff/chain/"))
        assert 'href="/staff/chain/"' in page
        assert str(log.key.verifier).replace("+", "&#x2B;") in page or str(log.key.verifier) in page
        assert "PRIVATE" not in page
    for role in ("approver", "principal", "comprehensive"):
        assert desk(county, role).get("/staff/chain/").status_code == 403
    assert Client().get("/staff/chain/").status_code in (302, 403)
    assert desk(county, "supervisor").post("/staff/chain/").status_code == 405


def told(log: Log, key: SigningKey = NODE, size: int = 3, text: str = "两个不同的树根，同为 3 条") -> bytes:
    heads = [bytes(sign_checkpoint(Checkpoint(log.key.name, size, bytes([n]) * 32), log.key)) for n in range(2)]
    return Told(key.name, "fork", text, int(at(MORNING).timestamp()), *heads).signed_by(key)


def send(body: bytes) -> tuple[int, str]:
    answer = Client().post("/chain/evidence", body, content_type="application/json")
    return answer.status_code, answer.content.decode()


def test_a_node_reports_a_fork_once_and_it_is_shown_as_proven_or_to_be_looked_into(log: Log, county: County) -> None:
    assert send(told(log)) == (200, "1\n")
    assert send(told(log)) == (200, "0\n")
    assert Entry.objects.filter(verb="infochain.take_evidence").count() == 1
    for body in (
        b"",
        b"{}",
        told(log, SigningKey.generate("stranger.example", COSIGNATURE)),
        told(log).replace(b"bank", b"tank"),
    ):
        assert send(body)[0] == 422
    forged = Told(OTHER.name, "fork", "冒充", 1, b"", b"").signed_by(NODE)
    assert send(forged)[0] == 422
    assert send(b"x" * 300_001)[0] == 413
    assert send(Told(OTHER.name, "entry", "第 2 条：签名不符", 1, b"x", b"y").signed_by(OTHER)) == (200, "1\n")
    client = desk(county, "supervisor")
    assert rows(client)["异常证据"][:2] == ("red", "2 件")
    page = text_of(client.get("/staff/chain/"))
    assert page.count("日志自己的签名已可证明") == page.count("待核查") == 1
    assert "第 2 条：签名不符" in page
    Evidence.objects.bulk_create(
        Evidence(
            witness="银行",
            kind="fork",
            text="",
            seconds=1,
            seen=b"",
            mine=b"",
            signature="",
            digest=bytes([n]) * 32,
            at=at(MORNING),
        )
        for n in range(EVIDENCE_LIMIT)
    )
    status, why = send(told(log, text="又一件"))
    assert (status, "已经很多" in why) == (422, True)


def test_a_head_the_log_has_signed_but_does_not_go_on_from_is_told_from_one_it_does(log: Log, county: County) -> None:
    log.step(at(MORNING))
    written = queries.checkpoint()
    assert written is not None

    def signed(size: int, root: bytes) -> bytes:
        return bytes(sign_checkpoint(Checkpoint(log.key.name, size, root), log.key))

    def page_after(seen: bytes) -> str:
        assert send(Told(NODE.name, "submitted", "两个头接不上", 1, seen, bytes(written)).signed_by(NODE)) == (
            200,
            "1\n",
        )
        return text_of(desk(county, "supervisor").get("/staff/chain/"))

    assert "与日志现有的条目不符" not in page_after(signed(2, MAIN.tree(2).root()))
    assert "与日志现有的条目不符" not in page_after(signed(9, bytes(32)))
    assert "与日志现有的条目不符" in page_after(signed(2, bytes(32)))


def test_without_nodes_and_without_a_log_the_page_says_so(log: Log, county: County, settings: Any) -> None:
    settings.YINUO_CHAIN_POLICY.unlink()
    admin = desk(county, "administrator")
    assert "没有独立的节点" in text_of(admin.get("/staff/chain/"))
    (log.folder / "log_key").unlink()
    assert rows(admin)["签名"][1] == "还没有开始"
    assert send(b"{}")[0] == 422
