"""Forms of the agency's desk: answering an application, what is done under an agreement, and the bodies with their
people.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from yinuo.engine.people.models import Person
from yinuo.rooms.agency.models import (
    AgencyBody,
    AgencyRequest,
    Agreement,
    AppraisalGrade,
    BodyLevel,
    ServiceAgent,
    ServiceKind,
)
from yinuo.rooms.onemap.models import ENDED, MapItem
from yinuo.ui.components.forms import DateInput
from yinuo.ui.forms import Versioned, choice, set_choices, text_area

HALF_A_YEAR = timedelta(days=180)
DATE = {"invalid": "填写日期，如 2027-03-01", "required": "填写日期"}


def keyed() -> forms.CharField:
    return forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)


class OfferForm(Versioned):
    """The body's yes: who serves, from when to when, and with what."""

    agent = choice("代办员", (), "选择代办员")
    from_on = forms.DateField(label="服务从哪天起", widget=DateInput(), error_messages=DATE)
    to_on = forms.DateField(label="到哪天止（含当天）", widget=DateInput(), error_messages=DATE)
    services = forms.MultipleChoiceField(
        label="提供的服务", widget=forms.CheckboxSelectMultiple, error_messages={"required": "选择提供的服务"}
    )
    note = text_area("说明", "", "减少企业申请的服务的，写明理由。企业会看到。", rows=2)

    def __init__(
        self, *args: Any, application: AgencyRequest, agents: list[ServiceAgent], reduced: bool, **kwargs: Any
    ) -> None:
        day = timezone.localdate()
        initial = {
            "from_on": day,
            "to_on": day + HALF_A_YEAR,
            "services": application.services,
            "version": application.version,
        }
        super().__init__(*args, initial=initial, **kwargs)
        set_choices(
            self,
            "agent",
            [
                ("", "请选择"),
                *((row.pk, f"{row.person.name}（{row.body.name}）") for row in agents),
            ],
        )
        set_choices(self, "services", [(name, ServiceKind(name).label) for name in application.services])
        if not reduced:
            self.fields["services"].help_text = "这家企业的信用等级不减少代办服务"


class WhyForm(Versioned):
    why = text_area("理由", "写明理由", rows=3)


class LogForm(forms.Form):
    kind = choice("做了哪种服务", (), "选择服务的种类")
    matter_id = choice("关于哪个事项", ())
    on = forms.DateField(label="哪天", widget=DateInput(), error_messages=DATE)
    text = text_area("做了什么", "写明做了什么", "企业会看到。代交的材料自动记录，不用再写。", rows=3)
    key = keyed()

    def __init__(self, *args: Any, agreement: Agreement, items: list[MapItem], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        set_choices(
            self,
            "kind",
            [
                ("", "请选择"),
                *((name, ServiceKind(name).label) for name in agreement.services),
            ],
        )
        set_choices(self, "matter_id", [("", "整个项目"), *((item.matter_id, item.name) for item in items)])


class PlanForm(forms.Form):
    note = text_area("给企业的说明", rows=2)
    key = keyed()


class GreenForm(forms.Form):
    matters = forms.MultipleChoiceField(
        label="请优先办理哪些事项",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "选择要优先办理的事项"},
    )
    reason = text_area("理由", "写明理由", "项目投资规模、建设计划、审批时限等。办理部门会看到。", rows=3)

    def __init__(self, *args: Any, items: list[MapItem], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        set_choices(self, "matters", [(item.matter_id, item.name) for item in items if item.state not in ENDED])


class FinishForm(Versioned):
    text = text_area("完成的情况", "写明委托事项完成的情况", "企业据此确认办结。", rows=3)


class LawForm(Versioned):
    why = text_area("与哪一条现行法规相冲突", "写明与哪一条现行法规相冲突、为什么不具备办结条件", rows=3)


class ArchiveForm(Versioned):
    returned = text_area(
        "交还的材料", "", "一行一件，数量写在后面，用空格隔开。如：授权委托书原件 1 份。没有纸质材料的不填。", rows=5
    )

    @property
    def rows(self) -> list[dict[str, str]]:
        lines = [line.strip().partition(" ") for line in self.cleaned_data["returned"].splitlines() if line.strip()]
        return [{"name": name, "note": note.strip()} for name, _, note in lines]


class AssignForm(Versioned):
    agent = choice("改派给", (), "选择代办员")
    why = forms.CharField(label="原因", max_length=200, error_messages={"required": "写明改派的原因"})

    def __init__(self, *args: Any, agents: list[ServiceAgent], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(
            self,
            "agent",
            [
                ("", "请选择"),
                *((row.pk, f"{row.person.name}（{row.body.name}）") for row in agents),
            ],
        )


class BodyForm(forms.Form):
    level = choice("层级", BodyLevel.choices, "选择层级")
    parent = choice("指导它的县级机构", (), help_text="乡镇机构才选")
    name = forms.CharField(label="名称", max_length=80, error_messages={"required": "写机构名称"})
    place = forms.CharField(label="窗口地址", max_length=160, error_messages={"required": "写代办窗口的地址"})
    phone = forms.CharField(label="联系电话", max_length=40, error_messages={"required": "写联系电话"})

    def __init__(self, *args: Any, bodies: list[AgencyBody], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        above = [(body.pk, body.name) for body in bodies if body.level == BodyLevel.COUNTY]
        set_choices(self, "parent", [("", "不选"), *above])


class AgentForm(forms.Form):
    body = choice("机构", (), "选择机构")
    person = choice("人员", (), "选择人员", "只列出已有“代办员”角色、还没有登记的人员")
    phone = forms.CharField(label="服务电话", max_length=40, error_messages={"required": "写服务电话"})

    def __init__(self, *args: Any, bodies: list[AgencyBody], people: list[Person], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        set_choices(self, "body", [("", "请选择"), *((body.pk, body.name) for body in bodies)])
        set_choices(self, "person", [("", "请选择"), *((person.pk, person.name) for person in people)])


class TrainingForm(forms.Form):
    on = forms.DateField(label="日期", widget=DateInput(), error_messages=DATE)
    topic = forms.CharField(label="培训内容", max_length=160, error_messages={"required": "写明培训内容"})
    agents = forms.MultipleChoiceField(
        label="参加的代办员", widget=forms.CheckboxSelectMultiple, error_messages={"required": "选择参加的代办员"}
    )
    key = keyed()

    def __init__(self, *args: Any, agents: list[ServiceAgent], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        set_choices(self, "agents", [(row.pk, row.person.name) for row in agents])


class AppraisalForm(forms.Form):
    agent = choice("代办员", (), "选择代办员")
    year = forms.IntegerField(label="年度", error_messages={"required": "填写年度", "invalid": "填写四位数的年度"})
    grade = choice("考核等次", AppraisalGrade.choices, "选择考核等次")
    text = text_area("评语", "写明评语", rows=2)

    def __init__(self, *args: Any, agents: list[ServiceAgent], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        set_choices(self, "agent", [("", "请选择"), *((row.pk, row.person.name) for row in agents)])


class EndForm(forms.Form):
    """Ends an agent's place, or a body."""

    id = forms.IntegerField(widget=forms.HiddenInput)
    why = forms.CharField(label="原因", max_length=200, error_messages={"required": "写明原因"})
