"""The words of every message, by template; `channels` beside the in-site message every reader gets. A secret one is not kept; after `lasts` it is no longer sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from yinuo.engine.notices.models import Channel

SITE, SMS, MAIL = Channel.SITE, Channel.SMS, Channel.MAIL


@dataclass(frozen=True, slots=True)
class Text:
    subject: str
    body: str
    channels: tuple[Channel, ...] = (SITE,)
    secret: bool = False
    lasts: timedelta | None = None


TEXTS = {
    "agency_applied": Text("代办申请待答复", "【一诺】“{project}”申请代办服务，请在 {due} 前答复并指派代办员。", (SITE, SMS)),
    "agency_refused": Text("代办申请没有同意", "【一诺】“{project}”的代办申请：不予提供。{why}", (SITE, SMS)),
    "agency_offered": Text(
        "请签署委托代办协议", "【一诺】{body}已同意为“{project}”提供代办服务，代办员{agent}。请在 {due} 前签署协议，免费。", (SITE, SMS)
    ),
    "agency_lapsed": Text("代办协议逾期未签", "【一诺】“{project}”的委托代办协议没有按期签署，申请已失效。需要的可以重新申请。", (SITE,)),
    "agency_signed": Text("代办协议已签署", "【一诺】{unit}已签署“{project}”的委托代办协议，服务到 {until}。", (SITE, SMS)),
    "agency_assigned": Text("由您接手代办服务", "【一诺】{unit}“{project}”的代办服务改由您办理。", (SITE, SMS)),
    "agency_reassigned": Text("代办员已更换", "【一诺】“{project}”的代办员改为{agent}，电话 {phone}。", (SITE, SMS)),
    "agency_planned": Text("申报进度计划已制定", "【一诺】代办员为“{project}”制定了申报进度计划，共 {count} 项。", (SITE,)),
    "agency_green": Text("绿色通道：请优先办理", "【一诺】“{project}”的“{matter}”申请绿色通道，请优先办理。理由：{why}", (SITE, SMS)),
    "agency_finished": Text(
        "请确认代办办结", "【一诺】“{project}”委托代办的事项已经完成：{text}。请在 {due} 前确认，逾期视为确认。", (SITE, SMS)
    ),
    "agency_unfinished": Text("企业认为代办没有完成", "【一诺】“{project}”的项目单位认为委托事项没有完成：{why}", (SITE, SMS)),
    "agency_done": Text("代办服务已办结", "【一诺】“{project}”的代办服务已办结：{why}。材料将归档并交还项目单位，企业可以评价。", (SITE,)),
    "agency_ended": Text("代办服务已终止", "【一诺】“{project}”的代办服务已终止：{why}。材料将归档并交还项目单位。", (SITE, SMS)),
    "agency_archived": Text("代办材料已交还", "【一诺】“{project}”的代办材料已归档，交还 {count} 件，请确认收到。", (SITE,)),
    "filed": Text("项目备案已办结", "【一诺】“{project}”已备案，项目代码 {code}。可登录下载信用备案证。", (SITE, SMS, MAIL)),
    "held": Text("项目备案转人工办理", "【一诺】“{project}”未能即时备案：{why}。已转人工办理，请留意结果。", (SITE, SMS)),
    "filing_decided": Text("备案申请已有结果", "【一诺】“{project}”的备案申请：{outcome}。{why}", (SITE, SMS)),
    "review_due": Text("新备案项目待复核", "【一诺】“{project}”（{code}）已备案，请在 {due} 前复核。", (SITE, SMS)),
    "confirmed": Text("备案已复核确认", "【一诺】“{project}”已复核确认，正在请各部门前期辅导。", (SITE,)),
    "withdrawn": Text("备案已撤回", "【一诺】“{project}”的备案已撤回。存在的问题：{problem}", (SITE, SMS)),
    "guidance_due": Text("请作前期辅导", "【一诺】“{project}”（{code}）请在 {due} 前反馈审批层级、要件、时限和前置手续。", (SITE, SMS)),
    "completion_guidance_due": Text(
        "请作竣工验收辅导", "【一诺】“{project}”（{code}）申请竣工验收，请在 {due} 前反馈是否需要验收。", (SITE, SMS)
    ),
    "map_ready": Text("“一张图”已生成", "【一诺】“{project}”的“一张图”已生成，共 {count} 项，预计 {landing} 落地。", (SITE, SMS)),
    "received": Text("收到申报材料", "【一诺】“{project}”的“{matter}”已收件，请在 {due} 前受理或一次性告知。", (SITE, SMS)),
    "accepted": Text("事项已受理", "【一诺】“{matter}”已受理，承诺 {due} 前办结。", (SITE,)),
    "sent_back": Text("材料需要补正", "【一诺】“{matter}”的材料需要补正或修改：{why}。请按一次性告知书办理。", (SITE, SMS)),
    "paused": Text("事项暂停计时", "【一诺】“{matter}”因{why}暂停计时。", (SITE,)),
    "resumed": Text("事项恢复计时", "【一诺】“{matter}”已恢复计时，应于 {due} 前办结。", (SITE,)),
    "concluded": Text("事项已办结", "【一诺】“{matter}”已办结，文号 {number}。", (SITE, SMS)),
    "not_accepted": Text(
        "事项不予受理", "【一诺】“{matter}”不予受理：{why}。可以向有权机关申请，或者依法申请行政复议、提起行政诉讼。", (SITE, SMS)
    ),
    "refused": Text("事项不予许可", "【一诺】“{matter}”不予许可：{why}。可依法申请行政复议或提起行政诉讼。", (SITE, SMS)),
    "mock_registered": Text("模拟审批已登记", "【一诺】“{project}”的模拟审批申请已在综合窗口登记，请签署申请表和承诺书。", (SITE, SMS)),
    "mock_opinion_due": Text("请提出模拟审批意见", "【一诺】“{project}”申请模拟审批，请在 {due} 前提出意见。", (SITE, SMS)),
    "mock_agreed": Text("模拟审批审核通过", "【一诺】“{project}”的模拟审批申请已审核通过，请分发各审批部门。", (SITE, SMS)),
    "mock_refused_entry": Text("不予列入模拟审批", "【一诺】“{project}”不予列入模拟审批：{why}", (SITE, SMS)),
    "mock_distributed": Text("列入模拟审批", "【一诺】“{project}”已列入模拟审批（{number}），请按模拟审批要求办理。", (SITE, SMS)),
    "mock_granted": Text("事项模拟通过", "【一诺】“{matter}”模拟审批通过，不具有法律效力，正式审批以前不得开工。{why}", (SITE,)),
    "mock_refused": Text("事项模拟审批未通过", "【一诺】“{matter}”模拟审批未通过：{why}。可以在窗口修改后再报。", (SITE, SMS)),
    "mock_converting": Text("模拟审批进入文件转换", "【一诺】“{project}”已取得土地手续，各部门请在 {due} 前作出正式批复。", (SITE, SMS)),
    "mock_again": Text("模拟审批须重新报批", "【一诺】“{project}”的模拟审批须重新报批：{why}", (SITE, SMS)),
    "mock_lapsed": Text("模拟审批文件失效", "【一诺】“{project}”的“{matter}”模拟审批文件有效期届满，已失效，请重新申报。", (SITE, SMS)),
    "mock_ended": Text("模拟审批已撤回", "【一诺】“{project}”的模拟审批已撤回：{why}", (SITE,)),
    "regional_used": Text("区域评估结果的使用", "【一诺】“{project}”{what}{zone}“{matter}”的区域评估结果。", (SITE,)),
    "gap_deemed": Text(
        "容缺申请视为受理",
        "【一诺】“{matter}”的容缺受理申请部门逾期没有答复，自收到申请之日起视为受理，所缺材料等部门一次性告知。",
        (SITE, SMS),
    ),
    "benefits_held": Text("不来即享", "【一诺】“{project}”不用申请就能享受 {count} 项政策：{names}。"),
    "commitment_review_due": Text("承诺该复核了", "【一诺】“{project}”的“{matter}”承诺正在履行，请在 {due} 前复核。", (SITE, SMS)),
    "commitment_reviewed": Text("承诺已复核", "【一诺】“{project}”的“{matter}”承诺经部门复核：{outcome}。{said}下次复核{next}前后。"),
    "complaint": Text("收到投诉", "【一诺】“{matter}”收到投诉：{text}。请在 {due} 前核实并答复。", (SITE, SMS)),
    "complaint_received": Text("投诉已收到", "【一诺】您对“{matter}”的投诉已由大厅总召集人办理，{due} 前答复。", (SITE, SMS)),
    "remedy_entered": Text("决定被提请复议、诉讼或者投诉", "【一诺】“{matter}”的决定已登记{kind}：{why}", (SITE,)),
    "remedy_concluded": Text("复议、诉讼或者投诉已有结果", "【一诺】“{matter}”的{kind}已有结果：{why}", (SITE,)),
    "reform_drafted": Text("改革通报请写文字", "【一诺】“{title}”的数字已经生成，请写明情况和整改要求后报审。", (SITE, SMS)),
    "reform_self_report_due": Text("请交年度自评", "【一诺】“{title}”已经生成，请写本部门的年度自评。", (SITE, SMS)),
    "reform_submitted": Text("改革通报待审签", "【一诺】“{title}”请在 {due} 前审签。", (SITE, SMS)),
    "reform_returned": Text("改革通报退回修改", "【一诺】“{title}”退回修改：{why}"),
    "yellow": Text("黄灯提醒", "【一诺】“{title}”（{subtitle}）办理时限只剩五分之一，应于 {due} 前办结。", (SITE, SMS)),
    "due_today": Text("今天到期", "【一诺】“{title}”（{subtitle}）今天 {due} 到期，请及时办结。", (SITE, SMS)),
    "red": Text("红灯提醒", "【一诺】“{title}”（{subtitle}）已超过办理时限（{due}），请尽快办结并启动协调。", (SITE, SMS)),
    "chain_searched": Text(
        "信息链记录被查询",
        "【一诺】{organisation}按授权查询了“{name}”在信息链上的记录，可以在“数据授权与查询”里查看和撤回授权。",
        (SITE, SMS),
    ),
    "review_invited": Text("请您评价", "【一诺】“{matter}”已办结，请评价这次服务：{link}", (SITE, SMS)),
    "bad_review": Text("收到差评", "【一诺】“{matter}”收到差评，请在 {due} 前办理。", (SITE, SMS)),
    "review_answered": Text("您的评价已有答复", "【一诺】您对“{matter}”的评价已核实：{answer}", (SITE, SMS)),
    "inspection_drawn": Text(
        "双随机抽中检查", "【一诺】您被抽中检查“{project}”（{subject}），请在 {until} 前完成。有应当回避情形的请先申报。", (SITE, SMS)
    ),
    "inspection_rectify": Text("检查责令改正", "【一诺】“{project}”双随机检查发现问题，请在 {until} 前改正并报告。", (SITE, SMS)),
    "inspection_rectified": Text("检查问题已报告改正", "【一诺】“{project}”已报告改正情况，请在 {due} 前复查。", (SITE, SMS)),
    "inspection_published": Text("检查结果已公示", "【一诺】“{project}”双随机检查的结果已公示：{outcome}。", (SITE,)),
    "urged": Text("催办", "【一诺】“{title}”请加快办理：{note}", (SITE, SMS)),
    "commitment_published": Text("承诺已公示", "【一诺】“{matter}”的信用承诺已公示，{until} 公示期满。", (SITE,)),
    "commitment_on_paper": Text(
        "窗口收下了贵单位的纸质承诺书",
        "【一诺】盖有贵单位公章的“{matter}”信用承诺书已由{hall}综合窗口收下，公示到 {until}。"
        "如非贵单位签署，请立即登录转为常规办理，并联系综合窗口{phone}。",
        (SITE, SMS),
    ),
    "objection": Text("公示收到异议", "【一诺】“{matter}”的信用承诺收到异议（{receipt}），请在 {due} 前答复。", (SITE, SMS)),
    "objection_raised": Text("承诺公示收到异议", "【一诺】“{matter}”的承诺公示收到异议，答复之前不能直接决定。", (SITE,)),
    "objection_answered": Text("公示异议已答复", "【一诺】“{matter}”公示异议{outcome}：{answer}", (SITE,)),
    "decidable": Text("公示期满可决定", "【一诺】“{matter}”承诺公示期满无未结异议，可以直接作出决定。", (SITE, SMS)),
    "difficulty": Text("企业报告履约困难", "【一诺】“{matter}”的承诺履行遇到困难：{why}。请指导帮助。", (SITE, SMS)),
    "difficulty_handled": Text("履约困难已有答复", "【一诺】“{matter}”履约困难的处理：{outcome}。{answer}", (SITE,)),
    "completion_applied": Text("竣工验收申请", "【一诺】“{project}”已申请竣工验收。", (SITE,)),
    "verify_due": Text("请集中验收", "【一诺】“{project}”请在 {due} 前对照承诺和标准逐项验收，共 {count} 项。", (SITE, SMS)),
    "completion_result": Text("竣工验收结果", "【一诺】“{project}”竣工验收：{outcome}。{why}", (SITE, SMS)),
    "ruling_due": Text("处理决定待审签", "【一诺】“{project}”违诺处理决定（{measures}）待您审签。", (SITE, SMS)),
    "ruling_refused": Text("处理决定未获同意", "【一诺】“{project}”违诺处理决定（{measures}）未获同意：{why}", (SITE,)),
    "ruling_made": Text(
        "违诺处理决定", "【一诺】“{project}”收到处理决定 {number}：{measures}。决定书、理由和救济途径请登录查看。", (SITE, SMS)
    ),
    "lift_asked": Text("请核查整改", "【一诺】“{project}”申请解除停止建设，请在 {due} 前核查答复。", (SITE, SMS)),
    "lift_refused": Text("停止建设没有解除", "【一诺】“{project}”的停止建设没有解除：{why}", (SITE, SMS)),
    "audit_due": Text("审计报告待核对", "【一诺】“{project}”提交了审计报告，请在 {due} 前核对。", (SITE,)),
    "audit_checked": Text("审计报告核对结果", "【一诺】“{project}”的审计报告{outcome}。{why}", (SITE, SMS)),
    "audit_missing": Text(
        "请提交审计报告", "【一诺】“{project}”竣工验收通过，承诺全部履行，加分还缺审计报告。请在项目的“审计报告”里提交。", (SITE, SMS)
    ),
    "rectify": Text("请整改", "【一诺】“{project}”的承诺验收有 {count} 项未达到，请在 {due} 前整改后再次申请验收。", (SITE, SMS)),
    "consent_due": Text("加减分待审签", "【一诺】{unit}信用加减分建议（{points} 分）待您审签：{why}", (SITE, SMS)),
    "execution_due": Text("加减分待执行", "【一诺】{unit}信用加减分（{points} 分）已审签，待执行。", (SITE,)),
    "proposal_ended": Text("加减分建议已终止", "【一诺】{unit}信用加减分建议（{points} 分）{outcome}：{why}", (SITE,)),
    "points": Text("信用分变动", "【一诺】贵单位信用分变动 {points} 分，现为 {score} 分（{grade}）。依据：{why}", (SITE, SMS)),
    "score_refused": Text("信用分与签名的记录不符", "【一诺】{unit}的信用分与签名的记录不符，办理已被拒绝，请核对：{why}", (SITE, SMS)),
    "relief_due": Text("信用修复或异议待办理", "【一诺】{unit}申请{kind}，请在 {due} 前办理。", (SITE,)),
    "relief_decided": Text("信用修复或异议结果", "【一诺】贵单位的{kind}申请：{outcome}。{why}", (SITE, SMS)),
    "question": Text("项目单位提问", "【一诺】“{project}”提问：{text}", (SITE,)),
    "rules_moved": Text(
        "项目适用的规则日期已改变", "【一诺】“{project}”自即日起适用 {to} 的规则，“一张图”有 {count} 处变化。理由：{why}", (SITE, SMS)
    ),
    "coordination_asked": Text(
        "请决定是否启动“1+X”协调", "【一诺】{department}就“{project}”提请协调：{why}。请决定是否启动。", (SITE, SMS)
    ),
    "coordination_started": Text("“1+X”协调已启动", "【一诺】“{project}”已由{lead}牵头协调，受影响事项暂停计时：{why}", (SITE, SMS)),
    "coordination_declined": Text("“1+X”协调没有启动", "【一诺】“{project}”的协调没有启动：{why}。计时照常。", (SITE,)),
    "coordination_meeting": Text("协调会议", "【一诺】“{project}”协调会：{when}，{place}。", (SITE, SMS)),
    "coordination_concluded": Text("“1+X”协调已结束", "【一诺】“{project}”协调形成意见：{why}。受影响事项恢复计时。", (SITE, SMS)),
    "gap_asked": Text("容缺受理申请待审核", "【一诺】“{matter}”申请容缺受理，请在 {due} 前提出审核意见。", (SITE, SMS)),
    "gap_declined": Text("不予容缺受理", "【一诺】“{matter}”不予容缺受理：{why}。可以补齐材料后按常规申报。", (SITE, SMS)),
    "gap_noticed": Text("请签署容缺受理承诺", "【一诺】“{matter}”同意容缺受理，请到综合窗口签署承诺，{until}前补齐：{what}。", (SITE, SMS)),
    "gap_open": Text("已容缺受理", "【一诺】“{matter}”已容缺受理，请在 {until} 前补齐：{what}。逾期视为放弃申请。", (SITE, SMS)),
    "gap_soon": Text("容缺材料快到期", "【一诺】“{title}”应在 {due} 前补齐，逾期视为放弃申请，作退件处理。", (SITE, SMS)),
    "gap_today": Text("容缺材料今天到期", "【一诺】“{title}”今天到期（{due}），逾期视为放弃申请，作退件处理。", (SITE, SMS)),
    "gap_filled": Text("容缺材料已补齐", "【一诺】“{matter}”的容缺材料已补齐，请继续办理。", (SITE, SMS)),
    "gap_given_up": Text(
        "逾期未补齐，已退件", "【一诺】“{matter}”的容缺材料没有在 {until} 前补齐，视为放弃申请，作退件处理。可以重新申报。", (SITE, SMS)
    ),
    "authorised": Text(
        "您被授权为经办人", "【一诺】{unit}授权您为经办人，政务大厅核对授权委托书后生效。如有不实，请告知政务大厅。", (SITE, SMS)
    ),
    "binding_confirmed": Text("经办人授权已生效", "【一诺】您可以代表{unit}办事了。登录后在右上角切换身份。", (SITE, SMS)),
    "binding_ended": Text("经办人授权已终止", "【一诺】您不再代表{unit}办事，以前办理的仍然有效。", (SITE, SMS)),
    "code": Text(
        "短信验证码", "【一诺】验证码 {code}，{minutes} 分钟内有效，用于{purpose}。{care}", (SMS,), secret=True, lasts=timedelta(minutes=10)
    ),
    "password_link": Text(
        "设置登录密码", "【一诺】{name}，请打开链接设置登录密码，以后用手机号登录：{link} 三天内有效，只能用一次。", (SMS,), secret=True
    ),
    "invited": Text(
        "请接受邀请", "【一诺】{inviter}请您担任{unit}的经办人。请在 {until} 前打开：{link} 如不认识对方，不要打开。", (SMS,), secret=True
    ),
    "invitation_accepted": Text("邀请已被接受", "【一诺】{name}接受了经办人邀请，政务大厅核对委托书后生效。", (SITE,)),
    "account_changed": Text(
        "账号资料已被修改", "【一诺】系统管理员修改了您的账号资料。如有不符，请登录“我的账号”核对，并联系政务大厅。", (SITE, MAIL)
    ),
    "account_opened": Text("账号已开通", "【一诺】您的账号已开通，登录名是手机号 {phone}。", (SITE,)),
    "password_reset": Text(
        "登录密码已重新设置", "【一诺】您的登录密码于 {when} 重新设置。如非本人操作，请立即联系政务大厅{hall}。", (SITE, SMS, MAIL)
    ),
    "phone_changed": Text(
        "登录手机号已更换", "【一诺】您账号的手机号于 {when} 改为 {phone}。如非本人操作，请立即联系政务大厅{hall}。", (SITE, MAIL)
    ),
    "old_phone_changed": Text("登录手机号已更换", "【一诺】您账号的手机号已改为 {phone}。如非本人操作，请立即联系政务大厅{hall}。", (SMS,)),
    "person_bound": Text(
        "贵单位有了新的经办人",
        "【一诺】{name}凭授权委托书在综合窗口成为{unit}的经办人。如不知情，请登录“经办人”查看，并联系政务大厅。",
        (SITE, SMS),
    ),
    "person_bound_elsewhere": Text(
        "贵单位有了新的经办人",
        "【一诺】{name}以{issuer}的法人登录成为{unit}的经办人。如不知情，请登录“经办人”终止，并联系政务大厅。",
        (SITE, SMS),
    ),
    "admission_asked": Text("单位入驻申请待核对", "【一诺】{unit}申请入驻，经办人 {name}，请在 {due} 前核对执照和委托书。", (SITE, SMS)),
    "admission_known": Text(
        "有人申请代表贵单位办事",
        "【一诺】{name}（手机 {phone}）申请成为贵单位的经办人，政务大厅正在核对。如不知情，请立即联系政务大厅{hall}。",
        (SITE, SMS),
    ),
    "admission_granted": Text("入驻申请已通过", "【一诺】您可以代表{unit}办事了，登录后就能备案项目。", (SITE, SMS)),
    "admission_declined": Text("入驻申请没有通过", "【一诺】{unit}的入驻申请没有通过：{why}。可以改正以后重新申请。", (SITE, SMS)),
    "key_expiring": Text("接口密钥即将到期", "【一诺】接口密钥“{name}”（{prefix}…）将于 {until} 到期，请及时更换。", (SITE, MAIL)),
    "regional_shared": Text(
        "共享区域评估结果",
        "【一诺】“{project}”落户{zone}，共享区域评估结果：{matters}不再单独评估评审，结果要求项目做到的请照办。",
        (SITE, SMS),
    ),
    "regional_unshared": Text("事项不再共享区域评估", "【一诺】“{matter}”须单独办理。{why}", (SITE, SMS)),
    "regional_opinion_due": Text("请对区域评估提出意见", "【一诺】{zone}拟开展“{matter}”区域评估，请在 {due} 前提出意见。", (SITE, SMS)),
    "regional_approval_due": Text("区域评估报告待审查", "【一诺】{zone}报送“{matter}”区域评估报告，请在 {due} 前审查。", (SITE, SMS)),
    "regional_decided": Text("区域评估报告审查结果", "【一诺】{zone}“{matter}”区域评估报告：{outcome}。{why}", (SITE, SMS)),
    "regional_ended": Text("区域评估结果停止使用", "【一诺】{zone}“{matter}”区域评估结果{outcome}。已共享的项目不受影响。{why}", (SITE,)),
    "regional_new": Text(
        "所在园区公布了新的区域评估结果", "【一诺】{zone}公布了“{matter}”区域评估结果，“{project}”可以共享，请到事项页面选择。", (SITE,)
    ),
    "window_opened": Text(
        "有人在窗口为贵单位办事",
        "【一诺】{visitor}（{authority}）正在{hall}综合窗口为贵单位办事：{purpose}。如非贵单位委托，请立即联系综合窗口{phone}。",
        (SITE, SMS),
    ),
    "window_closed": Text(
        "窗口办理结果", "【一诺】{visitor}今天在综合窗口为贵单位办理：{what}。来访回执 {receipt}，登录即可查看。", (SITE, SMS)
    ),
    "answer": Text("提问已答复", "【一诺】您的提问已答复：{text}", (SITE,)),
    "land_input_due": Text("请提出用地清单要素", "【一诺】地块 {number}（{name}）请在 {due} 前提出{part}。", (SITE, SMS)),
    "land_input_lapsed": Text("用地清单要素逾期未提出", "【一诺】{office}没有在期限内提出地块 {number} 的{part}，清单不再等待。", (SITE,)),
    "land_assembly_due": Text("请汇总用地清单", "【一诺】地块 {number}（{name}）的要素已齐备，请在 {due} 前汇总形成清单。", (SITE, SMS)),
    "land_sold": Text(
        "土地出让合同已登记", "【一诺】地块 {number}（{name}）的出让合同 {contract} 已登记，可以在项目中确认用地。", (SITE, SMS)
    ),
    "land_list_issued": Text("用地清单已发放", "【一诺】地块 {number}（{name}）的用地清单已发放，可据此开展工程方案设计。", (SITE, SMS)),
    "land_list_corrected": Text(
        "用地清单有更正", "【一诺】地块 {number}（{name}）的用地清单有新的版本：{why}。请以最新版本为准。", (SITE, SMS)
    ),
    "warning_found": Text("异常预警待处置", "【一诺】“{project}”预警：{kind}。{why}。请在 {due} 前处置。", (SITE, SMS)),
    "warning_found_unit": Text(
        "项目出现异常预警", "【一诺】“{project}”预警：{kind}。{why}。请登录说明情况；属实的请尽快改正。", (SITE, SMS)
    ),
    "warning_explained": Text(
        "项目单位已说明情况", "【一诺】“{project}”的预警（{kind}），项目单位已说明情况，请在 {due} 前处置。", (SITE,)
    ),
    "warning_ordered": Text("请限期改正", "【一诺】“{project}”预警（{kind}），请在 {until} 前改正并报告：{why}", (SITE, SMS)),
    "warning_rectified": Text(
        "已报改正，请核查", "【一诺】“{project}”的预警（{kind}），项目单位已报告改正情况，请在 {due} 前核查。", (SITE, SMS)
    ),
    "warning_overdue": Text("逾期未改正", "【一诺】“{project}”的预警（{kind}）逾期没有改正，请在 {due} 前依法处置。", (SITE, SMS)),
    "warning_closed": Text("预警已办结", "【一诺】“{project}”的预警（{kind}）已办结：{outcome}。{why}", (SITE, SMS)),
    "warning_unfounded": Text("预警认定不成立", "【一诺】“{project}”的预警（{kind}）认定不成立：{why}", (SITE,)),
    "dispatched": Text("督查调度待办", "【一诺】“{project}”督查调度：{text}。请在 {due} 前办结。", (SITE, SMS)),
    "start_reminder": Text(
        "提醒开工", "【一诺】“{project}”核准或者备案已满 {months} 个月还没有报送开工；满 {limit} 个月仍未开工的将预警。", (SITE, SMS)
    ),
    "decided_at_once": Text(
        "“标准地”项目已按承诺决定", "【一诺】“{project}”的“{matter}”公示期满，已以贵部门名义作出决定，文号 {number}，请送达。", (SITE, SMS)
    ),
}
