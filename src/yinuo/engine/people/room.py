"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from yinuo.engine.register import Register, Words

VERBS = {
    "people.ask_binding": Words("申请绑定单位"),
    "people.authorise": Words("单位授权经办人"),
    "people.bind_confirmed": Words("绑定经办人"),
    "people.change_account": Words("修改账号"),
    "people.change_department": Words("修改部门电话"),
    "people.change_hall": Words("修改大厅联系方式"),
    "people.confirm_binding": Words("确认绑定"),
    "people.correct_unit": Words("更正单位信息"),
    "people.delegate": Words("安排代班"),
    "people.end_binding": Words("解除绑定"),
    "people.end_delegation": Words("结束代班"),
    "people.end_role": Words("终止角色"),
    "people.give_credit_code": Words("补登统一社会信用代码"),
    "people.give_role": Words("授予角色"),
    "people.issue_key": Words("签发接口密钥"),
    "people.open_account": Words("开通账号"),
    "people.register_reserved_unit": Words("登记名称预先核准的单位"),
    "people.register_unit": Words("登记项目单位"),
    "people.revoke_key": Words("作废接口密钥"),
}


ROOM = Register(
    verbs=VERBS,
)
