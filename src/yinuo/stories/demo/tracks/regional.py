"""区域评估 in the demonstration: a zone with three results, a project that shares two of them, and an assessment
waiting for its department.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from yinuo.engine.base import Actor
from yinuo.engine.catalogue.models import Zone
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.people.models import Department
from yinuo.engine.rules import pack
from yinuo.rooms.regional import actions
from yinuo.stories.demo.materials import material_pdf
from yinuo.stories.demo.play import Play
from yinuo.stories.demo.projects import form
from yinuo.stories.demo.world import Scene, World

ZONE = "chuimatan"
PLANT: dict[str, Any] = {
    "name": "牛羊肉精深加工项目", "industry": "1353", "address": "积石山县吹麻滩工业园区B-07地块",
    "content": "屠宰分割车间、熟食加工车间和冷库，年加工牛羊肉6000吨，配套污水处理站",
    "total_investment": "9200", "land_area": "31000", "floor_area": "18600", "annual_energy": "1420",
    "annual_electricity": "610",
    "site": {"zone_id": ZONE, "new_construction_land": True},
}  # fmt: skip
# matter: institution, qualification, report, document, conditions, obligations
ASSESSED: dict[str, dict[str, Any]] = {
    "soil_conservation_plan": {
        "institution": "甘肃陇原水保工程咨询有限公司", "qualification": "水土保持方案编制单位水平评价四星级",
        "title": "吹麻滩工业园区水土保持区域评估报告", "document": "积水保〔{year}〕9号",
        "conditions": {"industries": ["13", "14", "26"], "most": {"land_area": 50000}},
        "obligations": ["施工前十日内报送水土保持措施实施计划", "弃土弃渣运至园区统一弃渣场"],
    },
    "eia_table": {
        "institution": "兰州绿源环境评价有限公司", "qualification": "环境影响评价信用平台守信单位",
        "title": "吹麻滩工业园区规划环境影响评价及区域评估报告", "document": "积环审〔{year}〕15号",
        "conditions": {
            "industries": ["13", "14", "26"], "one_of": {"eia": ["table"]},
            "excluded": [{"predicate": "takes_water", "why": "直接取用地表水、地下水的项目", "law": ""}],
        },
        "obligations": ["污水预处理达标后排入园区污水处理厂", "投产前完成竣工环境保护自主验收"],
    },
    "energy_review": {
        "institution": "甘肃工程咨询集团有限公司", "qualification": "工程咨询甲级资信",
        "title": "吹麻滩工业园区区域节能报告", "document": "积发改能〔{year}〕3号",
        "conditions": {"industries": ["13", "14", "26"], "most": {"annual_energy": 1200}},
        "obligations": ["按区域节能报告的能效指标选用设备"],
    },
}  # fmt: skip
FLOOD: dict[str, Any] = {
    "institution": "甘肃省水利水电勘测设计院", "title": "吹麻滩工业园区洪水影响区域评估报告",
    "conditions": {"industries": ["13", "14", "26"]}, "obligations": ["地坪高程不低于五十年一遇洪水位以上 0.5 米"],
}  # fmt: skip
CODES = {"甘肃陇原水保工程咨询有限公司": "91620000710375659T", "兰州绿源环境评价有限公司": "91620300224690952T"}


def committee(world: World) -> Actor:
    return world.cast.holder("zone")


def zone_entered(world: World) -> Scene:
    """吹麻滩工业园区：管委会为主体单位，三个事项先后评估、公布。"""
    at = yield world.ago(130, "09:40")
    body = Department.objects.get(hall=world.cast.hall, key="zone-chuimatan")
    actions.open_zone(
        actor=world.cast.holder("general_convener"),
        key=ZONE,
        name="吹麻滩工业园区",
        kind="industrial",
        body_id=body.pk,
        place="东至大河家路，西至吹麻滩河，南至滨河路，北至县道 X367",
        basis="积石山县人民政府关于设立吹麻滩工业园区的批复",
        from_on=at.date() - timedelta(days=600),
        at=at,
    )
    for number, matter in enumerate(ASSESSED):
        world.add(assessed(world, matter, 128 - 3 * number))
    yield world.ago(20, "10:00")
    world.add(waiting(world))


def assessed(world: World, matter: str, since: int) -> Scene:
    """One matter, from the question to the publication."""
    told = ASSESSED[matter]
    at = yield world.ago(since, "10:10")
    found = _begun(world, matter, at)
    at = yield world.ago(since - 2, "15:30")
    for opinion in found.opinions.select_related("department"):
        actor = world.cast.approver_of(opinion.department.key)
        actions.give_opinion(actor=actor, opinion_id=opinion.pk, text="同意开展，报告请按本行业规范编制。", at=at)
    at = yield world.ago(since - 3, "09:30")
    actions.commission_assessment(
        actor=committee(world),
        assessment_id=found.pk,
        institution=told["institution"],
        institution_code=CODES.get(told["institution"], "91440300708461136T"),
        qualification=told["qualification"],
        payer="applicant",
        cost=Decimal("180000"),
        share=Decimal("6000"),
        at=at,
    )
    at = yield world.ago(since - 33, "10:20")
    _reported(world, found.pk, told, at)
    at = yield world.ago(since - 40, "16:00")
    department = pack().matters[matter].department
    number = told["document"].format(year=at.year)
    actions.approve_assessment(
        actor=world.cast.approver_of(department),
        assessment_id=found.pk,
        document_number=number,
        text="同意，按适用范围和条件执行。",
        at=at,
    )
    at = yield world.ago(since - 41, "09:30")
    actions.publish_assessment(actor=committee(world), assessment_id=found.pk, at=at)


def _begun(world: World, matter: str, at: datetime) -> Any:
    return actions.begin_assessment(
        actor=committee(world),
        zone_id=Zone.objects.get(key=ZONE).pk,
        matter_id=matter,
        requirements="园区规划范围内的现状调查、影响预测、分区管控要求，以及入驻项目可以共享的条件。",
        departments=[],
        at=at,
    )


def _reported(world: World, assessment_id: int, told: dict[str, Any], at: datetime) -> None:
    actor = committee(world)
    content = material_pdf(told["title"], "吹麻滩工业园区", told["institution"], at)
    file = store_upload(actor=actor, name=f"{told['title']}.pdf", content=content, unit_id=None, at=at)
    actions.record_report(
        actor=actor,
        assessment_id=assessment_id,
        title=told["title"],
        report_number=f"QYPG-{at.year}-{assessment_id:03d}",
        report_on=at.date() - timedelta(days=5),
        file_id=file.pk,
        scope="园区规划范围内新建、改建、扩建的一般工业项目。",
        conditions=told["conditions"],
        obligations=told["obligations"],
        from_on=at.date(),
        to_on=at.date() + timedelta(days=3 * 365),
        at=at,
    )
    actions.submit_assessment(actor=actor, assessment_id=assessment_id, at=at)


def waiting(world: World) -> Scene:
    """洪水影响评价的区域评估：报告已报送，县水务局审查中。"""
    at = yield world.ago(18, "09:50")
    found = _begun(world, "flood_impact_report", at)
    at = yield world.ago(15, "11:00")
    for opinion in found.opinions.select_related("department"):
        actor = world.cast.approver_of(opinion.department.key)
        actions.give_opinion(actor=actor, opinion_id=opinion.pk, text="建议补充吹麻滩河五十年一遇洪水位成果。", at=at)
    at = yield world.ago(14, "10:00")
    actions.commission_assessment(
        actor=committee(world),
        assessment_id=found.pk,
        institution="甘肃省水利水电勘测设计院",
        institution_code="91620300224690952T",
        qualification="水文水资源调查评价甲级",
        payer="department",
        cost=Decimal("96000"),
        share=Decimal("0"),
        at=at,
    )
    at = yield world.ago(3, "15:10")
    _reported(world, found.pk, FLOOD, at)


def shared(world: World) -> Scene:
    """云岭肉制品加工：落户园区，水土保持和环评共享区域评估，节能审查能耗超出适用条件、须单独办理。"""
    play = Play(world, "cold")
    at = yield world.ago(12, "09:26")
    facts = form(at.date(), **PLANT)
    play.file(facts, at)
    at = yield world.ago(11, "10:40")
    play.review(at)
    at = yield world.ago(10, "15:20")
    play.advise(at)


SCENES = (zone_entered, shared)
