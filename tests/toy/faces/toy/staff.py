from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yinuo.engine.work.models import WorkItem
from yinuo.rooms.toy.room import ToyWork
from yinuo.ui.acting import need_staff


@need_staff
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "toy/index.html", {"works": WorkItem.objects.filter(kind=ToyWork.LOOK).order_by("id")})
