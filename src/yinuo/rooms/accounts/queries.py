from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from allauth.socialaccount.models import SocialAccount
from django.db.models import Q

from yinuo.engine.base import NO_ROW
from yinuo.engine.people.models import InForce, Membership, Person, StaffRole
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.accounts.models import Admission, AdmissionState, Invitation, SignIn
from yinuo.rooms.accounts.room import AccountsWork


def window_of(hall_id: int, day: date) -> Membership | None:
    """A window of the hall that is staffed on `day`; None where nobody sits at one."""
    rows = Membership.objects.filter(
        InForce.on(day), role=StaffRole.WINDOW, department__hall_id=hall_id, person__is_active=True
    )
    return rows.order_by("id").first()


def admissions_to_compare(hall_id: int | None) -> list[Admission]:
    """What waits to be compared, the oldest first."""
    rows = Admission.objects.filter(hall_id=hall_id or NO_ROW, state=AdmissionState.ASKED)
    return list(rows.select_related("person").order_by("asked_at", "id")[:100])


def decided_admissions(hall_id: int | None) -> list[Admission]:
    """What somebody decided of late, the latest request first."""
    rows = Admission.objects.filter(hall_id=hall_id or NO_ROW, decided_by__isnull=False)
    return list(rows.select_related("person", "decided_by").order_by("-id")[:20])


def admission(admission_id: int) -> Admission:
    """With its person and papers. Raises Admission.DoesNotExist."""
    return Admission.objects.select_related("person", "licence", "letter", "decided_by").get(pk=admission_id)


def work_on_admissions(admission_ids: Collection[int]) -> dict[int, WorkItem]:
    """The work item of each request, open or not, by the request's number."""
    rows = WorkItem.objects.filter(
        kind=AccountsWork.ADMISSION, subject_kind=Admission._meta.label_lower, subject_id__in=admission_ids
    )
    return {row.subject_id: row for row in rows}


def admissions_of(person_id: int) -> list[Admission]:
    """A person's own requests, the latest first."""
    return list(Admission.objects.filter(person_id=person_id).order_by("-id")[:20])


def came_with_admission(file_id: int, hall_id: int | None) -> bool:
    """Whether the file is the licence or the letter of a request for admission at the hall."""
    rows = Admission.objects.filter(Q(licence_id=file_id) | Q(letter_id=file_id), hall_id=hall_id or NO_ROW)
    return rows.exists()


def invitations_of(unit_id: int, at: datetime) -> list[Invitation]:
    """A unit's invitations that still wait for an answer, the latest first."""
    rows = Invitation.objects.filter(
        unit_id=unit_id, binding__isnull=True, taken_back_at__isnull=True, expires_at__gt=at
    )
    return list(rows.select_related("invited_by").order_by("-id"))


def account_of_number(phone: str) -> Person | None:
    """The open account that a verified number signs in to."""
    return Person.objects.filter(phone=phone, phone_verified_at__isnull=False, is_active=True).first()


def signs_in_by_province(person_id: int) -> bool:
    """Whether the account is connected with the province's identity."""
    return SocialAccount.objects.filter(user_id=person_id).exists()


def sign_ins_of(person_id: int) -> list[SignIn]:
    return list(SignIn.objects.filter(person_id=person_id).order_by("-id")[:20])
