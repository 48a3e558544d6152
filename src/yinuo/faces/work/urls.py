"""Where the pages of this face are reached, and its part of the API."""

from __future__ import annotations

from yinuo.faces.work import api

API = [("", api.router)]
