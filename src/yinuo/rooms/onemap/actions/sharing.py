"""A matter satisfied by its zone's published result: when the map is drawn, taken over later, given back when the facts
change (附件3·三(三)).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from yinuo.core.decision import Decision
from yinuo.engine.base import Actor, PageRef, Refused, save
from yinuo.engine.catalogue.models import RegionalResult
from yinuo.engine.notices.actions import tell
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.rooms.credit.relying import rely_on
from yinuo.rooms.onemap import access, regional
from yinuo.rooms.onemap.actions import applying
from yinuo.rooms.onemap.actions.common import cites, day_of, need_text, page_of, take
from yinuo.rooms.onemap.actions.items import take_landing_back
from yinuo.rooms.onemap.actions.results import land
from yinuo.rooms.onemap.models import Application, ItemState, MapItem, Outcome, Route
from yinuo.rooms.onemap.regional import Proposal
from yinuo.rooms.projects.models import Project


@action
def share_result(
    *, actor: Actor, item_id: int, at: datetime, version: int | None = None, idempotency_key: str = ""
) -> MapItem:
    """The company takes over the zone's result for a matter it has not applied for: published since, or fitting since a
    fact is known.

    Raises Refused with every reason where it does not fit, and with what is missing where that is not known.
    """
    claimed = claim(actor, idempotency_key, "onemap.share_result", [item_id], at=at)
    if (known := answered(claimed)) is not None:
        return MapItem.objects.get(pk=known)
    item = take(actor, item_id, access.can_apply, [ItemState.OPEN], version)
    rely_on(item.project.unit, at)
    proposal = regional.proposals(item.project, [item.matter_id], day_of(at)).get(item.matter_id)
    if proposal is None:
        raise Refused(
            "onemap.no_regional_result",
            f"项目所在区域没有“{item.name}”的区域评估结果",
            remedy="请按常规办理",
            cites=pack().cite_texts(pack().parameter("regional.sharing", item.project.rules_on).cites),
        )
    need_fit(item, proposal.decision)
    # Two who withdraw and take over at once: the result is asked again under its own lock.
    result = (
        RegionalResult.objects.select_for_update(no_key=True, of=("self",))
        .select_related("zone")
        .get(pk=proposal.result.pk)
    )
    if item.share_ended and item.share_ended == result.document_number:
        raise Refused(
            "onemap.share_ended",
            "承办部门已写明理由，这个项目不再共享这份结果",
            remedy="请按常规办理；情况变了的，请先与承办部门联系",
        )
    if regional.ended(result):
        raise Refused("onemap.no_regional_result", "这份区域评估结果刚刚停止使用", remedy="请刷新页面查看最新状态")
    satisfy(item, result, at)
    tell_shared(actor, item, proposal.decision, at)
    tell(
        "regional_shared",
        at=at,
        persons=[item.project.filed_by],
        unit_id=item.project.unit_id,
        project_code=item.project.code or "",
        page=page_of(item),
        project=item.project.name,
        matters=f"“{item.name}”",
        zone=result.zone.name,
    )
    land(item, at)
    remember(claimed, item)
    return item


def need_fit(item: MapItem, decision: Decision) -> None:
    """Raises Refused unless the decision says the result fits."""
    fits = decision.outcome["fits"]
    if fits:
        return
    told = "；".join(step.text for step in decision.trace)
    if fits is None:
        raise Refused(
            "onemap.regional_unknown",
            f"还不能确定“{item.name}”能不能共享区域评估结果：{told}",
            remedy="请先变更项目信息，补齐缺少的内容",
            cites=cites(decision.cites),
            data={"missing": list(decision.missing)},
        )
    raise Refused(
        "onemap.regional_misfit",
        f"“{item.name}”不能共享区域评估结果：{told}",
        remedy="请按常规办理",
        cites=cites(decision.cites),
    )


def satisfy(item: MapItem, result: RegionalResult, at: datetime) -> None:
    """The item, saved and open, is satisfied by the result; the caller records."""
    text = f"共享{result.zone.name}《{result.title}》，不再单独评估评审"
    item.application = Application.objects.create(
        item=item,
        number=item.applications.count() + 1,
        department_id=item.department_id,
        accepted_at=at,
        outcome=Outcome.SHARED,
        ended_at=at,
        delivered_at=at,
        document_number=result.document_number,
        result_text=text,
    )
    item.state, item.route, item.shared = ItemState.EXEMPT, Route.REGIONAL, result
    save(item, "state", "route", "shared", "application")


def tell_shared(actor: Actor, item: MapItem, decision: Decision, at: datetime) -> None:
    """The trail of a satisfied matter, and its leaf: the department that approved the result vouches for it."""
    result = item.shared
    assert result is not None
    record(
        actor,
        "onemap.share_result",
        item,
        at=at,
        project_code=item.project.code or "",
        why=item.present.result_text,
        data={
            "matter": item.matter_id,
            "document_number": item.present.document_number,
            "granted": True,
            "route": item.route,
            "result": result.pk,
            "report_sha256": result.report_file.sha256,
        },
        decision=decision,
        chain="approval.document",
        issuer_id=result.department_id,
    )


def propose(project: Project, items: Sequence[MapItem], at: datetime) -> Mapping[str, Proposal]:
    """When the map is drawn: each matter whose zone has a fitting result is satisfied by it."""
    found = regional.proposals(project, [item.matter_id for item in items if item.state == ItemState.OPEN], day_of(at))
    for item in items:
        proposal = found.get(item.matter_id)
        if proposal is not None and proposal.fits:
            satisfy(item, proposal.result, at)
    return found


def tell_drawn(project: Project, items: Sequence[MapItem], found: Mapping[str, Proposal], at: datetime) -> None:
    """Every proposal leaves its decision on record,
    and the company is told what it need not have made (正文·三(三)).
    """
    own = {item.matter_id: item for item in items}
    shared = []
    for name, proposal in found.items():
        item = own[name]
        if item.shared_id is not None:
            shared.append(item)
            tell_shared(Actor.system(), item, proposal.decision, at)
        else:
            why = "；".join(step.text for step in proposal.decision.trace)[:500]
            record(
                Actor.system(),
                "onemap.regional_misfit",
                item,
                at=at,
                project_code=project.code or "",
                why=why,
                data={"matter": name, "result": proposal.result.pk},
                decision=proposal.decision,
            )
    if shared:
        zone = shared[0].shared.zone.name if shared[0].shared else ""
        tell(
            "regional_shared",
            at=at,
            persons=[project.filed_by],
            unit_id=project.unit_id,
            project_code=project.code or "",
            page=PageRef("unit:map", project_id=project.pk),
            project=project.name,
            matters="、".join(f"“{item.name}”" for item in shared),
            zone=zone,
        )
        for item in shared:
            land(item, at)


def give_back(project: Project, at: datetime) -> None:
    """After the facts have changed: a matter whose result no longer fits comes back, with the reason; its sharing stays
    on record.
    """
    shared = MapItem.objects.select_for_update(no_key=True, of=("self",)).filter(project=project, route=Route.REGIONAL)
    for item in shared.select_related("department", "shared__zone", "application").order_by("id"):
        item.project = project
        assert item.shared is not None
        decision = regional.still_fits(item, item.shared, day_of(at))
        if decision.outcome["fits"]:
            continue
        why = f"项目信息变更后不再符合共享条件：{'；'.join(step.text for step in decision.trace)}"
        _come_back(Actor.system(), item, why, at, decision)


@action
def end_sharing(*, actor: Actor, item_id: int, why: str, at: datetime, version: int | None = None) -> MapItem:
    """The department ends one project's sharing of a result, with its reason: the matter comes back and is applied for
    singly.

    The result stands for everybody else; this project does not take over this very result again.
    """
    item = take(actor, item_id, access.can_handle, [ItemState.EXEMPT], version)
    if item.route != Route.REGIONAL:
        raise Refused("onemap.not_shared", f"“{item.name}”没有共享区域评估结果", remedy="请刷新页面查看最新状态")
    why = need_text(why, "why", "请写明为什么这个项目不能再共享")
    item.share_ended = applying.of(item).document_number
    _come_back(actor, item, f"部门终止共享区域评估结果：{why}", at)
    return item


def _come_back(actor: Actor, item: MapItem, why: str, at: datetime, decision: Decision | None = None) -> None:
    """The matter is open again, the project has not landed, and the company is told why;
    its sharing stays on record.
    """
    project, result = item.project, item.shared_id
    ended = applying.begin_anew(item, at, why, outcome=Outcome.UNSHARED)
    take_landing_back(item)
    record(
        actor,
        "onemap.unshare",
        item,
        at=at,
        project_code=project.code or "",
        why=why,
        data={"matter": item.matter_id, "result": result, "application": ended.number + 1},
        decision=decision,
    )
    tell(
        "regional_unshared",
        at=at,
        persons=[project.filed_by],
        unit_id=project.unit_id,
        project_code=project.code or "",
        page=page_of(item),
        matter=item.name,
        why=why,
    )
