"""模拟审批: registered at the window, two permits approved in mock before the land is there, converted when it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from yinuo.stories.journey import acts
from yinuo.stories.journey.acts import clause
from yinuo.stories.journey.handling import act, number
from yinuo.stories.journey.player import Player

COMPANY = "绿源有机肥"
MATTERS = ("land_use_planning_permit", "engineering_planning_permit")
NEEDS = MATTERS
CONTACTS = [{"name": "马晓云", "phone": "13900000001"}, {"name": "韩志强", "phone": "13900000002"}]
SITE = {"permanent_farmland": False, "cultivated_share": "0.2"}
KNOWN: dict[str, Any] = {
    "plan_conforms": True,
    "inside_construction_land": True,
    "land_formalities_done": False,
    "cost_acknowledged": True,
}
NO_CHANGE = {"scale": False, "plan": False, "standards": False, "other": False}
APPLYING, REVIEWING, CONVERTING = clause("附件4·四(一)"), clause("附件4·四(二)"), clause("附件4·四(三)")


def play(p: Player) -> None:
    acts.begun(p, COMPANY)
    acts.score(p, "86")
    acts.file(
        p,
        site={"state_land_supply": True, "new_construction_land": True},
        construction={"building": True, "contract_price": "6200"},
    )
    acts.review(p)
    acts.guide(p)
    made = registered(p)
    distributed(p, made)
    for matter in MATTERS:
        approved(p, made, matter)
    barred(p)
    converted(p, made)


def items(p: Player) -> dict[str, dict[str, Any]]:
    return {row["matter_id"]: row for row in p.peek(p.owner, f"/projects/{p.project}/map")["items"]}


def registered(p: Player) -> dict[str, Any]:
    """Not online; not with a fact unknown; then with every condition decided."""
    p.later(1, "09:20")
    window, path, found = p.office("window"), f"/projects/{p.project}/mock", items(p)
    body = {
        "contacts": CONTACTS,
        "progress": "已备案，正在勘察设计",
        "land": "拟用国有建设用地，已列入年度供地计划",
        "land_expected_on": (p.today + timedelta(days=80)).isoformat(),
        "legal_representative": "马晓云",
        "matters": [found[matter]["id"] for matter in MATTERS],
        "answers": {"mock": KNOWN, "site": SITE},
    }
    p.post(p.owner, "网上申请模拟审批", path, body, refused="mock.offline", law=[clause("附件4·二(三)")])
    p.post(window, "社会稳定风险评估结果还不知道", path, body, refused="mock.unknown", law=[clause("附件4·三(一)")])
    body["answers"] = {"mock": {**KNOWN, "stability_risk": "low"}, "site": SITE}
    return dict(p.post(window, "窗口登记模拟审批申请", path, body, law=[APPLYING], row="MockApplication", shows=_state))


def distributed(p: Player, made: dict[str, Any]) -> None:
    window, path = p.office("window"), f"/mock/{made['id']}"
    scan = {
        "form": p.upload(window, "申请表.pdf"),
        "commitment": p.upload(window, "承诺书.pdf"),
        "committed_on": p.today.isoformat(),
    }
    asked = p.post(window, "留存盖章的申请表和承诺书，征求意见", f"{path}/signed", scan, law=[APPLYING], shows=_state)
    p.later(1, "10:00")
    for key, opinion in zip(
        p.rules.parameter("mock.opinion_departments", p.today).value, asked["opinions"], strict=True
    ):
        said = {"agreed": True, "text": "符合模拟审批条件"}
        p.post(p.approver(key), "提出意见：同意", f"/mock/opinions/{opinion['id']}", said, law=["mock.opinion_limit"])
    p.post(window, "分发各审批部门", f"{path}/distribute", law=[APPLYING], shows=_state)


def approved(p: Player, made: dict[str, Any], matter: str) -> None:
    """Handed in over the counter, accepted, given its mock document: the ordinary verbs of the item."""
    p.later(1, "09:10")
    item, window = items(p)[matter], p.office("window")
    item = p.peek(p.owner, f"/items/{item['id']}")
    p.post(
        p.owner,
        f"网上申报“{item['name']}”",
        f"/items/{item['id']}/submissions",
        {"materials": []},
        refused="onemap.mock_offline",
    )
    rows = [{"id": row["id"], "file": handed(p, made)} for row in item["materials"]]
    what = f"窗口收“{item['name']}”的材料"
    p.post(window, what, f"/mock/{made['id']}/materials", {"item": item["id"], "materials": rows}, law=[REVIEWING])
    act(p, p.handler(matter), item, "受理", "accept")
    p.later(1, "15:00")
    answer = {"granted": True, "document_number": number(p, "模审字"), "text": "视同已取得土地，同意"}
    act(p, p.handler(matter), item, "出具模拟审批意见", "decide", answer, law=[REVIEWING, "mock.validity"])


def handed(p: Player, made: dict[str, Any]) -> int:
    return int(p.upload(p.office("window"), "材料.pdf", f"/mock/{made['id']}/files"))


def barred(p: Player) -> None:
    p.later(1, "09:00")
    body = {"kind": "start", "on": p.today.isoformat()}
    p.post(
        p.owner,
        "没有正式审批文件就报送开工",
        f"/projects/{p.project}/reports",
        body,
        refused="mock.start",
        law=[clause("附件4·二(三)")],
    )


def converted(p: Player, made: dict[str, Any]) -> None:
    """The contract is registered, the departments decide in the order of prerequisites, all within the one limit."""
    window, path = p.office("window"), f"/mock/{made['id']}"
    first, second = (p.peek(p.owner, f"/items/{items(p)[matter]['id']}") for matter in MATTERS)
    answer = {"granted": True, "document_number": number(p, "许字"), "text": ""}
    act(
        p,
        p.handler(MATTERS[0]),
        first,
        "土地没有登记就转正式",
        "decide",
        answer,
        refused="onemap.mock_land",
        law=[CONVERTING],
    )
    p.later(40, "09:30")
    land = {
        "kind": "contract",
        "number": f"出让〔{p.today.year}〕{p.project}号",
        "on": p.today.isoformat(),
        "scan": p.upload(window, "合同.pdf"),
    }
    what = "登记土地出让合同，进入文件转换"
    p.post(
        window,
        "没有逐项问清就登记",
        f"{path}/land",
        {**land, "answers": {}},
        refused="mock.questions",
        law=[clause("附件4·三(二)")],
    )
    p.post(window, what, f"{path}/land", {**land, "answers": NO_CHANGE}, law=["mock.conversion_limit"], shows=_state)
    answer = {"granted": True, "document_number": number(p, "许字"), "text": ""}
    act(
        p,
        p.handler(MATTERS[1]),
        second,
        "前置事项没有转正式就批复",
        "decide",
        answer,
        refused="onemap.prerequisites",
        law=[CONVERTING],
    )
    for item, matter in ((first, MATTERS[0]), (second, MATTERS[1])):
        p.later(1, "10:00")
        answer = {"granted": True, "document_number": number(p, "许字"), "text": ""}
        act(p, p.handler(matter), item, "作出正式批复", "decide", answer, law=[CONVERTING])
    ended = p.get(window, "看流转：都已转为正式审批", path, law=[CONVERTING], shows=_lines)
    p.need(ended["state"] == "converted", "模拟审批没有全部转为正式审批")


STATES = {
    "registered": "已登记",
    "opinions": "征求意见",
    "running": "模拟审批中",
    "converting": "文件转换中",
    "converted": "已转为正式审批",
}


def _state(answer: dict[str, Any]) -> list[str]:
    return [" ".join(filter(None, [answer["number"], STATES.get(answer["state"], answer["state"])]))]


def _lines(answer: dict[str, Any]) -> list[str]:
    return [f"{row['name']}：模拟 {row['mock_at'][:10]}，正式 {row['formal_at'][:10]}" for row in answer["matters"]]
