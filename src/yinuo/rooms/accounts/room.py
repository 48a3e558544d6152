"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import TextChoices

from yinuo.engine.register import MAIL, SITE, SMS, Register, Text, Words


class AccountsWork(TextChoices):
    ADMISSION = "admission", "入驻核对"


VERBS = {
    "accounts.accept": Words("接受经办人邀请"),
    "accounts.admit": Words("通过入驻申请"),
    "accounts.ask_admission": Words("申请入驻"),
    "accounts.change_mail": Words("更换邮箱"),
    "accounts.change_phone": Words("更换手机号"),
    "accounts.decline": Words("入驻申请不通过"),
    "accounts.invite": Words("邀请经办人"),
    "accounts.join": Words("注册账号"),
    "accounts.open_for_visitor": Words("窗口开通账号"),
    "accounts.recover_for_visitor": Words("窗口找回账号"),
    "accounts.reset_password": Words("用短信找回密码"),
    "accounts.sign_out_elsewhere": Words("退出其他地方的登录"),
    "accounts.take_back": Words("撤回经办人邀请"),
    "accounts.withdraw_admission": Words("撤回入驻申请"),
}


NOTICES = {
    "code": Text(
        "短信验证码",
        "【一诺】验证码 {code}，{minutes} 分钟内有效，用于{purpose}。{care}",
        (SMS,),
        secret=True,
        lasts=timedelta(minutes=10),
    ),
    "password_link": Text(
        "设置登录密码",
        "【一诺】{name}，请打开链接设置登录密码，以后用手机号登录：{link} 三天内有效，只能用一次。",
        (SMS,),
        secret=True,
    ),
    "invited": Text(
        "请接受邀请",
        "【一诺】{inviter}请您担任{unit}的经办人。请在 {until} 前打开：{link} 如不认识对方，不要打开。",
        (SMS,),
        secret=True,
    ),
    "invitation_accepted": Text("邀请已被接受", "【一诺】{name}接受了经办人邀请，政务大厅核对委托书后生效。", (SITE,)),
    "account_opened": Text("账号已开通", "【一诺】您的账号已开通，登录名是手机号 {phone}。", (SITE,)),
    "password_reset": Text(
        "登录密码已重新设置",
        "【一诺】您的登录密码于 {when} 重新设置。如非本人操作，请立即联系政务大厅{hall}。",
        (SITE, SMS, MAIL),
    ),
    "phone_changed": Text(
        "登录手机号已更换",
        "【一诺】您账号的手机号于 {when} 改为 {phone}。如非本人操作，请立即联系政务大厅{hall}。",
        (SITE, MAIL),
    ),
    "old_phone_changed": Text(
        "登录手机号已更换", "【一诺】您账号的手机号已改为 {phone}。如非本人操作，请立即联系政务大厅{hall}。", (SMS,)
    ),
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
    "admission_asked": Text(
        "单位入驻申请待核对", "【一诺】{unit}申请入驻，经办人 {name}，请在 {due} 前核对执照和委托书。", (SITE, SMS)
    ),
    "admission_known": Text(
        "有人申请代表贵单位办事",
        "【一诺】{name}（手机 {phone}）申请成为贵单位的经办人，政务大厅正在核对。如不知情，请立即联系政务大厅{hall}。",
        (SITE, SMS),
    ),
    "admission_granted": Text("入驻申请已通过", "【一诺】您可以代表{unit}办事了，登录后就能备案项目。", (SITE, SMS)),
    "admission_declined": Text(
        "入驻申请没有通过", "【一诺】{unit}的入驻申请没有通过：{why}。可以改正以后重新申请。", (SITE, SMS)
    ),
}


ROOM = Register(
    work=AccountsWork,
    verbs=VERBS,
    notices=NOTICES,
    uses="uses.USES",
)
