"""信息链的授权查询 in the demonstration: three nodes registered, the bank let in by a company, the supervising body by
its duty, and what both asked for.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from django.conf import settings

from yinuo.chain.searching import Search
from yinuo.chain.signing import SigningKey
from yinuo.chain.verifier import COSIGNATURE
from yinuo.core.codes import make_credit_code
from yinuo.engine.base import Actor
from yinuo.engine.people.models import AuthorisedPerson
from yinuo.engine.people.queries import actor_of_binding
from yinuo.rooms.grants import actions
from yinuo.rooms.grants.models import ChainNode
from yinuo.rooms.projects.models import Project
from yinuo.stories.demo.nodes import NODES
from yinuo.stories.demo.world import Scene, World

BODIES = {
    "department": ("department", "积石山县行政审批服务局（演示）", "62292701"),
    "bank": ("bank", "积石山县农村信用合作联社（演示）", "62292702"),
    "supervision": ("supervision", "积石山县优化营商环境监督办（演示）", "62292703"),
}


def _key(folder: str) -> SigningKey:
    """The key of the node begun beside this instance; where none was, of one that nobody runs."""
    try:
        kept = json.loads((settings.YINUO_DATA / "nodes" / folder / "node.json").read_text(encoding="utf-8"))
        return SigningKey.parse(kept["key"])
    except (OSError, AttributeError, TypeError):
        return SigningKey.generate(NODES[folder], COSIGNATURE)


def nodes(world: World) -> Scene:
    at = yield world.ago(40, "09:10")
    keys = {folder: _key(folder) for folder in BODIES}
    for folder, (kind, organisation, serial) in BODIES.items():
        actions.register_node(
            actor=Actor.system(),
            name=NODES[folder],
            kind=kind,
            organisation=organisation,
            credit_code=make_credit_code("622927", serial),
            key=str(keys[folder].verifier),
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
    at = yield world.ago(2, "10:20")
    _search(keys["bank"], binding.unit_id, at)
    at = yield world.ago(1, "16:05")
    _search(keys["supervision"], binding.unit_id, at)


def _search(key: SigningKey, unit_id: int, at: datetime) -> None:
    """A node asks for the unit's newest project, as `yinuo node search` does."""
    project = Project.objects.filter(unit_id=unit_id, code__isnull=False).order_by("-id").first()
    if project is None:
        return
    asked = Search(key.name, project.code or "", f"demonstration-{int(at.timestamp())}", int(at.timestamp()))
    actions.search(asked=asked, signature=asked.signed_by(key), at=at)


SCENES = (nodes,)
