"""The demonstration's three nodes – a department, a bank, a supervising body – and the policy that asks for all of
them.
"""

from __future__ import annotations

from django.conf import settings

from yinuo.chain.signing import SigningKey
from yinuo.chain.verifier import COSIGNATURE
from yinuo.engine.infochain.queries import platform_key
from yinuo.engine.infochain.storage import log_key
from yinuo.node.command import begin as begin_node
from yinuo.node.mirror import Pinned

NODES = {"department": "演示·审批部门节点", "bank": "演示·银行节点", "supervision": "演示·监督机构节点"}


def begin(origin: str) -> None:
    """Makes them once; where the policy stands, nothing changes."""
    if settings.YINUO_CHAIN_POLICY.exists():
        return
    platform = platform_key()
    if platform is None:
        raise RuntimeError("the platform has no key of its own")
    settings.YINUO_CHAIN_HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
    pinned = Pinned(log_key(settings.YINUO_CHAIN_HOME, settings.YINUO_CHAIN_ORIGIN).verifier, platform)
    lines = [f"log {pinned.log}"]
    for folder, name in NODES.items():
        key = SigningKey.generate(name, COSIGNATURE)
        begin_node(settings.YINUO_DATA / "nodes" / folder, f"{origin}/chain", pinned, key)
        lines.append(f"witness {name} {key.verifier}")
    lines += [f"group all all {' '.join(NODES.values())}", "quorum all"]
    settings.YINUO_CHAIN_POLICY.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
