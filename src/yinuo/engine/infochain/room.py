"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from yinuo.engine.register import Register, Words

VERBS = {
    "infochain.add_key": Words("登记链上密钥"),
    "infochain.begin": Words("启用信息链"),
    "infochain.erase": Words("按规定删除个人信息"),
    "infochain.keep_audit": Words("核对信息链"),
    "infochain.revoke_retired_keys": Words("作废停用的链上密钥"),
    "infochain.rotate_key": Words("更换链上密钥"),
    "infochain.take_evidence": Words("节点报来信息链的异常证据"),
}


ROOM = Register(
    verbs=VERBS,
    caches="caches.CACHES",
)
