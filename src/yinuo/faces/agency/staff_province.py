"""What the province's credit platform says of a company: listed as class D or no longer, with its source and day
(附件6·一).
"""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yinuo.engine.people.queries import find_unit, unit_by_code
from yinuo.rooms.credit.actions import list_at_province
from yinuo.rooms.credit.queries import listed_by_province
from yinuo.ui.acting import actor_of, need_role
from yinuo.ui.components.forms import CodeInput, DateInput
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.forms import choice
from yinuo.ui.handling import attempt

SHOWN = 50
STANDS = [("yes", "列为差等（D、D-）"), ("no", "不再列为差等")]


class ProvinceForm(forms.Form):
    credit_code = forms.CharField(
        label="统一社会信用代码", max_length=18, widget=CodeInput(), error_messages={"required": "写统一社会信用代码"}
    )
    listed = choice("省社会信用信息平台", STANDS, "选择是否列为差等", radio=True)
    source = forms.CharField(
        label="来源", max_length=200, help_text="如：省平台 2026 年 11 月通报", error_messages={"required": "写明来源"}
    )
    on = forms.DateField(
        label="日期", widget=DateInput(), error_messages={"invalid": "填写日期，如 2027-03-01", "required": "填写日期"}
    )

    def clean_credit_code(self) -> str:
        """Raises ValidationError for a unit nobody has heard of."""
        code = str(self.cleaned_data["credit_code"]).strip().upper()
        if find_unit(code) is None:
            raise forms.ValidationError("没有这个单位，请核对代码")
        return code


@need_role("comprehensive", "administrator")
@never_cache
@require_http_methods(["GET", "POST"])
def province(request: HttpRequest) -> HttpResponse:
    """The companies listed now, and one more or one fewer."""
    now = timezone.now()
    form = ProvinceForm(request.POST or None, label_suffix="", initial={"on": timezone.localdate(now)})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        unit = unit_by_code(values["credit_code"])
        said = {"listed": values["listed"] == "yes", "source": values["source"], "on": values["on"]}
        if (
            attempt(form, lambda: list_at_province(actor=actor_of(request), unit_id=unit.pk, at=now, **said))
            is not None
        ):
            messages.success(request, f"已登记{unit.name}的省级信用等级。")
            return redirect("staff:agency_province")
    context = {
        "form": form,
        "listed": list(listed_by_province()[:SHOWN]),
        "breadcrumbs": [NavItem("代办", reverse("staff:agency")), NavItem("省级信用等级")],
    }
    return render(request, "staff/agency_province.html", context, status=422 if request.method == "POST" else 200)
