"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from django.db.models import TextChoices

from yinuo.engine.register import MAIL, SITE, SMS, Effect, Leaf, Register, Text, Words
from yinuo.rooms.projects import shapes


class ProjectsWork(TextChoices):
    REVIEW = "review", "备案复核"
    MANUAL_FILING = "manual_filing", "备案人工办理"
    CHANGE = "change_review", "变更审核"
    QUESTION = "question", "答复提问"


class ProjectsPaper(TextChoices):
    CERTIFICATE = "filing_certificate", "信用备案证"
    POSTER = "site_poster", "施工现场公示牌"
    WITHDRAWAL = "withdrawal_notice", "撤回备案决定书"


VERBS = {
    "projects.amend": Words("变更备案信息", story="变更项目信息", at_window="变更项目信息"),
    "projects.answer_question": Words("答复提问", story="答复问题"),
    "projects.ask_change": Words("申请变更备案信息", story="申请变更项目信息", at_window="变更项目信息"),
    "projects.ask_question": Words("提问", story="提出问题", mark="notice", at_window="提出问题"),
    "projects.assign_code": Words("赋码", story="赋予项目代码"),
    "projects.complete": Words("项目竣工", story="项目竣工办结"),
    "projects.confirm_facts": Words("人工确认项目信息"),
    "projects.decide_by_hand": Words("人工办理备案", story="人工办理备案"),
    "projects.decide_change": Words("审核变更", story="审核变更项目信息"),
    "projects.end_participant": Words("参建单位不再参建", story="参建单位不再参建"),
    "projects.file": Words("提交备案", story="申报项目", at_window="申报项目备案"),
    "projects.issue_certificate": Words("核发信用备案证", story="颁发信用备案证"),
    "projects.lift_stop": Words("解除停止建设", story="解除停止建设"),
    "projects.pass_question": Words("转办提问"),
    "projects.publish_answer": Words("公开提问和答复"),
    "projects.recode": Words("重大变化重新备案", story="重新备案，取得新代码", at_window="重新备案"),
    "projects.report_completion": Words("报送竣工", story="报送竣工", at_window="报送竣工"),
    "projects.report_investment": Words("报送完成投资", story="报送完成投资", at_window="报送完成投资"),
    "projects.report_participant": Words("报备参建单位", story="报备参建单位", at_window="报备参建单位"),
    "projects.report_progress": Words("报送建设进度", story="报送建设进度", at_window="报送建设进度"),
    "projects.report_start": Words("报送开工", story="报送开工", at_window="报送开工"),
    "projects.stop_building": Words("责令停止建设", story="责令停止建设", mark="red"),
    "projects.terminate": Words("终止项目", story="项目终止", mark="ended", at_window="申请终止项目"),
    "projects.withdraw_answer": Words("撤回公开的答复"),
    "projects.withdraw_change": Words("撤回变更", story="撤回变更申请", at_window="撤回变更申请"),
    "projects.withdraw_filing": Words("撤回备案", story="撤回备案", mark="ended"),
}


NOTICES = {
    "filed": Text(
        "项目备案已办结", "【一诺】“{project}”已备案，项目代码 {code}。可登录下载信用备案证。", (SITE, SMS, MAIL)
    ),
    "held": Text(
        "项目备案转人工办理", "【一诺】“{project}”未能即时备案：{why}。已转人工办理，请留意结果。", (SITE, SMS)
    ),
    "filing_decided": Text("备案申请已有结果", "【一诺】“{project}”的备案申请：{outcome}。{why}", (SITE, SMS)),
    "change_held": Text(
        "变更转备案机关审核",
        "【一诺】“{project}”的变更须经备案机关审核：{why}。审核以前，原备案信息不变。",
        (SITE, SMS),
    ),
    "change_decided": Text("变更审核已有结果", "【一诺】“{project}”的变更：{outcome}。{why}", (SITE, SMS)),
    "change_notified": Text(
        "项目单位变更了备案信息", "【一诺】“{project}”变更了{what}，已经生效。原因：{why}", (SITE,)
    ),
    "review_due": Text("新备案项目待复核", "【一诺】“{project}”（{code}）已备案，请在 {due} 前复核。", (SITE, SMS)),
    "withdrawn": Text("备案已撤回", "【一诺】“{project}”的备案已撤回。存在的问题：{problem}", (SITE, SMS)),
    "benefits_held": Text("不来即享", "【一诺】“{project}”不用申请就能享受 {count} 项政策：{names}。"),
    "question": Text("项目单位提问", "【一诺】“{project}”提问：{text}", (SITE,)),
    "answer": Text("提问已答复", "【一诺】您的提问已答复：{text}", (SITE,)),
}


EFFECTS = (
    Effect("credit.grade_changed", "tasks.grade_changed", after=True),
    Effect("projects.amend", "tasks.project_changed", after=True),
    Effect("projects.withdraw_filing", "tasks.project_changed", after=True),
    Effect("projects.terminate", "tasks.project_changed", after=True),
    Effect("onemap.confirm_review", "effects.tell_of_benefits"),
)


LEAVES = (
    Leaf("project.basic", frozenset(["name"]), (), "leaves.basics_now", "leaves.basics_standing"),
    Leaf(
        "approval.document",
        frozenset(["code", "number"]),
        (),
        "leaves.certificates_now",
        "leaves.certificates_standing",
    ),
)


ROOM = Register(
    approval=frozenset({ProjectsWork.REVIEW, ProjectsWork.MANUAL_FILING, ProjectsWork.CHANGE}),
    delegable=frozenset({ProjectsWork.REVIEW}),
    handles=True,
    work=ProjectsWork,
    papers=ProjectsPaper,
    shapes={
        "filing_certificate": {1: shapes.FilingCertificateData, 2: shapes.FilingCertificateData2},
        "site_poster": {1: shapes.SitePosterData},
        "withdrawal_notice": {1: shapes.WithdrawalNoticeData},
    },
    superseded=frozenset({ProjectsPaper.CERTIFICATE}),
    verbs=VERBS,
    notices=NOTICES,
    effects=EFFECTS,
    leaves=LEAVES,
    caches="caches.CACHES",
)
