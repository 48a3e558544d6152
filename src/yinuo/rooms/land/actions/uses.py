"""A project of the buyer on its parcel: the contract stands on the map, and the parcel's indicators among the project's
promises.
"""

from __future__ import annotations

from datetime import datetime

from yinuo.core.calendar import TZ
from yinuo.core.dated import Span
from yinuo.core.pack.types import CommitmentStandard
from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.documents.models import Document
from yinuo.engine.rules import pack, roles
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.rooms.commitments.actions.contract import promise_in_contract
from yinuo.rooms.credit.relying import rely_on
from yinuo.rooms.land import access, rules
from yinuo.rooms.land.actions.common import day_of, list_served, locked
from yinuo.rooms.land.indicators import INDICATORS
from yinuo.rooms.land.models import LandChecklist, Parcel, ParcelStatus, ParcelUse
from yinuo.rooms.onemap.actions.contracted import take_in_contract
from yinuo.rooms.projects.actions import lock
from yinuo.rooms.projects.models import Project, ProjectState

# How the contract’s words on the map begin where the land is one.
STANDARD_LAND = "“标准地”"


@action
def settle_project(
    *, actor: Actor, project_id: int, parcel_id: int, at: datetime, idempotency_key: str = ""
) -> ParcelUse:
    """The unit says which parcel of its own the project builds on; on a 标准地 its signer signs the indicators of the
    contract.

    Raises: Forbidden (no authority to sign), Refused (another unit's parcel; taken; not an industrial project: with
    rule and clause).
    """
    claimed = claim(actor, idempotency_key, "land.settle_project", [project_id, parcel_id], at=at)
    if (known := answered(claimed)) is not None:
        return ParcelUse.objects.get(pk=known)
    project = lock(project_id)
    if not access.can_settle(actor, project):
        raise forbid("只能为本单位的项目确认用地")
    parcel = locked(parcel_id)
    _need_fitting(project, parcel)
    standard = parcel.standard_id is not None
    rely_on(project.unit, at)
    decision = rules.suits(project, day_of(at))
    if standard and decision.outcome["eligible"] is not True:
        raise Refused(
            "land.not_suited",
            f"“{project.name}”不能使用“标准地”：{'；'.join(rules.against(decision))}",
            remedy="“标准地”只用于企业投资工业项目；行业填写有误的，请先变更项目信息",
            cites=rules.cites_against(decision),
            data={"missing": list(decision.missing)},
        )
    item = take_in_contract(
        actor=actor,
        project=project,
        matter_id=roles().land_supply_matter,
        contract=parcel.contract_number,
        text=(
            f"{STANDARD_LAND if standard else ''}地块 {parcel.number}，{parcel.contract_on:%Y年%-m月%-d日}签订出让合同"
        ),
        at=at,
    )
    commitment = None
    if standard and parcel.indicators:
        commitment = promise_in_contract(
            actor=actor, item=item, title=f"“标准地”控制性指标（{parcel.number}）", contract=parcel.contract_number,
            standard=_standard(parcel), indicators=_figures(parcel), decision=decision, at=at,
        )  # fmt: skip
    use = ParcelUse.objects.create(parcel=parcel, project=project, commitment=commitment, at=at)
    lists = LandChecklist.objects.filter(parcel=parcel).values("id")
    Document.objects.filter(subject_kind=LandChecklist._meta.label_lower, subject_id__in=lists, project_code="").update(
        project_code=project.code
    )
    record(
        actor, "land.settle_project", use, at=at, project_code=project.code or "",
        data={"parcel": parcel.number, "standard": standard, "commitment": commitment.pk if commitment else None},
    )  # fmt: skip
    if LandChecklist.objects.filter(parcel=parcel, issued_at__isnull=False).exists():
        list_served(actor, use, at)
    remember(claimed, use)
    return use


def _need_fitting(project: Project, parcel: Parcel) -> None:
    if project.state != ProjectState.CONFIRMED:
        raise Refused(
            "land.project_not_running", "项目没有复核确认或者已经结束，不能确认用地", remedy="请查看项目当前状态"
        )
    if parcel.status != ParcelStatus.SOLD or parcel.unit_id != project.unit_id:
        raise Refused(
            "land.not_yours",
            f"地块 {parcel.number} 不是贵单位受让的",
            field="parcel",
            remedy="请选择本单位签订出让合同的地块",
        )
    if ParcelUse.objects.filter(project=project, ended_at__isnull=True).exists():
        raise Refused("land.settled", "这个项目已经确认过用地", remedy="请刷新页面查看")
    other = ParcelUse.objects.select_related("project").filter(parcel=parcel, ended_at__isnull=True).first()
    if other is not None:
        raise Refused(
            "land.taken", f"地块 {parcel.number} 已用于“{other.project.name}”", field="parcel", remedy="请选择其他地块"
        )


def _standard(parcel: Parcel) -> CommitmentStandard:
    asked = tuple(rules.promised(parcel))
    day = parcel.standard_at.astimezone(TZ).date() if parcel.standard_at else parcel.prepared_at.astimezone(TZ).date()
    return CommitmentStandard(
        version=parcel.number[:24],
        span=Span(day, None),
        requirements=asked,
        promises=(
            f"在地块 {parcel.number}（{parcel.mu} 亩）上按出让合同约定的用途和期限开工、竣工。",
            "竣工和投产时达到前列全部控制性指标，如实提供核验所需的投资、税收、能耗等资料。",
            "达不到指标的，接受整改要求和合同约定的责任，并按规定记入信用。",
        ),
        field=None,
        cites=pack().parameter("standard_land.required_indicators", day).cites,
        provenance="source",
    )


def _figures(parcel: Parcel) -> list[dict[str, str]]:
    known = [(INDICATORS[row["id"]], row["value"]) for row in parcel.indicators]
    return [
        {"id": one.id, "name": one.name, "side": one.side, "value": value, "unit": one.unit} for one, value in known
    ]
