"""Who hears of a score that is not what was signed, and was about to be relied on."""

from __future__ import annotations

from datetime import datetime, time

from django.conf import settings
from django.utils.module_loading import import_string

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, PageRef
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import ProjectUnit, StaffRole
from yinuo.engine.people.queries import holders
from yinuo.engine.trail.actions import action, record
from yinuo.engine.trail.models import Entry
from yinuo.rooms.credit.models import CreditHead

VERB = "credit.refuse_score"
TOLD = (StaffRole.ADMINISTRATOR, StaffRole.SUPERVISOR, StaffRole.COMPREHENSIVE)


@action
def tell_of_difference(*, unit_id: int, fault: str, at: datetime) -> bool:
    """Those who can look into it, of the hall that keeps the unit, hear of it once a day; whether they did now."""
    # Two refused at once: the second waits here and finds the first one's note.
    head = CreditHead.objects.select_for_update(no_key=True).filter(pk=unit_id).first() or CreditHead(unit_id=unit_id)
    day = at.astimezone(TZ).date()
    notes = Entry.objects.filter(subject_kind=head._meta.label_lower, subject_id=str(unit_id), verb=VERB)
    if notes.filter(at__gte=datetime.combine(day, time(), TZ)).exists():
        return False
    unit = ProjectUnit.objects.get(pk=unit_id)
    record(Actor.system(), VERB, head, at=at, why=fault, data={"unit": unit_id})
    hall_id: int | None = import_string(settings.YINUO_HALL_OF_UNIT)(unit)
    persons = {person.pk: person for role in TOLD for person in holders(role, day, hall_id=hall_id)}
    page = PageRef("staff:unit_credit", unit_id=unit_id)
    tell("score_refused", at=at, persons=list(persons.values()), page=page, unit=unit.name, why=fault)
    return True
