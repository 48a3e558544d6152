"""What the verifier says, in the words of whoever reads Chinese; it stays in English itself, as the specifications it follows are."""

from __future__ import annotations

# A part of the verifier's message, and what it means; the first that fits counts.
WORDS = {
    "leads to another root": "条目与检查点对不上：条目、位置或证明被改动过",
    "inclusion proof is too": "条目与检查点对不上：位置或证明被改动过",
    "outside the tree": "条目与检查点对不上：位置或证明被改动过",
    "quorum of the policy": "见证的节点不够：没有达到见证规则的要求",
    "not signed by a log": "检查点不是见证规则里的日志签的",
    "does not fit": "签名与内容不符",
    "form c2sp.org/tlog-proof": "这不是 .tlog-proof 文件",
    "carries no entry": "证明里没有附上条目",
    "not the one in the entry": "公开的字段与条目里的摘要不符",
    "PDF carries no proof": "这份 PDF 里没有附证明；请下载最新的备案证再核对",
    "policy": "见证规则读不懂",
}
OTHERWISE = "证明不成其形式"


def in_words(error: str) -> str:
    told = next((words for part, words in WORDS.items() if part in error), OTHERWISE)
    return f"{told}（{error}）"


TYPES = {
    "project.basic": "项目基本信息",
    "project.code_assigned": "项目赋码",
    "approval.document": "审批文书",
    "anomaly.reported": "异常情况",
    "anomaly.closed": "异常情况已处置",
    "credit.event": "信用加减分",
    "data.granted": "授权查询",
    "data.searched": "查询记录",
    "data.withdrawn": "撤回授权",
    "penalty.decided": "行政处罚",
    "inspection.announced": "双随机计划公布",
    "inspection.drawn": "双随机抽取",
    "inspection.void": "双随机计划作废",
    "inspection.replaced": "双随机检查人员替换",
    "inspection.result": "双随机检查结果",
    "clue.handed": "线索移送",
    "key.added": "登记密钥",
    "key.revoked": "作废密钥",
}
FIELDS = {
    "code": "项目代码",
    "number": "文书编号",
    "announcement_sha256": "公布内容的散列值",
    "seed_sha256": "种子的散列值",
    "seed": "种子",
    "value": "公共随机值",
    "drawn": "抽中的项目和检查人员编号",
    "earliest": "最早抽取时间",
    "out": "不能参加的检查人员编号",
    "in": "接替的检查人员编号",
    "outcome": "检查结果",
    "why": "理由",
    "name": "项目名称",
    "kind": "项目类型",
    "project_class": "项目类别",
    "unit_code": "项目单位信用代码",
    "industry": "行业",
    "total_investment": "总投资（万元）",
    "region": "建设地点（行政区划）",
    "filed_at": "备案时间",
    "matter": "审批事项",
    "route": "办理方式",
    "granted": "是否准予",
    "document_number": "文号",
    "letter_sha256": "承诺书的散列",
    "notice_until": "公示截止",
    "type": "加减分类别",
    "points": "加减分",
    "basis": "加减分依据",
    "score_after": "加减后分值",
    "grade_before": "原等级",
    "grade_after": "现等级",
    "organisation": "查询机构",
    "until": "授权到期",
}
