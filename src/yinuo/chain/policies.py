"""Looking at a policy before it is used: can two quorums miss each other, and how many must fail to stop everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from yinuo.chain.verifier import Policy


@dataclass(frozen=True, slots=True)
class Weights:
    """Of a policy or one of its groups, in witnesses.

    `overlap`: the fewest that two quorums share (0 = the log could show two histories, each with a quorum of its own).
    `fewest`: the smallest quorum. `blocking`: how many must be silent to stop every quorum.
    """

    overlap: int
    fewest: int
    blocking: int


def weights(policy: Policy) -> Weights:
    """Counted from below: a witness belongs to one group only, so groups do not share."""
    return Weights(0, 0, 0) if policy.quorum == "none" else _weights(policy, policy.quorum)


def _weights(policy: Policy, name: str) -> Weights:
    group = policy.groups.get(name)
    if group is None:
        return Weights(1, 1, 1)
    parts = [_weights(policy, member) for member in group.members]
    shared = max(0, 2 * group.threshold - len(parts))
    return Weights(
        sum(sorted(part.overlap for part in parts)[:shared]),
        sum(sorted(part.fewest for part in parts)[: group.threshold]),
        sum(sorted(part.blocking for part in parts)[: len(parts) - group.threshold + 1]),
    )


def _below(policy: Policy, name: str) -> Iterator[str]:
    yield name
    if name in policy.groups:
        for member in policy.groups[name].members:
            yield from _below(policy, member)


def lint(policy: Policy) -> list[str]:
    """What is wrong with a policy, in words; nothing = it may be used."""
    faults = []
    if not policy.logs:
        faults.append("没有列出日志：任何人签的检查点都不能核验")
    if policy.quorum == "none":
        faults.append("不要求见证（quorum none）：检查点只有运行者自己的签名")
    elif weights(policy).overlap == 0:
        faults.append("两组互不相交的见证节点都能满足要求：运行者可以给两边看两份不同的历史")
    used = set(_below(policy, policy.quorum)) if policy.quorum != "none" else set()
    faults += [
        f"{name} 列出了却不起作用"
        for name in [*policy.witnesses, *policy.groups]
        if name not in used and policy.quorum != "none"
    ]
    return faults
