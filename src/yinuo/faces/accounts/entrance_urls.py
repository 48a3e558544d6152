from __future__ import annotations

from django.urls import path

from yinuo.faces.accounts import forgotten, invited, join, own

app_name = "entrance"
urlpatterns = [
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
