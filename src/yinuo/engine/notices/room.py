"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from yinuo.engine.register import MAIL, SITE, SMS, Effect, Register, Text, Words

VERBS = {
    "notices.warn_of_expiring_key": Words("提醒接口密钥将到期"),
}


NOTICES = {
    "yellow": Text("黄灯提醒", "【一诺】“{title}”（{subtitle}）办理时限只剩五分之一，应于 {due} 前办结。", (SITE, SMS)),
    "due_today": Text("今天到期", "【一诺】“{title}”（{subtitle}）今天 {due} 到期，请及时办结。", (SITE, SMS)),
    "red": Text(
        "红灯提醒", "【一诺】“{title}”（{subtitle}）已超过办理时限（{due}），请尽快办结并启动协调。", (SITE, SMS)
    ),
    "urged": Text("催办", "【一诺】“{title}”请加快办理：{note}", (SITE, SMS)),
    "authorised": Text(
        "您被授权为经办人",
        "【一诺】{unit}授权您为经办人，政务大厅核对授权委托书后生效。如有不实，请告知政务大厅。",
        (SITE, SMS),
    ),
    "binding_confirmed": Text(
        "经办人授权已生效", "【一诺】您可以代表{unit}办事了。登录后在右上角切换身份。", (SITE, SMS)
    ),
    "binding_ended": Text("经办人授权已终止", "【一诺】您不再代表{unit}办事，以前办理的仍然有效。", (SITE, SMS)),
    "account_changed": Text(
        "账号资料已被修改",
        "【一诺】系统管理员修改了您的账号资料。如有不符，请登录“我的账号”核对，并联系政务大厅。",
        (SITE, MAIL),
    ),
    "key_expiring": Text(
        "接口密钥即将到期", "【一诺】接口密钥“{name}”（{prefix}…）将于 {until} 到期，请及时更换。", (SITE, MAIL)
    ),
}


EFFECTS = (
    Effect("people.authorise", "effects.authorised"),
    Effect("people.confirm_binding", "effects.binding_confirmed"),
    Effect("people.end_binding", "effects.binding_ended"),
    Effect("work.yellow", "effects.light_turned"),
    Effect("work.red", "effects.light_turned"),
    Effect("people.change_account", "effects.account_changed"),
    Effect("work.due_today", "effects.due_today"),
    Effect("work.remind", "effects.reminded"),
)


ROOM = Register(
    verbs=VERBS,
    notices=NOTICES,
    effects=EFFECTS,
)
