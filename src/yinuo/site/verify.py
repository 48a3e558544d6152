"""核验备案证: the form, and the page behind the QR code (附件2·第十三条)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import conditional_page, require_safe

from yinuo.site import public_project as projectpage
from yinuo.site.public_forms import VerifyForm
from yinuo.ui import words


@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """A code that is known leads to its page; the answer is read, nothing is kept."""
    form = VerifyForm(request.GET) if "code" in request.GET else VerifyForm()
    if form.is_bound and form.is_valid():
        project = projectpage.published(form.project_code, form.credit_code)
        if project is not None:
            return redirect("public:certificate", project_code=project.code, credit_code=project.unit.credit_code)
        form.add_error(
            "code", "没有查到这个项目代码对应的已公开项目。请核对备案证上的代码；刚刚申报的项目要等赋码后才能查到"
        )
    return render(request, "public/verify.html", {"form": form, "colours": words.grade_classes(timezone.localdate())})


@require_safe
@conditional_page
def certificate(request: HttpRequest, project_code: str, credit_code: str) -> HttpResponse:
    """The certificate as it stands now. A wrong pair gets a page that says so, and no hint at which half is wrong."""
    project = projectpage.published(project_code, credit_code)
    if project is None:
        return render(
            request,
            "public/verify_unknown.html",
            {"project_code": project_code, "credit_code": credit_code},
            status=404,
        )
    now, day = timezone.now(), timezone.localdate()
    context = {"p": projectpage.project_page(project, now), "day": day, "colours": words.grade_classes(day)}
    return render(request, "public/certificate.html", context)
