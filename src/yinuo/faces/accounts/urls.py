"""Where the pages of this face are reached, and its part of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.accounts import forgotten, invited, join, own, staff, unit

STAFF = [
    path("admissions/", staff.admissions, name="admissions"),
    path("admissions/<int:admission_id>/", staff.admission, name="admission"),
]
UNIT = [
    path("persons/", unit.show, name="persons"),
    path("persons/authorise/", unit.name_person, name="authorise"),
    path("persons/<int:binding_id>/end/", unit.end, name="end_binding"),
    path("invitations/<int:invitation_id>/take-back/", unit.uninvite, name="uninvite"),
]
ENTRANCE = [
    path("join/", join.begin, name="join"),
    path("join/account/", join.account, name="account"),
    path("join/unit/", join.unit, name="unit"),
    path("join/unit/<int:admission_id>/withdraw/", join.withdraw, name="withdraw"),
    path("invitations/<str:secret>/", invited.invitation, name="invitation"),
    path("forgotten/", forgotten.forgotten, name="forgotten"),
    path("account/", own.show, name="own"),
    path("account/phone/", own.phone, name="phone"),
    path("account/mail/", own.mail, name="mail"),
    path("account/elsewhere/", own.elsewhere, name="elsewhere"),
]
