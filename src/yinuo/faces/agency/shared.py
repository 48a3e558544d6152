"""An agreement in the words of a page: what the unit, the agent and the body's head see of it alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from yinuo.core.calendar import TZ
from yinuo.engine.rules import pack
from yinuo.rooms.agency import queries
from yinuo.rooms.agency.models import Agreement, ServiceKind
from yinuo.rooms.agency.queries import PlanLine
from yinuo.rooms.onemap.models import MapItem
from yinuo.ui.components.shapes import Event, Row
from yinuo.ui.components.text import zh_date, zh_datetime

SHOWN = 40


def matters_words(matters: list[str]) -> str:
    return "、".join(pack().matters[name].full_name for name in matters if name in pack().matters) or "全程"


def services_words(services: list[str]) -> str:
    return "、".join(ServiceKind(name).label for name in services)


def facts_of(agreement: Agreement) -> list[Row]:
    """The agreement's terms, and what came of them."""
    rows = [
        Row("协议编号", agreement.number),
        Row("代办服务机构", f"{agreement.body.name}　{agreement.body.phone}"),
        Row("代办员", f"{agreement.agent.person.name}　{agreement.agent.phone}"),
        Row("委托事项", matters_words(agreement.matters)),
        Row("服务", services_words(agreement.services)),
        Row("期限", f"{zh_date(agreement.from_on)}至{zh_date(agreement.last_on)}"),
        Row("费用", "免费"),
    ]
    if agreement.paper_id:
        rows.append(Row("协议", "双方已签署", reverse("common:document", args=[agreement.paper_id]), "看协议（PDF）"))
    if agreement.ended_at:
        rows.append(Row("终止或办结", f"{zh_datetime(agreement.ended_at)}　{agreement.get_end_kind_display()}"))
    if agreement.end_text:
        rows.append(Row("说明", agreement.end_text))
    if agreement.end_paper_id:
        rows.append(Row("通知书", "已发", reverse("common:document", args=[agreement.end_paper_id]), "看通知书（PDF）"))
    if agreement.archived_at:
        pieces = "；".join("　".join(filter(None, [row["name"], row["note"]])) for row in agreement.returned)
        rows.append(Row("交还材料", pieces or "没有纸质材料"))
        rows.append(Row("企业确认收到", zh_datetime(agreement.received_at) if agreement.received_at else "还没有"))
    return rows


def plan_of(agreement: Agreement, now: datetime, items: Sequence[MapItem] | None = None) -> list[PlanLine]:
    """The last plan beside what happened, for a service that has ended until then; empty where none was drawn.

    `items`: the matters under the agreement, where the caller has them.
    """
    plan = queries.last_plan(agreement)
    if plan is None:
        return []
    until = min(now, agreement.ended_at or now)
    known = queries.items_of(agreement) if items is None else items
    return queries.plan_lines(plan.rows, known, until.astimezone(TZ).date())


def log_events(agreement: Agreement) -> list[Event]:
    """The service's log, the latest first."""
    names = pack().matters
    made = []
    for row in queries.log_of(agreement)[:SHOWN]:
        matter = names[row.matter_id].full_name if row.matter_id in names else ""
        title = f"{row.get_kind_display()}：{matter}" if matter else str(row.get_kind_display())
        made.append(Event(row.on, title, row.text, row.by.name if row.by else ""))
    return made
