"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from django.db.models import TextChoices

from yinuo.engine.register import SITE, SMS, Effect, Register, Text, Words
from yinuo.rooms.agency import shapes

# The special service a unit may review.
SERVICE = "agency"


class AgencyWork(TextChoices):
    REQUEST = "agency_request", "代办受理"
    SERVICE = "agency_service", "代办服务"


class AgencyPaper(TextChoices):
    AGREEMENT = "agency_agreement", "委托代办协议"
    END = "agency_end", "代办终止（办结）通知书"


VERBS = {
    "agency.add_agent": Words("登记代办员"),
    "agency.apply": Words("申请代办服务", at_window="申请代办服务"),
    "agency.appraise_agent": Words("代办员年度考核"),
    "agency.archive": Words("代办归档并交还材料"),
    "agency.assign": Words("改派代办员"),
    "agency.close_body": Words("撤销代办服务机构"),
    "agency.end": Words("代办服务终止或者办结"),
    "agency.end_agent": Words("解除代办员"),
    "agency.finish": Words("报告代办完成"),
    "agency.green": Words("申请绿色通道"),
    "agency.lapse": Words("代办申请逾期失效"),
    "agency.log": Words("记录代办服务"),
    "agency.offer": Words("同意代办并签署协议"),
    "agency.open_body": Words("设立代办服务机构"),
    "agency.package": Words("套餐申报"),
    "agency.plan": Words("制定申报进度计划"),
    "agency.receive": Words("确认收回代办材料"),
    "agency.record_training": Words("代办员培训"),
    "agency.refuse": Words("不予提供代办服务"),
    "agency.reject_finish": Words("认为代办没有完成"),
    "agency.sign": Words("签署委托代办协议"),
    "agency.withdraw_application": Words("撤回代办申请"),
}


NOTICES = {
    "agency_applied": Text(
        "代办申请待答复", "【一诺】“{project}”申请代办服务，请在 {due} 前答复并指派代办员。", (SITE, SMS)
    ),
    "agency_refused": Text("代办申请没有同意", "【一诺】“{project}”的代办申请：不予提供。{why}", (SITE, SMS)),
    "agency_offered": Text(
        "请签署委托代办协议",
        "【一诺】{body}已同意为“{project}”提供代办服务，代办员{agent}。请在 {due} 前签署协议，免费。",
        (SITE, SMS),
    ),
    "agency_lapsed": Text(
        "代办协议逾期未签", "【一诺】“{project}”的委托代办协议没有按期签署，申请已失效。需要的可以重新申请。", (SITE,)
    ),
    "agency_signed": Text(
        "代办协议已签署", "【一诺】{unit}已签署“{project}”的委托代办协议，服务到 {until}。", (SITE, SMS)
    ),
    "agency_assigned": Text("由您接手代办服务", "【一诺】{unit}“{project}”的代办服务改由您办理。", (SITE, SMS)),
    "agency_reassigned": Text("代办员已更换", "【一诺】“{project}”的代办员改为{agent}，电话 {phone}。", (SITE, SMS)),
    "agency_planned": Text(
        "申报进度计划已制定", "【一诺】代办员为“{project}”制定了申报进度计划，共 {count} 项。", (SITE,)
    ),
    "agency_green": Text(
        "绿色通道：请优先办理", "【一诺】“{project}”的“{matter}”申请绿色通道，请优先办理。理由：{why}", (SITE, SMS)
    ),
    "agency_finished": Text(
        "请确认代办办结",
        "【一诺】“{project}”委托代办的事项已经完成：{text}。请在 {due} 前确认，逾期视为确认。",
        (SITE, SMS),
    ),
    "agency_unfinished": Text(
        "企业认为代办没有完成", "【一诺】“{project}”的项目单位认为委托事项没有完成：{why}", (SITE, SMS)
    ),
    "agency_done": Text(
        "代办服务已办结",
        "【一诺】“{project}”的代办服务已办结：{why}。材料将归档并交还项目单位，企业可以评价。",
        (SITE,),
    ),
    "agency_ended": Text(
        "代办服务已终止", "【一诺】“{project}”的代办服务已终止：{why}。材料将归档并交还项目单位。", (SITE, SMS)
    ),
    "agency_archived": Text(
        "代办材料已交还", "【一诺】“{project}”的代办材料已归档，交还 {count} 件，请确认收到。", (SITE,)
    ),
}


EFFECTS = (
    Effect("work.lapsed", "effects.lapsed"),
    Effect("projects.withdraw_filing", "effects.project_ended"),
    Effect("projects.terminate", "effects.project_ended"),
    Effect("onemap.submit_materials", "effects.handed_in"),
    Effect("onemap.accept", "effects.accepted"),
    Effect("credit.grade_changed", "tasks.grade_changed", after=True),
    Effect("credit.list_at_province", "tasks.grade_changed", after=True),
)


ROOM = Register(
    services={SERVICE: "代办服务"},
    handles=True,
    work=AgencyWork,
    papers=AgencyPaper,
    shapes={
        "agency_agreement": {1: shapes.AgencyAgreementData},
        "agency_end": {1: shapes.AgencyEndData},
    },
    verbs=VERBS,
    notices=NOTICES,
    effects=EFFECTS,
)
