from __future__ import annotations

from django.urls import path

from yinuo.faces.toy import api, staff

STAFF = [path("toys/", staff.index, name="toy")]
API = [("", api.router)]
