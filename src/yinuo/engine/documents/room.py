"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from yinuo.engine.register import Leaf, Register, Words

VERBS = {
    "documents.sign": Words("文书签章"),
    "documents.store_upload": Words("上传文件", at_window="扫描材料，存入单位材料库"),
}


LEAVES = (
    Leaf("approval.document", frozenset(["documents"]), ("documents",), "leaves.contents_now"),
    Leaf("anomaly.reported", frozenset(["documents"]), ("documents",), "leaves.contents_now"),
    Leaf("anomaly.closed", frozenset(["documents"]), ("documents",), "leaves.contents_now"),
    Leaf("document.signed", frozenset(["document"]), ("document",), "leaves.signed_now", "leaves.signed_standing"),
)


ROOM = Register(
    verbs=VERBS,
    leaves=LEAVES,
    uses="uses.USES",
)
