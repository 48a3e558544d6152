from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yinuo.chain.policies import Weights, lint, weights
from yinuo.chain.signing import SigningKey
from yinuo.chain.verifier import COSIGNATURE, Group, Policy, Unverified, VerifierKey

LOG = SigningKey.generate("county.example/log").verifier
W = {name: SigningKey.generate(name, COSIGNATURE).verifier for name in ("d1", "d2", "d3", "b1", "b2", "s1")}
COUNTY = f"""
# departments 2 of 3, and any bank, and any supervising body
log {LOG} https://county.example/log
witness d1 {W["d1"]}
witness d2 {W["d2"]}\thttps://d2.example
 witness d3 {W["d3"]}
witness b1 {W["b1"]}
witness b2 {W["b2"]}
witness s1 {W["s1"]}
group departments 2 d1 d2 d3
group banks any b1 b2
group county all departments banks s1
quorum county
"""


def parse(text: str) -> Policy:
    return Policy.parse(text.encode())


def test_the_county_s_policy_is_read_whole() -> None:
    policy = parse(COUNTY)
    assert policy.logs == (LOG,)
    assert policy.witnesses == W
    assert policy.groups["departments"] == Group(2, ("d1", "d2", "d3"))
    assert policy.groups["banks"].threshold == 1
    assert policy.groups["county"].threshold == 3
    assert policy.urls == {LOG: "https://county.example/log", W["d2"]: "https://d2.example"}


@pytest.mark.parametrize(
    ("by", "enough"),
    [
        ({"d1", "d2", "b1", "s1"}, True),
        ({"d2", "d3", "b2", "s1", "b1", "d1"}, True),
        ({"d1", "b1", "b2", "s1"}, False),
        ({"d1", "d2", "d3", "s1"}, False),
        ({"d1", "d2", "d3", "b1", "b2"}, False),
        (set(), False),
    ],
)
def test_a_quorum_is_two_departments_a_bank_and_a_supervising_body(by: set[str], enough: bool) -> None:
    assert parse(COUNTY).witnessed(by) is enough


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("quorum county\n", ""), "no quorum"),
        (("quorum county\n", "quorum county\nquorum s1\n"), "second quorum"),
        (("quorum county\n", "quorum nobody\n"), "not named above"),
        (("quorum county\n", "quorum county extra\n"), "no known form"),
        (("group departments 2", "group departments 0"), "threshold"),
        (("group departments 2", "group departments 4"), "threshold"),
        (("group departments 2", "group departments 02"), "plain number"),
        (("group departments 2", "group departments two"), "plain number"),
        (("group departments 2 d1 d2 d3", "group departments 2"), "no known form"),
        (("group departments 2 d1 d2 d3", "group departments 2 d1 d1 d3"), "member of two"),
        (("group banks any b1 b2", "group banks any b1 d2"), "member of two"),
        (("group banks any b1 b2", "group banks any none"), "not named above"),
        (("group departments", "group banks any b1\ngroup departments"), "taken"),
        (("witness d1", "witness none"), "taken"),
        (("witness b2", "witness b1"), "taken"),
        ((str(W["d2"]), str(W["d1"])), "named twice"),
        ((f"witness d1 {W['d1']}", f"witness d1 {LOG}"), "another purpose"),
        ((f"log {LOG}", f"log {W['d1']}"), "another purpose"),
        ((f"log {LOG} https", f"log {LOG} a https"), "no known form"),
        (("# departments", "elsewhere"), "no known form"),
        (("# departments", "# \r departments"), "control"),
        (("group county all departments banks s1", "group county all departments banks s1 county"), "not named above"),
    ],
)
def test_a_policy_with_a_fault_is_refused(change: tuple[str, str], why: str) -> None:
    text = COUNTY.replace(*change, 1)
    assert text != COUNTY
    with pytest.raises(Unverified, match=why):
        parse(text)


def test_one_key_under_two_names_is_one_key() -> None:
    again = VerifierKey("other", COSIGNATURE, W["d1"].public)
    with pytest.raises(Unverified, match="named twice"):
        parse(COUNTY.replace(str(W["d2"]), str(again)))


def test_names_are_bytes_and_not_compared_as_text() -> None:
    kelvin = COUNTY.replace("witness s1", "witness \u212a").replace(" s1\n", " K\n")
    with pytest.raises(Unverified, match="not named above"):
        parse(kelvin)
    raw = COUNTY.encode().replace(b"witness s1 ", b"witness s\xff1 ").replace(b" s1\n", b" s\xff1\n")
    assert Policy.parse(raw).witnessed({"d1", "d2", "b1", "s\udcff1"})


def test_the_county_s_policy_cannot_be_shown_two_histories() -> None:
    assert weights(parse(COUNTY)) == Weights(overlap=2, fewest=4, blocking=1)
    assert lint(parse(COUNTY)) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"log {LOG}\nquorum none\n", "不要求见证"),
        (f"witness s1 {W['s1']}\nquorum s1\n", "没有列出日志"),
        (COUNTY.replace("quorum county", "quorum banks"), "互不相交"),
        (COUNTY.replace("quorum county", "quorum departments"), "不起作用"),
    ],
    # The texts hold keys made for this run: two processes would name the tests differently.
    ids=["no quorum", "no log", "two quorums apart", "a witness without effect"],
)
def test_a_policy_that_protects_nobody_is_named(text: str, fault: str) -> None:
    assert any(fault in one for one in lint(parse(text)))


@st.composite
def policies(draw: st.DrawFn) -> tuple[dict[str, Group], list[str], str]:
    """Groups over up to eight witnesses, nested at random; the last one is the quorum."""
    names = [f"w{n}" for n in range(draw(st.integers(1, 8)))]
    free, groups = list(names), {}
    while len(free) > 1 or not groups:
        count = draw(st.integers(1, len(free)))
        members, free = free[:count], free[count:]
        name = f"g{len(groups)}"
        groups[name] = Group(draw(st.integers(1, count)), tuple(members))
        free.append(name)
        if count == 1 and len(groups) > 8:
            break
    return groups, names, free[-1]


@given(policies())
@settings(deadline=None, max_examples=150)
def test_weights_are_those_found_by_trying_every_set(drawn: tuple[dict[str, Group], list[str], str]) -> None:
    groups, names, quorum = drawn
    policy = Policy((LOG,), dict.fromkeys(names, W["s1"]), groups, quorum)
    sets = [set(chosen) for size in range(len(names) + 1) for chosen in combinations(names, size)]
    enough = [chosen for chosen in sets if policy.witnessed(chosen)]
    smallest = [one for one in enough if not any(other < one for other in enough)]
    wanted = Weights(
        overlap=min(len(one & other) for one in smallest for other in smallest),
        fewest=min(map(len, enough)),
        blocking=min(len(silent) for silent in sets if not policy.witnessed(set(names) - silent)),
    )
    assert weights(policy) == wanted
