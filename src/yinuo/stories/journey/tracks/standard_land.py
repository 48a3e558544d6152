"""“标准地”: prepared piece by piece, declared by rule, sold, built on – with every promise decided at once and the
indicators measured.
"""

from __future__ import annotations

from typing import Any

from yinuo.stories.journey import acts, closing, handling
from yinuo.stories.journey.acts import clause
from yinuo.stories.journey.player import Player, Who

CLAUSE = clause("正文·二(二)")
COMPANY, POOR = "绿源有机肥", "河源石料"
BASICS = (
    ("water", "DN200 供水干管接至红线，竣工验收单"),
    ("power", "10 千伏专线送电至园区开闭所"),
    ("road", "园区二路通车验收"),
    ("levelling", "场平工程竣工验收意见"),
)
ASSESSED = (
    ("soil_conservation_plan", "水土保持区域评估报告书及批复"),
    ("seismic_requirement_review", "区域性地震安全性评价报告及批复"),
    ("energy_review", "区域节能报告及审查意见"),
)
FIGURES = {"investment_intensity": "180", "tax_per_mu": "12"}
MEASURED = {"固定资产投资强度": "192.4", "亩均税收": "12.6"}
ROUNDS = 8
NEEDS = tuple(matter for matter, _ in ASSESSED)


def play(p: Player) -> None:
    acts.begun(p, COMPANY, POOR)
    acts.score(p, "79")
    acts.score(p, "36", 1)
    parcel = declared(p, entered(p))
    sold(p, parcel)
    p.later(1, "09:12")
    acts.file(p)
    acts.review(p)
    acts.guide(p)
    settled(p, parcel)
    at_once = landed(p)
    p.need(at_once > 0, "没有一件承诺在公示期满时即时决定")
    closing.build(p, [])
    completion = closing.apply(p)
    done = inspected(p, completion["id"])
    p.need(done["state"] == "passed", "竣工验收没有通过")
    promises = p.peek(p.owner, f"/projects/{p.project}/commitments")
    p.need({row["fulfilment"] for row in promises} == {"kept"}, "有承诺没有认定为已履行")
    acts.standing(p)


def keeper(p: Player) -> Who:
    return p.approver(str(p.rules.parameter("land.keeper", p.today).value))


def entered(p: Player) -> dict[str, Any]:
    """The parcel with everything but one thing: the rules say what is missing."""
    body = {
        "number": f"JSS-{p.units[0]['credit_code'][-6:]}",
        "name": "工业集中区3号地块",
        "place": "东至园区二路，北至排洪渠",
        "area": "26680",
    }
    parcel = p.post(keeper(p), "登记地块", "/parcels", body, law=[CLAUSE], row="Parcel")
    path, noted = f"/parcels/{parcel['id']}", {"on": p.today.isoformat()}
    p.post(
        keeper(p), "登记权属清晰", f"{path}/title", {**noted, "evidence": "土地储备证书，无争议无抵押"}, law=[CLAUSE]
    )
    for kind, evidence in BASICS:
        p.post(
            keeper(p),
            f"登记基本条件：{evidence}",
            f"{path}/basics",
            {**noted, "kind": kind, "evidence": evidence},
            law=["standard_land.basics"],
        )
    for matter, evidence in ASSESSED[:-1]:
        body = {**noted, "matter_id": matter, "evidence": evidence}
        p.post(
            keeper(p), f"登记区域评估：{evidence}", f"{path}/assessments", body, law=["standard_land.regional_matters"]
        )
    p.post(
        keeper(p),
        "设定控制性指标",
        f"{path}/indicators",
        {"values": FIGURES},
        law=["standard_land.required_indicators"],
    )
    p.post(keeper(p), "认定“标准地”：还缺一项", f"{path}/standard", {}, refused="land.not_standard", law=[CLAUSE])
    return dict(parcel)


def declared(p: Player, parcel: dict[str, Any]) -> dict[str, Any]:
    matter, evidence = ASSESSED[-1]
    path = f"/parcels/{parcel['id']}"
    body = {"on": p.today.isoformat(), "matter_id": matter, "evidence": evidence}
    p.post(keeper(p), f"登记区域评估：{evidence}", f"{path}/assessments", body, law=["standard_land.regional_matters"])
    found = p.post(
        keeper(p), "认定“标准地”", f"{path}/standard", {}, law=[CLAUSE], shows=lambda answer: answer["controls"]
    )
    p.need(found["standard"], "没有认定为“标准地”")
    return dict(found)


def sold(p: Player, parcel: dict[str, Any]) -> None:
    path = f"/parcels/{parcel['id']}"
    p.post(keeper(p), "公开出让", f"{path}/offer", {}, law=[CLAUSE])
    p.later(1, "10:00")
    said = {"note": "年产5万吨有机肥加工项目，总投资 8600 万元"}
    p.post(
        p.unit(1),
        "差等次单位登记意向",
        f"{path}/interests",
        {},
        refused="land.grade",
        law=[clause("附件2·第二十三条(一)")],
    )
    p.post(
        p.unit(), "登记用地意向", f"{path}/interests", said, row="ParcelInterest", law=[clause("附件2·第二十条(二)")]
    )

    def shown(answer: Any) -> list[str]:
        return [f"{row['name']}（{row['grade']} 级）：{row['why']}" for row in answer["interests"]]

    ranked = p.get(
        keeper(p), "查看意向单位及排序理由", f"{path}/interests", law=[clause("附件2·第二十条(二)")], shows=shown
    )
    p.later(10, "15:00")
    contract = {
        "unit_id": ranked["interests"][0]["unit"],
        "contract_number": f"积自然资让〔{p.today.year}〕{parcel['number']}",
        "contract_on": p.today.isoformat(),
    }
    p.post(keeper(p), "登记土地出让合同", f"{path}/sale", contract, law=[CLAUSE])


def settled(p: Player, parcel: dict[str, Any]) -> None:
    """The unit names its parcel; the signer signs the indicators of the contract."""
    p.later(0, "16:00")
    path = f"/projects/{p.project}/parcel"
    p.post(
        p.owner,
        "确认用地，签署控制性指标承诺",
        path,
        {"parcel_id": parcel["id"]},
        row="ParcelUse",
        law=["standard_land.conditions.project"],
    )
    p.post(p.owner, "再次确认用地", path, {"parcel_id": parcel["id"]}, refused="land.settled")


def landed(p: Player) -> int:
    """Whatever may be promised is; when the notice ends, the decision is there. Returns how many were decided so."""
    view, decided, paused = acts.see_map(p), 0, False
    for _ in range(ROUNDS):
        ready = [item for item in view["items"] if item["look"] == "ready"]
        chosen = [item for item in ready if item["promisable"]]
        others = [item for item in ready if item["pre_start"] and not item["promisable"]]
        if not chosen and not others:
            break
        p.later(1, "09:00")
        signed = [handling.promise(p, item) for item in chosen]
        for item in others:
            handling.regular(p, item, paused=not paused)
            paused = True
        if signed:
            p.after(signed[-1]["notice_until"], "09:30")
            p.tick()
        for commitment in signed:
            decided += _decided(p, commitment)
            handling.deliver(
                p, {"id": commitment["item"], "name": commitment["matter"], "matter_id": commitment["matter_id"]}
            )
        view = acts.see_map(p, "看一张图的进展")
    p.need(bool(view["landed_at"]), "项目没有落地")
    return decided


def _decided(p: Player, commitment: dict[str, Any]) -> int:
    what = f"公示期满：“{commitment['matter']}”已即时决定"
    found = p.get(p.owner, what, f"/commitments/{commitment['id']}", law=["standard_land.decide_at_once"])
    p.need(found["state"] == "decided", f"“{commitment['matter']}”公示期满没有即时决定")
    return 1


def inspected(p: Player, completion: int) -> dict[str, Any]:
    """Every point, the indicators with the figure measured beside the one promised."""
    p.later(3, "10:00")
    for point in p.peek(p.owner, f"/projects/{p.project}/completion")["points"]:
        if not point["pending"]:
            continue
        measured = next((value for name, value in MEASURED.items() if point["text"].startswith(name)), "")
        body: dict[str, Any] = {"met": True, "measured": measured}
        if point["commitment"]:
            body |= {"commitment_id": point["commitment"], "requirement": point["requirement"]}
        else:
            body |= {"item_id": point["item"], "document_number": handling.number(p, "验字")}
        shown = [f"实测 {measured}" if measured else "达到要求"]
        what = f"核验：{point['text']}"
        path = f"/completions/{completion}/findings"
        p.post(
            p.approver(point["department"]), what, path, body, law=["verification.limit"], row="Finding",
            shows=lambda answer, shown=shown: shown,
        )  # fmt: skip
    now = p.get(p.owner, "查看竣工验收结果", f"/projects/{p.project}/completion", law=[clause("正文·三(八)")])
    return dict(now)
