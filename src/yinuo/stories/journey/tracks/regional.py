"""区域评估: a zone assessed once, two matters shared by a project that settles there, a third that does not fit, a
change and a withdrawal.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from yinuo.stories.journey import acts
from yinuo.stories.journey.acts import clause
from yinuo.stories.journey.player import PUBLIC, Player, Who

COMPANY = "绿源有机肥"
PROCESS, PUBLISHING, SHARING = clause("附件3·三(一)"), clause("附件3·三(二)"), clause("附件3·三(三)")
INSTITUTION = {
    "institution": "陇原工程咨询有限公司", "institution_code": "91620000710375659T",
    "qualification": "工程咨询甲级资信", "payer": "applicant", "cost": "180000", "share": "6000",
}  # fmt: skip
YEARS = timedelta(days=3 * 365)
SOIL, EIA = "soil_conservation_plan", "eia_table"
NEEDS = (SOIL, EIA, "cultural_relics_permit")


def play(p: Player) -> None:
    acts.begun(p, COMPANY)
    acts.score(p, "86")
    zone = entered(p)
    path = f"/zones/{zone['id']}/assessments"
    begun = {"matter": "cultural_relics_permit", "requirements": "文物影响"}
    p.post(body(p), "组织文物影响的区域评估", path, begun, refused="regional.listed", law=[clause("附件1·三·2")])
    p.later(1, "09:00")
    soil = published(
        p, zone, SOIL, {"industries": ["26"], "most": {"land_area": 50000}}, ["施工前十日内报送水土保持措施实施计划"]
    )
    published(p, zone, EIA, {"industries": ["30"], "one_of": {"eia": ["table"]}}, [])
    p.get(PUBLIC, "查园区的区域评估结果", f"/regional/results?zone={zone['key']}", law=[PUBLISHING], shows=told)
    settled(p, zone)
    changed(p)
    withdrawn(p, soil)


def body(p: Player) -> Who:
    """No committee here: the government has named the filing unit."""
    return p.filing_unit()


def entered(p: Player) -> dict[str, Any]:
    key = f"zone-{p.units[0]['credit_code'][-8:].lower()}"
    department = next(department for role, department in p.staff if role == "principal")
    zone = {
        "key": key, "name": f"{p.county}工业园区", "kind": "industrial", "body": department,
        "place": "东至园区一路，西至排洪渠", "basis": "县人民政府批复",
        "from_on": (p.today - timedelta(days=400)).isoformat(),
    }  # fmt: skip
    return dict(
        p.post(
            p.office("general_convener"), "登记园区和主体单位", "/zones", zone, law=[clause("附件3·二(一)")], row="Zone"
        )
    )


def published(
    p: Player, zone: dict[str, Any], matter: str, conditions: dict[str, Any], obligations: list[str]
) -> dict[str, Any]:
    """Asked, commissioned, reported, submitted, approved, published: the order of the clause."""
    name, words = p.departments[matter], p.rules.matters[matter].full_name
    asked = {"matter": matter, "requirements": "分区、措施、监测和管理要求"}
    found = p.post(
        body(p),
        f"组织“{words}”区域评估，征求部门意见",
        f"/zones/{zone['id']}/assessments",
        asked,
        law=[PROCESS],
        row="RegionalAssessment",
    )
    path = f"/assessments/{found['id']}"
    p.post(
        body(p),
        "意见没有齐备就委托机构",
        f"{path}/commission",
        INSTITUTION,
        refused="regional.opinions",
        law=["regional.opinion_limit"],
    )
    for opinion in found["opinions"]:
        p.post(
            p.approver(opinion["department"]),
            "提出部门意见",
            f"/opinions/{opinion['id']}",
            {"text": "同意开展"},
            law=[PROCESS],
        )
    p.post(
        body(p),
        "委托有资质的机构，费用由财政垫付",
        f"{path}/commission",
        INSTITUTION,
        law=[PROCESS, clause("附件3·三(四)")],
    )
    p.later(20, "10:00")
    report = {
        "title": f"{p.county}工业园区{words}区域评估报告",
        "report_number": f"QP-{found['id']}",
        "report_on": p.today.isoformat(),
        "file": p.upload(body(p), "区域评估报告.pdf"),
        "scope": "园区规划范围内新建、扩建项目",
        "conditions": conditions,
        "obligations": obligations,
        "from_on": p.today.isoformat(),
        "to_on": (p.today + YEARS).isoformat(),
    }
    p.post(body(p), "录入报告：适用范围、条件和效力", f"{path}/report", report, law=[PROCESS])
    p.post(body(p), "报审批部门", f"{path}/submit", {}, law=["regional.approval_limit"])
    p.later(2, "15:00")
    number = f"区评〔{p.today.year}〕{found['id']}号"
    p.post(p.approver(name), "批准报告", f"{path}/approve", {"document_number": number}, law=[PROCESS])
    return dict(
        p.post(
            body(p),
            "向社会公布",
            f"{path}/publish",
            {},
            law=[PUBLISHING],
            row="RegionalResult",
            shows=lambda answer: answer["conditions_text"],
        )
    )


def told(answer: Any) -> list[str]:
    return [f"{row['document_number']}：{'；'.join(row['conditions_text'])}" for row in answer]


def item_of(p: Player, matter: str) -> dict[str, Any]:
    view = p.peek(p.owner, f"/projects/{p.project}/map")
    return dict(next(item for item in view["items"] if item["matter_id"] == matter))


def settled(p: Player, zone: dict[str, Any]) -> None:
    """The map takes the result that fits; the other says why not, and is not to be had by asking either."""
    p.later(1, "09:12")
    acts.file(p, site={"zone_id": zone["key"]})
    acts.review(p)
    acts.guide(p)
    acts.see_map(p)
    shared = item_of(p, SOIL)
    p.need((shared["state"], shared["route"]) == ("exempt", "regional"), "水土保持方案没有共享区域评估结果")
    other = item_of(p, EIA)
    p.need(other["state"] == "open", "不符合条件的事项也被代替了")
    path = f"/items/{other['id']}/share"
    p.post(p.owner, "要求共享不符合条件的结果", path, {}, refused="onemap.regional_misfit", law=[SHARING])


def changed(p: Player) -> None:
    """More land than the result is for: the matter comes back."""
    p.later(1, "10:00")
    body = {"changes": {"land_area": "61000"}, "reason": "扩大用地"}
    p.post(p.owner, "变更项目信息：用地扩大到 61000 平方米", f"/projects/{p.project}/amend", body, law=[SHARING])
    found = item_of(p, SOIL)
    p.need((found["state"], found["route"]) == ("open", "regular"), "变更以后不再符合条件，事项没有恢复")
    body = {"changes": {"land_area": "26000"}, "reason": "恢复原方案"}
    p.post(p.owner, "变更项目信息：用地恢复到 26000 平方米", f"/projects/{p.project}/amend", body, law=[SHARING])
    p.post(p.owner, "再次共享区域评估结果", f"/items/{found['id']}/share", {}, law=[SHARING])
    fees = p.get(
        p.owner, "查看费用：不向企业收取", f"/projects/{p.project}/regional-fees", law=["regional.charge_applicants"]
    )
    p.need(fees["outstanding"] == "0", "向企业收取了区域评估费用")


def withdrawn(p: Player, result: dict[str, Any]) -> None:
    """Out of use for whoever comes; what is concluded stands."""
    p.later(1, "10:00")
    path = f"/regional/results/{result['id']}/withdraw"
    p.post(p.handler(SOIL), "撤回结果", path, {"why": "防治分区调整"}, law=[PUBLISHING])
    p.post(p.handler(SOIL), "再次撤回", path, {"why": "防治分区调整"}, refused="regional.ended")
    p.need(item_of(p, SOIL)["state"] == "exempt", "撤回影响了已经办结的事项")
