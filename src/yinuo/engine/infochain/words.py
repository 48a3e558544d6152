"""What the verifier says, in the words of whoever reads Chinese; it stays in English itself, as the specifications it
follows are.
"""

from __future__ import annotations

from yinuo.chain.words import FIELDS, TYPES

__all__ = ["FIELDS", "TYPES", "WORDS", "in_words"]

# A part of the verifier's message, and what it means; the first that fits counts.
WORDS = {
    "leads to another root": "条目与检查点对不上：条目、位置或证明被改动过",
    "inclusion proof is too": "条目与检查点对不上：位置或证明被改动过",
    "outside the tree": "条目与检查点对不上：位置或证明被改动过",
    "quorum of the policy": "见证的节点不够：没有达到见证规则的要求",
    "not signed by a log": "检查点不是见证规则里的日志签的",
    "names another key": "写着的密钥不是签名的那把",
    "predecessor does not fit": "序号与所接的前一条不合",
    "does not follow": "与同一主体的前一条接不上",
    "nothing came before": "是接着写的，前面却没有同一主体的记录",
    "does not fit": "签名与内容不符",
    "form c2sp.org/tlog-proof": "这不是 .tlog-proof 文件",
    "carries no entry": "证明里没有附上条目",
    "not the one in the entry": "公开的字段与条目里的摘要不符",
    "not of one entry": "日志的证明和国密并行树的证明说的不是同一条",
    "printed code": "离线核验码读不全，或者有改动：请重新扫码，文字要完整，一个字符也不能少",
    "PDF carries no proof": "这份 PDF 里没有附证明；请下载最新的备案证再核对",
    "policy": "见证规则读不懂",
}
OTHERWISE = "证明不成其形式"


def in_words(error: str) -> str:
    told = next((words for part, words in WORDS.items() if part in error), OTHERWISE)
    return f"{told}（{error}）"
