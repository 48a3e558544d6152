"""代办服务 in the demonstration: the county's body and a township's, a service that ended well, one under way, one
asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from yinuo.engine.base import Actor
from yinuo.engine.people.models import Person
from yinuo.engine.people.queries import actor_of_membership
from yinuo.rooms.agency import actions
from yinuo.rooms.agency.models import AgencyBody, Agreement, ServiceAgent
from yinuo.rooms.agency.room import SERVICE
from yinuo.rooms.projects.models import Project
from yinuo.rooms.reviews.actions import review_service
from yinuo.rooms.reviews.models import TrackService
from yinuo.stories.demo.projects import FORMS
from yinuo.stories.demo.world import Scene, World

EVERYTHING = ("consult", "guide", "coordinate", "act")
COUNTY, TOWNSHIP = "积石山县代办服务中心", "大河家镇代办服务站"


def head(world: World) -> Actor:
    return world.cast.holder("general_convener")


def agent_of(world: World, username: str) -> tuple[Actor, ServiceAgent]:
    member = next(row for row in world.cast.memberships if row.person.username == username and row.role == "agent")
    return actor_of_membership(member), ServiceAgent.objects.get(person_id=member.person_id)


def project_of(key: str) -> Project:
    return Project.objects.filter(name=FORMS[key]["name"]).latest("id")


def bodies(world: World) -> Scene:
    """县、乡两级机构设立，登记代办员，培训。"""
    at = yield world.ago(205, "09:30")
    opener = head(world)
    county = actions.open_body(
        hall_id=world.cast.hall.pk,
        level="county",
        name=COUNTY,
        place="政务服务大厅一楼 12 号窗口",
        phone="0930-0000912",
        actor=opener,
        at=at,
    )
    township = actions.open_body(
        hall_id=world.cast.hall.pk,
        level="township",
        parent_id=county.pk,
        name=TOWNSHIP,
        place="大河家镇便民服务大厅",
        phone="0930-0000913",
        actor=opener,
        at=at,
    )
    agents = [
        _registered(world, county, world.cast.person("mashulan"), "0930-0000914", at),
        _registered(world, township, world.cast.person("hanyucheng"), "0930-0000915", at),
    ]
    at = yield world.ago(200, "15:00")
    there = [agent.pk for agent in agents]
    actions.record_training(
        actor=head(world),
        body_id=county.pk,
        on=at.date(),
        topic="“一张图”审批、信用承诺制和代办服务规范",
        agents=there,
        at=at,
    )


def _registered(world: World, body: AgencyBody, person: Person, phone: str, at: datetime) -> ServiceAgent:
    return actions.add_agent(actor=head(world), body_id=body.pk, person_id=person.pk, phone=phone, at=at)


def _asked(
    world: World,
    company: str,
    key: str,
    at: datetime,
    services: Sequence[str] = EVERYTHING,
    text: str = "",
    body: str = COUNTY,
) -> int:
    persons = world.cast.bindings[company]
    first, last = persons[0].person, persons[-1].person
    return actions.apply_for_service(
        actor=world.cast.company(company),
        project_id=project_of(key).pk,
        body_id=AgencyBody.objects.get(name=body).pk,
        matters=[],
        services=services,
        lead=(first.name, first.phone),
        handler=(last.name, last.phone),
        text=text,
        at=at,
    ).pk


def _agreed(world: World, company: str, application: int, agent: ServiceAgent, at: datetime, days: int) -> Agreement:
    day = at.date()
    made = actions.offer_agreement(
        actor=head(world),
        application_id=application,
        agent_id=agent.pk,
        from_on=day,
        to_on=day + timedelta(days=days),
        at=at,
    )
    return actions.sign_agreement(actor=world.cast.company(company), agreement_id=made.pk, at=at)


def ended(world: World) -> Scene:
    """绿源一期：全程代办，办结，归档，评价“非常满意”。"""
    at = yield world.ago(187, "10:00")
    application = _asked(world, "fertiliser", "fertiliser_one", at, text="第一次在县里建厂，不熟悉手续。")
    at = yield world.ago(186, "10:00")
    actor, agent = agent_of(world, "mashulan")
    made = _agreed(world, "fertiliser", application, agent, at, 300)
    at = yield world.ago(185, "10:00")
    actions.draw_plan(actor=actor, agreement_id=made.pk, note="先办环评承诺和用地，图审与供电同时准备。", at=at)
    for days, kind, text in (
        (184, "consult", "到厂里讲解“一张图”和信用承诺制，说明承诺和常规办理的区别。"),
        (180, "guide", "指导准备建设工程规划许可的材料，总平面图退界标注不全，已补。"),
        (165, "coordinate", "与供电公司商定用电报装和图审同步进行。"),
    ):
        at = yield world.ago(days, "15:20")
        actions.log_service(actor=actor, agreement_id=made.pk, kind=kind, on=at.date(), text=text, at=at)
    at = yield world.ago(152, "10:30")
    actions.report_finished(actor=actor, agreement_id=made.pk, text="开工前的事项全部办结，施工许可证已领取。", at=at)
    at = yield world.ago(151, "09:40")
    actions.confirm_finished(actor=world.cast.company("fertiliser"), agreement_id=made.pk, at=at)
    at = yield world.ago(150, "11:00")
    returned = [{"name": "授权委托书原件", "note": "1 份"}, {"name": "勘察报告纸质件", "note": "2 份"}]
    actions.archive(actor=actor, agreement_id=made.pk, returned=returned, at=at)
    at = yield world.ago(149, "09:20")
    actions.confirm_return(actor=world.cast.company("fertiliser"), agreement_id=made.pk, at=at)
    text = "马淑兰上门三次，材料一次就过，比我们自己跑省了很多时间。"
    service = TrackService.objects.get(track=SERVICE, subject_id=made.pk)
    review_service(actor=world.cast.company("fertiliser"), service_id=service.pk, level=5, text=text, at=at)


def running(world: World) -> Scene:
    """绿源二期：服务中，有计划和记录，水土保持方案走绿色通道。"""
    at = yield world.ago(19, "16:10")
    application = _asked(world, "fertiliser", "fertiliser_two", at, text="二期希望明年 3 月开工。")
    at = yield world.ago(18, "10:00")
    actor, agent = agent_of(world, "mashulan")
    made = _agreed(world, "fertiliser", application, agent, at, 240)
    at = yield world.ago(17, "10:30")
    actions.draw_plan(actor=actor, agreement_id=made.pk, note="计划按承诺制办理环评，其余并行。", at=at)
    at = yield world.ago(16, "15:00")
    text = "说明二期和一期合用的环保设施怎样写进环评。"
    actions.log_service(
        actor=actor, agreement_id=made.pk, kind="consult", on=at.date(), text=text, matter_id="eia_table", at=at
    )
    at = yield world.ago(10, "10:10")
    reason = "总投资较大，弃渣场方案已经专家看过，争取汛期前完成土方。"
    actions.ask_green_channel(
        actor=actor, agreement_id=made.pk, matters=["soil_conservation_plan"], reason=reason, at=at
    )
    at = yield world.ago(5, "16:40")
    text = "陪同水土保持站现场踏勘，企业补充了弃渣场坐标。"
    actions.log_service(
        actor=actor,
        agreement_id=made.pk,
        kind="coordinate",
        on=at.date(),
        text=text,
        matter_id="soil_conservation_plan",
        at=at,
    )


def in_the_township(world: World) -> Scene:
    """保安接待中心：镇代办站就近服务，只咨询、指导、协调。"""
    at = yield world.ago(26, "10:00")
    application = _asked(world, "knives", "reception", at, services=EVERYTHING[:3], body=TOWNSHIP)
    at = yield world.ago(25, "10:00")
    actor, agent = agent_of(world, "hanyucheng")
    made = _agreed(world, "knives", application, agent, at, 200)
    at = yield world.ago(20, "15:30")
    text = "在村里说明文物勘探许可的材料和次序。"
    actions.log_service(actor=actor, agreement_id=made.pk, kind="guide", on=at.date(), text=text, at=at)


def asked(world: World) -> Scene:
    """城投标准厂房：申请代办，等总召集人答复并指派。"""
    at = yield world.ago(0, "16:20")
    _asked(
        world,
        "city",
        "workshops",
        at,
        services=("consult", "guide", "coordinate"),
        text="竣工验收阶段需要协调各部门时间。",
    )


SCENES = (bodies, ended, running, in_the_township, asked)
