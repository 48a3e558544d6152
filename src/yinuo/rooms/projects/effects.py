"""What the rooms above set off here: once a filing is confirmed its unit is told what it gets without applying
(正文·四(三)).
"""

from __future__ import annotations

from datetime import datetime

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, PageRef
from yinuo.engine.notices.actions import tell
from yinuo.rooms.projects.models import Project
from yinuo.rooms.projects.queries import benefits_for


def tell_of_benefits(*, actor: Actor, subject: Project, at: datetime, why: str) -> None:
    """By name, where there are any; what a missing fact decides, and what nobody has seen the text of, stands on the
    page the message leads to.
    """
    held = [line for line in benefits_for(subject, at.astimezone(TZ).date()) if line.holds and line.verified]
    if held:
        tell(
            "benefits_held",
            at=at,
            unit_id=subject.unit_id,
            project_code=subject.code or "",
            page=PageRef("unit:benefits", project_id=subject.pk),
            project=subject.name,
            count=len(held),
            names="、".join(line.name for line in held),
        )
