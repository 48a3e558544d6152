"""代办服务: a body with its agent, application and agreement, what is done under it and what is not, its end – and what
ends it midway.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from yinuo.stories.journey import acts
from yinuo.stories.journey.acts import clause
from yinuo.stories.journey.player import Player, Who

COMPANY = "绿源有机肥"
TERM = timedelta(days=180)
PERSON = {"name": "张丽", "phone": "13900000002"}


def play(p: Player) -> None:
    acts.begun(p, COMPANY)
    acts.score(p, "79")
    agent = set_up(p)
    p.later(1, "09:12")
    acts.file(p)
    acts.review(p)
    acts.guide(p)
    refused_by_the_province(p)
    made = agreed(p, agent)
    hat = Who(f"代办员代{p.units[0]['name']}", p.office("agent").key, made["via"])
    served(p, made, hat)
    ended(p, made, hat)
    fallen(p, agent)


def set_up(p: Player) -> int:
    """The county's body and its agent; returns the agent's number."""
    head = p.office("general_convener")
    name = f"代办服务中心（{p.units[0]['credit_code'][-6:]}）"
    body = {"level": "county", "name": name, "place": "政务服务大厅一楼 12 号窗口", "phone": "0930-7721212"}
    body_id = p.post(
        head, "设立县级代办服务机构", "/agency/bodies", body, row="AgencyBody", law=["agency.body_duties"]
    )["id"]
    who = next(row for row in p.peek(head, "/agency/people") if row["name"] == p.office("agent").label)
    sent = {"person": who["person"], "phone": "0930-7721213"}
    made = p.post(
        head, "登记代办员", f"/agency/bodies/{body_id}/agents", sent, row="ServiceAgent", law=["agency.agent_duties"]
    )
    sent = {"on": p.today.isoformat(), "topic": "“一张图”审批和信用承诺制", "agents": [made["id"]]}
    p.post(
        head, "记录代办员培训", f"/agency/bodies/{body_id}/trainings", sent, row="Training", law=[clause("附件6·五")]
    )
    return int(made["id"])


def ask(p: Player, agent: int, what: str, **options: Any) -> Any:
    bodies = p.peek(p.unit(), "/agency/bodies")
    body = next(row["id"] for row in bodies if any(one["id"] == agent for one in row["agents"]))
    sent = {"body": body, "services": ["consult", "guide", "coordinate", "act"], "lead": PERSON, "handler": PERSON}
    return p.post(
        p.unit(),
        what,
        f"/projects/{p.project}/agency",
        sent,
        law=["agency.unit_types", clause("附件6·四(一)")],
        **options,
    )


def refused_by_the_province(p: Player) -> None:
    """Class D at the province stands in the way, and then no longer."""
    office, code = p.office("comprehensive"), p.units[0]["credit_code"]
    path = f"/units/{code}/provincial-grade"
    body: dict[str, Any] = {"listed": True, "source": "省社会信用信息平台", "on": p.today.isoformat()}
    p.later(0, "14:40")
    p.post(office, "登记：被省社会信用信息平台列为差等", path, body, law=["agency.provincial_grades"])
    bodies = p.peek(p.unit(), "/agency/bodies")
    sent = {"body": bodies[0]["id"], "services": ["consult"], "lead": PERSON, "handler": PERSON}
    law = ["agency.provincial_grades", clause("附件6·一")]
    p.post(
        p.unit(),
        "被省级列为差等时申请代办",
        f"/projects/{p.project}/agency",
        sent,
        refused="agency.not_served",
        law=law,
    )
    p.post(office, "登记：不再列为差等", path, {**body, "listed": False})


def agreed(p: Player, agent: int, *, plainly: bool = False) -> dict[str, Any]:
    """Asked for, answered within the term, signed by both; `plainly` = without what is refused or sent twice."""
    p.later(0, "15:10")
    asked = ask(p, agent, "申请代办服务：全程，四种服务", row="AgencyRequest", key="journey-agency")
    if plainly:
        p.later(1, "09:30")
        made = offer(p, asked["id"], agent)
        return dict(
            p.post(
                p.unit(), "企业签署委托代办协议", f"/agency/{made['id']}/sign", {}, law=["agency.fee"], shows=_agreement
            )
        )
    again = ask(p, agent, "同一申请再点一次", key="journey-agency")
    p.need(again["id"] == asked["id"], "申请两次成了两件")
    p.later(1, "09:30")
    made = offer(p, asked["id"], agent)
    law = [clause("附件6·四(一)"), "agency.fee"]
    p.post(
        p.office("agent"), "代办员替企业签协议", f"/agency/{made['id']}/sign", {}, refused="access.forbidden", law=law
    )
    signed = p.post(p.unit(), "企业签署委托代办协议", f"/agency/{made['id']}/sign", {}, law=law, shows=_agreement)
    return dict(signed)


def offer(p: Player, application: int, agent: int) -> dict[str, Any]:
    body = {"agent": agent, "from_on": p.today.isoformat(), "to_on": (p.today + TERM).isoformat()}
    path = f"/agency/applications/{application}/offer"
    law = ["agency.application_limit", "agency.longest"]
    return dict(
        p.post(p.office("general_convener"), "同意代办，指派代办员并签署", path, body, row="Agreement", law=law)
    )


def _agreement(answer: dict[str, Any]) -> list[str]:
    return [f"{answer['number']}，自 {answer['from_on']}，双方已签署，免费"]


def served(p: Player, made: dict[str, Any], hat: Who) -> None:
    """Plan, log, green channel, a package in the unit's name; and what the agent may not."""
    agent, path = p.office("agent"), f"/agency/{made['id']}"
    law = [clause("附件6·四(二)1"), clause("附件6·四(二)2")]
    p.post(
        agent,
        "按一张图制定申报进度计划",
        f"{path}/plan",
        {"note": "先办环评和用地"},
        row="FilingPlan",
        law=law,
        shows=_plan,
    )
    entry = {"kind": "consult", "on": p.today.isoformat(), "text": "到企业讲解申报路径和承诺制"}
    p.post(agent, "记录一次咨询", f"{path}/log", entry, row="ServiceEntry", law=[clause("附件6·一")])
    ready = [item for item in p.peek(hat, f"/projects/{p.project}/map")["items"] if item["look"] == "ready"][:2]
    green = {"matters": [ready[0]["matter_id"]], "reason": "投资 8600 万元，计划 3 月开工"}
    p.post(agent, "申请绿色通道", f"{path}/green", green, law=[clause("附件6·四(二)4")])
    body = {"parts": [{"item": item["id"], "materials": handed(p, item, hat)} for item in ready]}
    law = [clause("附件6·四(二)5"), "agency.principle"]
    p.post(agent, "没有以企业名义就申报", f"{path}/package", body, refused="access.forbidden", law=law)
    p.post(hat, "套餐申报两个事项，注明代办", f"{path}/package", body, row="Package", law=law)
    promise = next(item for item in p.peek(p.unit(), f"/projects/{p.project}/map")["items"] if item["promisable"])
    law = [clause("附件6·二(四)")]
    sent = {"standard_version": "1"}
    p.post(hat, "代办员代签信用承诺", f"/items/{promise['id']}/commitments", sent, refused="access.forbidden", law=law)
    p.get(
        hat, "代办员看企业的信用记录", f"/credit/units/{p.units[0]['credit_code']}", refused="access.forbidden", law=law
    )
    p.post(
        hat,
        "代办员替企业终止项目",
        f"/projects/{p.project}/terminate",
        {"why": "不建了"},
        refused="access.forbidden",
        law=law,
    )


def handed(p: Player, item: dict[str, Any], who: Who) -> list[dict[str, Any]]:
    return [{"id": row["id"], "file": p.upload(who, f"{row['name']}.pdf")} for row in item["materials"] if row["main"]]


def _plan(answer: dict[str, Any]) -> list[str]:
    return [f"{row['name']}：{row['starts_on']} 至 {row['ends_on']}" for row in answer["rows"][:3]]


def ended(p: Player, made: dict[str, Any], hat: Who) -> None:
    """Reported as done, not yet, then confirmed; given back; reviewed once – and the agent acts no more."""
    agent, unit, path = p.office("agent"), p.unit(), f"/agency/{made['id']}"
    law = ["agency.confirm_limit", clause("附件6·四(三)")]
    p.later(3, "10:00")
    p.post(agent, "报告委托事项完成", f"{path}/finish", {"text": "委托的事项都已申报"}, law=law)
    p.post(unit, "企业认为没有办完", f"{path}/reject", {"why": "还有两项没有交"}, law=law)
    p.later(2, "10:00")
    p.post(agent, "再次报告完成", f"{path}/finish", {"text": "已补交"}, law=law)
    done = p.post(
        unit,
        "企业确认办结",
        f"{path}/confirm",
        {},
        law=law,
        shows=lambda answer: [f"办结通知书 Document #{answer['end_paper']}"],
    )
    p.need(done["state"] == "done", "确认以后没有办结")
    p.get(hat, "办结后代办员再以企业名义看项目", f"/projects/{p.project}", refused="access.forbidden", law=law)
    p.later(1, "10:00")
    law = ["agency.archive_limit"]
    p.post(
        agent, "归档并交还材料", f"{path}/archive", {"returned": [{"name": "授权委托书原件", "note": "1 份"}]}, law=law
    )
    p.post(unit, "企业确认收到材料", f"{path}/receive", {}, law=law)
    law = ["review.window", clause("附件7·第二十条")]
    path = f"/services/{p.get(unit, '看办完的专项服务', f'/projects/{p.project}/services', law=law)[0]['id']}/review"
    p.post(unit, "评价代办服务：非常满意", path, {"level": 5, "text": "上门服务，省心"}, law=law)
    p.post(unit, "再评价一次", path, {"level": 1, "text": "改主意"}, refused="reviews.once", law=law)


def confirmed(p: Player, made: dict[str, Any]) -> None:
    """Reported as done and confirmed, nothing more."""
    path, law = f"/agency/{made['id']}", ["agency.confirm_limit"]
    p.post(p.office("agent"), "报告委托事项完成", f"{path}/finish", {"text": "开工前的事项都已办结"}, law=law)
    p.post(
        p.unit(),
        "企业确认办结",
        f"{path}/confirm",
        {},
        law=law,
        shows=lambda answer: [f"办结通知书 Document #{answer['end_paper']}"],
    )


def fallen(p: Player, agent: int) -> None:
    """A second service; the company falls to class D in the middle, and the agent acts for it no longer."""
    p.later(1, "09:00")
    asked = ask(p, agent, "再次申请代办服务", row="AgencyRequest")
    made = offer(p, asked["id"], agent)
    made = p.post(
        p.unit(), "企业签署第二份协议", f"/agency/{made['id']}/sign", {}, law=[clause("附件6·四(一)")], shows=_agreement
    )
    hat = Who(f"代办员代{p.units[0]['name']}", p.office("agent").key, made["via"])
    p.get(hat, "代办员以企业名义看一张图", f"/projects/{p.project}/map")
    p.later(1, "09:00")
    rows = [{"credit_code": p.units[0]["credit_code"], "score": "50", "on": p.today.isoformat()}]
    sent = {"source": "公共信用综合评价更新", "rows": rows}
    p.post(p.office("administrator"), "企业信用等级降为差", "/credit/scores", sent, law=["credit.rebase"])
    law = [clause("附件6·四(三)"), clause("附件6·一")]
    p.get(hat, "降为差等后代办员再以企业名义办事", f"/projects/{p.project}/map", refused="access.forbidden", law=law)
