"""`yinuo apikey` from the outside: a key that works, shown once; listed without its secret; dead when revoked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.apps.county import Company, County, new_company, new_county
from tests.config.answers import Ask
from yinuo.deploy.cli.asking import now
from yinuo.engine.people.models import ApiKey
from yinuo.engine.people.queries import actor_of_key
from yinuo.engine.trail.models import Entry


@pytest.fixture
def county(db: None, monkeypatch: pytest.MonkeyPatch) -> County:
    """The command uses the database the test has."""
    monkeypatch.setenv("YINUO_DATABASE_URL", "postgresql://in-use/")
    return new_county()


@pytest.fixture
def company(county: County) -> Company:
    return new_company()


@pytest.fixture
def approver(county: County) -> str:
    return county.person("approver", "ecology").username


def issued(ask: Ask, *words: str) -> dict[str, Any]:
    code, out, err = ask("apikey", "issue", *words, "--json")
    assert (code, err) == (0, ""), err
    return dict(json.loads(out))


def test_a_key_for_a_role_speaks_for_that_role_and_is_shown_once(ask: Ask, approver: str) -> None:
    made = issued(ask, "--person", approver, "--as", "ecology:approver", "--name", "进度查询", "--days", "30")
    actor = actor_of_key(made["secret"], now())
    assert actor is not None
    assert (actor.role, actor.entrance) == ("approver", "api")
    _, out, _ = ask("apikey", "list")
    assert made["prefix"] in out
    assert made["secret"] not in out
    assert made["secret"] not in str(ApiKey.objects.values().get())
    assert Entry.objects.get(verb="people.issue_key").role == "system"


def test_a_key_for_a_unit_speaks_for_the_unit(ask: Ask, company: Company) -> None:
    made = issued(
        ask, "--person", company.person.username, "--as", company.unit.credit_code or "", "--name", "企业系统"
    )
    actor = actor_of_key(made["secret"], now())
    assert actor is not None
    assert (actor.role, actor.unit_id) == ("unit", company.unit.pk)


def test_revoked_it_opens_nothing_and_leaves_the_list(ask: Ask, approver: str) -> None:
    made = issued(ask, "--person", approver, "--as", "ecology:approver", "--name", "进度查询")
    code, out, _ = ask("apikey", "revoke", str(made["id"]), "--why", "丢失")
    assert code == 0
    assert "已停用" in out
    assert actor_of_key(made["secret"], now()) is None
    assert ask("apikey", "list")[1].strip() == "没有密钥"
    assert "已停用" in ask("apikey", "list", "--all")[1]
    assert Entry.objects.get(verb="people.revoke_key").why == "丢失"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"--person": "nobody"}, "没有登录名为 nobody 的人员"),
        ({"--as": "water:approver"}, "现有：ecology:approver"),
        ({"--as": "91620300224690952T"}, "没有获得单位"),
        ({"--as": "system"}, "不是系统账号"),
        ({"--name": "  "}, "请写明密钥的用途"),
        ({"--days": "0"}, "--days"),
        ({"--days": "5000"}, "--days"),
    ],
)
def test_what_cannot_be_issued_is_told_in_one_line_and_leaves_no_key(
    ask: Ask, approver: str, changes: dict[str, str], says: str
) -> None:
    words = {"--person": approver, "--as": "ecology:approver", "--name": "进度查询", "--days": "30", **changes}
    code, out, err = ask("apikey", "issue", *(word for pair in words.items() for word in pair))
    assert (code, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1
    assert ApiKey.objects.count() == 0


def test_a_key_that_is_not_there_cannot_be_revoked(ask: Ask, county: County) -> None:
    code, _, err = ask("apikey", "revoke", "999", "--why", "丢失")
    assert code == 2
    assert "没有找到这把密钥" in err
