"""How the information chain fares, for the administrator who runs it and the supervisor who watches over it
(附件7·第十三条).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from yinuo.chain.evidence import KINDS
from yinuo.core.calendar import TZ
from yinuo.core.wording import day_words
from yinuo.engine.infochain import queries
from yinuo.engine.infochain.models import AuditRun, IssuerKey
from yinuo.engine.infochain.monitoring import NodeState, Watched, watched
from yinuo.rooms.grants.queries import nodes as registered
from yinuo.ui.acting import need_role
from yinuo.ui.components.shapes import NavItem

READERS = ("administrator", "supervisor")


@dataclass(frozen=True, slots=True)
class Line:
    """What is watched, its light with a word of its own, and what is to be known or done."""

    name: str
    light: str
    word: str
    told: str


@need_role(*READERS)
@never_cache
@require_safe
def chain(request: HttpRequest) -> HttpResponse:
    now, policy = timezone.now(), queries.policy()
    found = watched(policy, now)
    organisations = {bytes(node.public): node.organisation for node in registered()}
    context = {
        "lines": lines(found, now),
        "nodes": [(node, organisations.get(node.public, ""), _of_node(node)) for node in found.nodes],
        "reported": [(one, KINDS.get(one.row.kind, one.row.kind)) for one in found.reported],
        "faults": found.audit.faults if found.audit else [],
        "more_faults": max(found.audit.fault_count - len(found.audit.faults), 0) if found.audit else 0,
        "keys": [(key, _of_key(key)) for key in found.keys],
        "log": queries.log_key(),
        "breadcrumbs": [NavItem("信息链运行")],
    }
    return render(request, "staff/chain.html", context)


def lines(found: Watched, now: datetime) -> list[Line]:
    """Each with what to do where its light is not green."""
    status = found.status
    return [
        _signing(found),
        _head(found, now),
        _waiting(found),
        _witnessed(found),
        *_rules(found),
        _audited(found.audit, found.audited, now),
        Line(
            "异常证据",
            "red" if found.reported else "green",
            f"{len(found.reported)} 件" if found.reported else "没有",
            "节点说本日志做了诚实的日志不做的事：请逐件核查，保存数据库和锁定文件，不要重启签名。"
            if found.reported
            else "",
        ),
        *([_twin(found)] if status.twin else []),
        *([_anchor(status.anchor, now)] if status.anchor else []),
    ]


def _signing(found: Watched) -> Line:
    status = found.status
    if status.refused:
        return Line("签名", "red", "暂停签名", status.refused)
    if not status.published:
        return Line(
            "签名", "yellow", "还没有开始", "日志还没有第一个检查点：刚启动时请等几秒钟，否则看定序进程是否在运行。"
        )
    return Line("签名", found.signing, "正常", "")


def _head(found: Watched, now: datetime) -> Line:
    status = found.status
    at = f"，最近一个检查点签于{_ago(now - found.head_at)}" if found.head_at else ""
    return Line(
        "已写入", "green" if status.published else "yellow", f"{status.published} 条", f"树上 {status.size} 条{at}。"
    )


def _waiting(found: Watched) -> Line:
    told = f"最早的一条等了{span(found.oldest)}。" if found.status.waiting else ""
    told += "定序进程没有跟上：请看它是否在运行。" if found.waiting != "green" else ""
    return Line("等待写入", found.waiting, f"{found.status.waiting} 条", told)


def _witnessed(found: Watched) -> Line:
    status = found.status
    if not found.nodes:
        return Line(
            "见证",
            "yellow",
            "没有独立的节点",
            "检查点只有平台自己的签名，没有独立见证。请由部门、银行、监督机构运行节点，写进见证规则。",
        )
    behind = status.published - status.witnessed_size
    told = f"还差 {behind} 条，最早的等了{span(found.unwitnessed_for)}。" if behind else ""
    told += "够数的节点没有跟上：请看下面哪个落后。" if found.witnessed != "green" else ""
    return Line(
        "见证", found.witnessed, f"前 {status.witnessed_size} 条" if status.witnessed_size else "尚未见证", told
    )


def _rules(found: Watched) -> list[Line]:
    return [Line("见证规则", "red", "有缺陷", fault) for fault in found.faults]


def _audited(run: AuditRun | None, light: str, now: datetime) -> Line:
    if run is None:
        return Line("审计", light, "还没有做过", "每天凌晨 3:10 从头核对一次；也可以由运行者执行 yinuo chain audit。")
    told = (
        f"{_ago(now - run.at).strip()}核对了 {run.entries} 条日志、{run.leaves} 条链下记录、{run.rows} 行业务数据，"
        f"用时{span(timedelta(milliseconds=run.milliseconds))}。"
    )
    if run.fault_count:
        return Line(
            "审计", light, f"{run.fault_count} 处不符", f"{told}逐条见下；全文由运行者执行 yinuo chain audit 查看。"
        )
    return Line(
        "审计",
        light,
        "全部相符",
        told + ("已经过了一天半没有再做：请看后台任务是否在运行。" if light != "green" else ""),
    )


def _twin(found: Watched) -> Line:
    twin = found.status.twin
    assert twin is not None
    if twin.refused:
        return Line("国密并行树", "red", "暂停签名", twin.refused)
    told = f"还差 {twin.behind} 条；已见证 {twin.witnessed_size} 条。"
    if twin.stopped_at:
        return Line(
            "国密并行树",
            "paused",
            f"{twin.published} 条",
            f"自{day_words(twin.stopped_at.astimezone(TZ).date())}起停用，{told}",
        )
    return Line("国密并行树", "yellow" if twin.behind > 5000 else "green", f"{twin.published} 条", told)


def _anchor(anchor: queries.AnchorStatus, now: datetime) -> Line:
    told = f"锚定于{_ago(now - anchor.at)}，区块 {anchor.block}。" if anchor.at else "还没有锚定过。"
    if anchor.fault:
        return Line("外部锚定", "red", "停止锚定", anchor.fault)
    told += f"交易 {anchor.waiting} 还不在区块里。" if anchor.waiting else ""
    return Line(
        "外部锚定", "yellow" if anchor.error or not anchor.at else "green", f"{anchor.size} 条", told + anchor.error
    )


def _of_node(node: NodeState) -> str:
    if not node.size:
        return "尚未见证"
    return f"落后 {node.behind} 条" if node.behind else "跟上了"


def _of_key(key: IssuerKey) -> str:
    return "已作废" if key.revoked_at else "已停用" if key.retired_at else "在用"


def span(age: timedelta) -> str:
    """About how long, in the largest unit that fits."""
    seconds = int(age.total_seconds())
    for size, word in ((86400, "天"), (3600, "小时"), (60, "分钟")):
        if seconds >= size:
            return f" {seconds // size} {word}"
    return f" {seconds} 秒" if seconds else "不到 1 秒"


def _ago(age: timedelta) -> str:
    return f"{span(age)}前"
