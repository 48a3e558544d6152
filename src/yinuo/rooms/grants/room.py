"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from yinuo.engine.register import SITE, SMS, Leaf, Register, Text, Words

VERBS = {
    "grants.consent": Words("授权查询"),
    "grants.order": Words("授权法定查询"),
    "grants.register_node": Words("登记节点"),
    "grants.retire_node": Words("停用节点"),
    "grants.search": Words("查询信息链"),
    "grants.withdraw": Words("撤回查询授权"),
}


NOTICES = {
    "chain_searched": Text(
        "信息链记录被查询",
        "【一诺】{organisation}按授权查询了“{name}”在信息链上的记录，可以在“数据授权与查询”里查看和撤回授权。",
        (SITE, SMS),
    ),
}


LEAVES = (Leaf("data.granted", frozenset(["grant"]), ("grant",), "leaves.grants_now", "leaves.grants_standing"),)


ROOM = Register(
    verbs=VERBS,
    notices=NOTICES,
    leaves=LEAVES,
)
