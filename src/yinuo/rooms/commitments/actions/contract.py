"""What a land contract binds its buyer to, kept as a promise of the project: published, and verified at completion like
the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from yinuo.core.decision import Decision
from yinuo.core.pack.types import CommitmentStandard
from yinuo.engine.base import Actor, Refused
from yinuo.engine.documents.actions import issue_signed
from yinuo.engine.documents.signing import Signatory
from yinuo.engine.trail.actions import action, record, store
from yinuo.rooms.commitments import papers
from yinuo.rooms.commitments.actions.common import code_of, end_of
from yinuo.rooms.commitments.actions.promise import _need_time, _signer, turn_of
from yinuo.rooms.commitments.models import Commitment, CommitmentState
from yinuo.rooms.commitments.reviewing import first_on
from yinuo.rooms.commitments.room import CommitmentsPaper
from yinuo.rooms.onemap.actions.common import day_of
from yinuo.rooms.onemap.models import MapItem


@action
def promise_in_contract(
    *,
    actor: Actor,
    item: MapItem,
    title: str,
    contract: str,
    standard: CommitmentStandard,
    indicators: Sequence[Mapping[str, Any]],
    decision: Decision,
    at: datetime,
) -> Commitment:
    """Signs the letter on the figures of a land contract; `item`, the supply of the land, is locked and already
    decided.

    Nothing is decided on this promise, so nobody's objection stops anything: it is published as it stands and verified
    at completion. Raises: Forbidden (no authority to sign), Refused (completion applied for; promised already).
    """
    binding = _signer(actor, item, at)
    _need_time(item)
    if (
        Commitment.objects.filter(item=item)
        .exclude(state__in=[CommitmentState.REGULAR, CommitmentState.CANCELLED])
        .exists()
    ):
        raise Refused("commitments.promised", f"“{item.name}”已经作过承诺", remedy="请查看项目的承诺")
    project, unit = item.project, binding.unit
    data = papers.letter(item, standard, binding, at, turn=turn_of(item), signed=True)
    opening = (
        f"本单位依据国有建设用地使用权出让合同（{contract}）使用“标准地”建设“{project.name}”，已经知晓并理解随地出让的控制性指标，"
        "现向贵单位并向社会作出信用承诺。"
    )
    said = (
        f"本承诺是国有建设用地使用权出让合同（{contract}）的内容，在信用承诺专区公布，"
        f"项目竣工时由自然资源部门会同有关部门逐项核验。"
    )
    letter = issue_signed(
        kind=CommitmentsPaper.LETTER,
        subject=item,
        data={**data, "matter_name": title, "opening": opening, "notice_period": said},
        at=at,
        signatory=Signatory(id=unit.credit_code or unit.name, name=unit.name, person=binding.person.name),
        reason=f"信用承诺：{title}",
        project_code=project.code or "",
        unit_id=unit.pk,
    )
    commitment = Commitment.objects.create(
        project=project,
        item=item,
        department=item.department,
        standard_version=standard.version,
        requirements=list(standard.requirements),
        promises=list(standard.promises),
        field=standard.field or "",
        contract=contract,
        indicators=[dict(row) for row in indicators],
        option=store(decision, at),
        letter=letter,
        signed_by=binding.person,
        signed_at=at,
        letter_sha256=letter.sha256,
        state=CommitmentState.DECIDED,
        notice_from=at,
        notice_until=end_of(day_of(at), "notice.period", project.rules_on),
    )
    commitment.review_on = first_on(commitment, day_of(at))
    commitment.save(update_fields=["review_on"])
    record(
        actor,
        "commitments.promise_in_contract",
        commitment,
        at=at,
        project_code=code_of(commitment),
        data={
            "item": item.pk,
            "contract": contract,
            "letter_sha256": letter.sha256,
            "requirements": list(standard.requirements),
        },
        decision=commitment.option,
        chain="approval.document",
    )
    return commitment
