"""A project's trail in plain words: what happened, to which matter, and which office did it. What is only the hall's business stays out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from yinuo.engine.base import ROLES, STOOD_IN
from yinuo.engine.trail.models import Entry
from yinuo.rooms.projects.models import Project
from yinuo.ui.components.shapes import Event, State

# Verb → (words, mark). `{matter}` is the matter's name.
WORDS: dict[str, tuple[str, State]] = {
    "projects.file": ("申报项目", "done"),
    "projects.assign_code": ("赋予项目代码", "done"),
    "projects.issue_certificate": ("颁发信用备案证", "done"),
    "projects.decide_by_hand": ("人工办理备案", "done"),
    "projects.withdraw_filing": ("撤回备案", "ended"),
    "projects.terminate": ("项目终止", "ended"),
    "projects.amend": ("变更项目信息", "done"),
    "projects.recode": ("重新备案，取得新代码", "done"),
    "projects.complete": ("项目竣工办结", "done"),
    "projects.report_start": ("报送开工", "done"),
    "projects.report_progress": ("报送建设进度", "done"),
    "projects.report_investment": ("报送完成投资", "done"),
    "projects.report_completion": ("报送竣工", "done"),
    "projects.report_participant": ("报备参建单位", "done"),
    "projects.end_participant": ("参建单位不再参建", "done"),
    "projects.ask_question": ("提出问题", "notice"),
    "projects.answer_question": ("答复问题", "done"),
    "oversight.warn": ("异常预警", "red"),
    "oversight.explain_warning": ("说明预警情况", "notice"),
    "oversight.order_rectification": ("责令限期改正", "yellow"),
    "oversight.report_rectified": ("报告改正情况", "notice"),
    "oversight.close_warning": ("预警办结", "done"),
    "onemap.confirm_review": ("复核确认，转各部门前期辅导", "done"),
    "onemap.answer_guidance": ("部门反馈辅导意见", "done"),
    "onemap.draw": ("“一张图”生成", "done"),
    "onemap.submit_materials": ("申报：{matter}", "done"),
    "onemap.apply_anew": ("重新申报：{matter}", "ready"),
    "onemap.ask_document": ("申请补办审批文件：{matter}", "done"),
    "onemap.give_document": ("出具补办的审批文件：{matter}", "done"),
    "onemap.decline_document": ("不予出具补办的审批文件：{matter}", "ended"),
    "onemap.close_unused": ("竣工时没有申报，关闭：{matter}", "ended"),
    "onemap.withdraw_application": ("撤回申报：{matter}", "ended"),
    "onemap.accept": ("受理：{matter}", "done"),
    "onemap.send_back": ("一次性告知补正：{matter}", "yellow"),
    "onemap.pause": ("暂停计时：{matter}", "paused"),
    "onemap.resume": ("恢复计时：{matter}", "green"),
    "onemap.extend": ("延长期限：{matter}", "paused"),
    "mock.register": ("窗口登记模拟审批申请", "done"),
    "mock.distribute": ("列入模拟审批，分发各部门", "done"),
    "mock.register_land": ("登记土地手续，进入文件转换", "done"),
    "mock.end": ("模拟审批结束", "notice"),
    "onemap.grant_mock": ("模拟通过：{matter}", "notice"),
    "onemap.refuse_mock": ("模拟审批未通过：{matter}", "yellow"),
    "onemap.end_mock": ("模拟审批失效：{matter}", "ended"),
    "onemap.grant": ("办结：{matter}", "done"),
    "onemap.refuse": ("不予许可：{matter}", "ended"),
    "onemap.refuse_acceptance": ("不予受理：{matter}", "ended"),
    "window.hand_out": ("在综合窗口领取文书", "done"),
    "onemap.deliver": ("送达：{matter}", "done"),
    "onemap.take_in_result": ("外部系统办理结果：{matter}", "done"),
    "onemap.report_problem": ("发现问题：{matter}", "red"),
    "onemap.handle_problem": ("处理问题：{matter}", "done"),
    "onemap.land": ("开工前事项全部办结，项目落地", "done"),
    "onemap.completion_ready": ("竣工辅导完成", "done"),
    "commitments.commit": ("签署承诺并公示：{matter}", "notice"),
    "commitments.commit_on_paper": ("纸质承诺书收件并公示：{matter}", "notice"),
    "commitments.object": ("公示收到异议", "yellow"),
    "commitments.answer_objection": ("答复公示异议", "done"),
    "commitments.close_notice": ("公示期满：{matter}", "done"),
    "commitments.decide": ("按承诺直接决定：{matter}", "done"),
    "commitments.to_regular": ("转为常规办理：{matter}", "ended"),
    "commitments.report_fulfilment": ("报告履约情况", "done"),
    "commitments.report_difficulty": ("报告履约困难", "yellow"),
    "commitments.handle_difficulty": ("处理履约困难", "done"),
    "commitments.review": ("部门复核承诺", "done"),
    "commitments.consent_ruling": ("作出违诺处理决定", "red"),
    "commitments.deliver_ruling": ("违诺处理决定送达", "done"),
    "commitments.ask_lift": ("申请解除停止建设", "notice"),
    "commitments.refuse_lift": ("停止建设没有解除", "yellow"),
    "commitments.hand_in_audit": ("提交审计报告", "done"),
    "commitments.check_audit": ("核对审计报告", "done"),
    "projects.stop_building": ("责令停止建设", "red"),
    "projects.lift_stop": ("解除停止建设", "done"),
    "onemap.revoke": ("撤销按承诺作出的决定：{matter}", "ended"),
    "commitments.apply_completion": ("申请竣工验收", "done"),
    "commitments.apply_again": ("整改后再次申请竣工验收", "done"),
    "commitments.rectify": ("竣工验收提出整改", "yellow"),
    "commitments.pass_completion": ("竣工验收通过", "done"),
    "commitments.fail_completion": ("竣工验收未通过", "ended"),
    "credit.execute": ("信用分变动", "done"),
}


def story(entries: Iterable[Entry], names: Mapping[Any, str], offices: Mapping[int, str]) -> list[Event]:
    """The entries newest first. `names`: matter id and item id → name; `offices`: department id → short name."""
    told = []
    for entry in entries:
        if entry.verb not in WORDS:
            continue
        words, state = WORDS[entry.verb]
        title = words.format(matter=_matter(entry, names)).rstrip("：")
        told.append(Event(entry.at, title, entry.why, _who(entry, offices), state=state))
    told.reverse()
    return _together(told)


def _together(events: list[Event]) -> list[Event]:
    """The departments' answers to one guidance, told as one."""
    made: list[Event] = []
    answer = WORDS["onemap.answer_guidance"][0]
    offices: list[str] = []
    for event in events:
        if event.title == answer and made and made[-1].title.endswith(answer):
            offices.append(event.who)
            made[-1] = replace(made[-1], title=f"{len(offices)} 个{answer}", who="、".join(offices))
        else:
            offices = [event.who]
            made.append(event)
    return made


def filed_by(project: Project) -> str:
    """Who filed a project; an official who did it for the unit is told as one."""
    how = STOOD_IN.get({"window.visit": "window"}.get(project.filed_via.split(":")[0], "agent"), "")
    return f"{project.filed_by.name}（{how}）" if project.filed_via else project.filed_by.name


def _matter(entry: Entry, names: Mapping[Any, str]) -> str:
    if entry.subject_kind == "onemap.mapitem" and entry.subject_id.isdecimal():
        return names.get(int(entry.subject_id), "")
    for key in ("matter", "item"):
        if entry.data.get(key) in names:
            return names[entry.data[key]]
    return ""


def _who(entry: Entry, offices: Mapping[int, str]) -> str:
    if entry.via and entry.role == "unit":
        return STOOD_IN.get(entry.entrance, "")
    if entry.department_id in offices:
        return offices[entry.department_id]
    return "系统" if entry.role == "system" else ROLES.get(entry.role, "")
