"""信息链的授权查询 in the demonstration: three nodes registered, the bank let in by a company, the supervising body by its duty."""

from __future__ import annotations

import json
from datetime import timedelta

from django.conf import settings

from yinuo.apps.base import Actor
from yinuo.apps.grants import actions
from yinuo.apps.grants.models import ChainNode
from yinuo.apps.people.models import AuthorisedPerson
from yinuo.apps.people.queries import actor_of_binding
from yinuo.chain.signing import SigningKey
from yinuo.chain.verifier import COSIGNATURE
from yinuo.config.demo.nodes import NODES
from yinuo.config.demo.world import Scene, World
from yinuo.core.codes import make_credit_code

BODIES = {
    "department": ("department", "积石山县行政审批服务局（演示）", "62292701"),
    "bank": ("bank", "积石山县农村信用合作联社（演示）", "62292702"),
    "supervision": ("supervision", "积石山县优化营商环境监督办（演示）", "62292703"),
}


def _key(folder: str) -> str:
    """The public key of the node begun beside this instance; where none was, of one that nobody runs."""
    try:
        kept = json.loads((settings.YINUO_DATA / "nodes" / folder / "node.json").read_text(encoding="utf-8"))
        return str(SigningKey.parse(kept["key"]).verifier)
    except (OSError, AttributeError, TypeError):
        return str(SigningKey.generate(NODES[folder], COSIGNATURE).verifier)


def nodes(world: World) -> Scene:
    at = yield world.ago(40, "09:10")
    for folder, (kind, organisation, serial) in BODIES.items():
        actions.register_node(
            actor=Actor.system(),
            name=NODES[folder],
            kind=kind,
            organisation=organisation,
            credit_code=make_credit_code("622927", serial),
            key=_key(folder),
            at=at,
        )
    at = yield world.ago(39, "10:20")
    binding = AuthorisedPerson.objects.select_related("unit").get(person__username="maxiaoyun", may_sign=True)
    actions.consent(
        actor=actor_of_binding(binding),
        node_id=ChainNode.objects.get(kind="bank").pk,
        until_at=at + timedelta(days=180),
        basis_text="申请项目贷款，供银行核实项目手续",
        types=["project.basic", "project.code_assigned", "approval.document"],
        at=at,
    )
    at = yield world.ago(38, "15:40")
    actions.order(
        actor=world.cast.holder("principal"),
        node_id=ChainNode.objects.get(kind="supervision").pk,
        until_at=at + timedelta(days=300),
        basis_text="附件7·第十四条：对投资项目全过程监督，查询本县项目的审批和异常记录",
        types=["approval.document", "anomaly.reported", "anomaly.closed"],
        at=at,
    )


SCENES = (nodes,)
