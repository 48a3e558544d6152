"""The forms behind an item: one per action its state leaves open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from yinuo.core.dated import all_at
from yinuo.engine.people.models import Person
from yinuo.engine.people.queries import departments
from yinuo.engine.rules import pack
from yinuo.rooms.onemap.actions.pausing import OWN_PROCEDURES
from yinuo.rooms.onemap.models import Application, MapItem, RemedyKind, RemedyOutcome, SendBackKind
from yinuo.ui.components.forms import DateInput, DecimalInput
from yinuo.ui.forms import Versioned, choice, reasons, set_choices, text_area
from yinuo.ui.reading import term

POINTS_AT_FIRST, POINTS_MORE, POINTS_MOST = 2, 3, 30


class PlainForm(Versioned):
    """An action that needs nothing but the press of the button."""


POINT = ("code", "material", "subject", "request")
OTHER = "other"


class SendBackForm(Versioned):
    """一次性告知: everything at once, so there may be several points; a point is either empty or whole.

    A point is about one of the item's materials, or about what the clerk calls by name.
    """

    count = forms.IntegerField(widget=forms.HiddenInput(), min_value=1, max_value=POINTS_MOST)
    reason = text_area("退回的理由", "写明退回的理由", rows=2)

    def __init__(
        self, data: Any = None, *, kind: str, item: MapItem, count: int = POINTS_AT_FIRST, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.kind, self.numbers = kind, range(count)
        self.initial["count"] = count
        materials = [*((row["id"], row["name"]) for row in item.materials), (OTHER, "其他")]
        for n in self.numbers:
            self.fields[f"{n}-code"] = choice("情形", reasons(kind))
            self.fields[f"{n}-material"] = choice("哪份材料", materials)
            self.fields[f"{n}-subject"] = forms.CharField(
                label="哪一页、哪一项；选“其他”的，写明是什么", required=False, max_length=200
            )
            self.fields[f"{n}-request"] = forms.CharField(label="应当怎样补正", required=False, max_length=400)
        self.order_fields([name for name in self.fields if name != "reason"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for n in self.numbers:
            said = {name: data.get(f"{n}-{name}") for name in POINT}
            if any(said.values()):
                other = said["material"] == OTHER
                left_out = {
                    "code": "" if said["code"] else "选择情形",
                    "material": "" if said["material"] or said["subject"] else "选择哪份材料",
                    "subject": "写明是什么" if other and not said["subject"] else "",
                    "request": "" if said["request"] else "写明应当怎样补正",
                }
                for name, message in left_out.items():
                    if message and f"{n}-{name}" not in self.errors:
                        self.add_error(f"{n}-{name}", f"第 {n + 1} 条：{message}")
        if not self.errors and not self.rows:
            self.add_error("0-code", "至少写一条需要补正的内容")
        return data

    @property
    def rows(self) -> list[dict[str, str]]:
        found = [{name: self.cleaned_data.get(f"{n}-{name}", "") for name in POINT} for n in self.numbers]
        return [
            {**row, "material": row["material"] if row["material"] != OTHER else ""}
            for row in found
            if any(row.values())
        ]

    def points(self) -> list[tuple[int, list[forms.BoundField]]]:
        """The fields of each point, for the page."""
        return [(n + 1, [self[f"{n}-{name}"] for name in POINT]) for n in self.numbers]


class PauseForm(Versioned):
    """暂停计时 for a reason of the pack, each with its longest term and whether the statutory clock stops too."""

    reason = choice("暂停的事由", (), "选择暂停的事由")
    note = text_area("具体情况", "写明暂停的具体情况", "项目单位会看到。期限届满自动恢复计时。", rows=2)

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [reason for reason in all_at(pack().pauses, day) if reason.id not in OWN_PROCEDURES]
        listed = [
            (
                reason.id,
                (
                    f"{reason.label}（最长 {term(reason.longest, reason.longest_unit)}，"
                    f"法定期限{'同时暂停' if reason.stops_statutory else '照常计算'}）"
                ),
            )
            for reason in known
        ]
        set_choices(self, "reason", [("", "请选择"), *listed])


class ResumeForm(Versioned):
    note = text_area("恢复的原因", "", rows=2)


class ExtendForm(Versioned):
    """延长办理期限, once, with a reason that is told (行政许可法 42)."""

    days = forms.IntegerField(
        label="延长的天数",
        min_value=1,
        max_value=365,
        widget=DecimalInput(unit="个工作日"),
        error_messages={"required": "填写延长的工作日数", "invalid": "工作日数应为整数"},
    )
    reason = text_area("延长的理由", "写明延长期限的理由", "理由会告知项目单位。", rows=2)


class DecideForm(Versioned):
    """准予 or 不予许可, with the document's number; a refusal states its reasons and tells the remedies by itself."""

    granted = choice("决定", [("yes", "准予许可"), ("no", "不予许可")], "选择准予或者不予", radio=True)
    document_number = forms.CharField(label="决定书文号", max_length=60, error_messages={"required": "填写决定书文号"})
    reason_code = choice("不予许可的情形", (), help_text="不予许可时选择。")
    text = text_area(
        "决定的内容或者理由", "", "准予的，可写明附带的要求；不予的，写明理由。复议和诉讼的途径、期限会自动写入决定书。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "reason_code", [("", "请选择"), *reasons("refusal")])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("granted") == "no":
            if not data.get("reason_code"):
                self.add_error("reason_code", "选择不予许可的情形")
            if not data.get("text"):
                self.add_error("text", "写明不予许可的理由")
        return data


class RefuseAcceptanceForm(Versioned):
    """不予受理 (行政许可法 32): no permit is needed, or another authority is competent; told apart from what is only
    incomplete.
    """

    reason_code = choice("不予受理的情形", (), "选择不予受理的情形")
    referred_to = choice(
        "有权机关",
        (),
        help_text="不属于本部门职权范围的，告知企业向哪个部门申请；企业重新申报时直接交给它。",
    )
    document_number = forms.CharField(label="决定书文号", max_length=60, error_messages={"required": "填写决定书文号"})
    text = text_area("理由", "写明不予受理的理由", "材料不全、不符合法定形式的，请一次性告知，不作不予受理。")

    def __init__(self, *args: Any, item: MapItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offices = departments(item.project.hall_id).exclude(pk=item.department_id)
        set_choices(self, "reason_code", [("", "请选择"), *reasons("not_accepted")])
        set_choices(self, "referred_to", [("", "不在本大厅，或者不清楚"), *((row.key, row.name) for row in offices)])


class EndSharingForm(Versioned):
    """One project's sharing of a zone's result is ended by the department, with its reason."""

    why = text_area(
        "为什么不能再共享",
        "写明为什么这个项目不能再共享",
        "项目单位会看到；事项回到“未申报”，按常规办理。结果对其他项目仍然有效。",
        rows=3,
    )


class DeliverForm(Versioned):
    how = choice(
        "送达方式",
        [("在线送达", "在线送达"), ("窗口领取", "窗口领取"), ("邮寄送达", "邮寄送达"), ("直接送达", "直接送达")],
        "选择送达方式",
        radio=True,
    )
    note = forms.CharField(label="签收人、邮单号等", required=False, max_length=120)

    @property
    def words(self) -> str:
        return "：".join(part for part in (self.cleaned_data["how"], self.cleaned_data["note"]) if part)


class Keyed(forms.Form):
    """A form that adds a row: sent twice, it adds one."""

    key = forms.CharField(widget=forms.HiddenInput(), required=False, max_length=80)


class ProblemForm(Keyed):
    """A problem found in supervision; it shows on the map (附件7·第十七条)."""

    text = text_area("发现的问题", "写明发现的问题", "问题和处理情况会显示在项目的“一张图”上。", rows=3)


class HandleForm(forms.Form):
    problem = forms.IntegerField(widget=forms.HiddenInput())
    handling = text_area("处理情况", "写明处理情况", rows=3)


class EscalateForm(Keyed):
    """启动协调机制 on a red light: who is urged, what is agreed; the clock runs on."""

    urged = forms.MultipleChoiceField(
        label="催办的人员", widget=forms.CheckboxSelectMultiple(), error_messages={"required": "选择催办的人员"}
    )
    agreed = text_area("协调的意见", "写明协调的意见", rows=3)
    agreed_until = forms.DateField(label="商定的办结日期", required=False, widget=DateInput())

    def __init__(self, *args: Any, people: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        set_choices(self, "urged", [(str(person.pk), person.name) for person in people])


class OutcomeForm(forms.Form):
    outcome = text_area("协调的结果", "写明协调的结果", rows=3)


class ReassignForm(forms.Form):
    person = choice("转交给", (), "选择接办的人员")
    why = forms.CharField(label="原因", required=False, max_length=200)

    def __init__(self, *args: Any, people: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        set_choices(self, "person", [("", "请选择"), *((str(person.pk), person.name) for person in people)])


class RemindForm(Keyed):
    note = forms.CharField(
        label="催办的话",
        max_length=200,
        error_messages={"required": "写明催办的内容"},
        widget=forms.Textarea({"rows": 2}),
    )


class RemedyForm(Keyed):
    """复议、诉讼、投诉 on a decision, as the papers served say."""

    application = choice("对哪个决定", (), "选择哪个决定")
    kind = choice("途径", RemedyKind.choices, "选择途径", radio=True)
    body = forms.CharField(label="受理的机关", max_length=120, required=False, help_text="投诉不用填，由本大厅办理。")
    filed_on = forms.DateField(label="提出的日期", widget=DateInput(), error_messages={"required": "填写提出的日期"})
    text = text_area("请求和理由", "写明请求和理由", rows=3)

    def __init__(self, *args: Any, decided: Iterable[Application], present: int, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        listed = [(str(one.number), f"第 {one.number} 次申请的决定 {one.document_number}".rstrip()) for one in decided]
        if not listed:
            # Nothing is decided: the handling can be complained of, and nothing else.
            listed = [(str(present), f"第 {present} 次申请")]
            set_choices(self, "kind", [(RemedyKind.COMPLAINT.value, RemedyKind.COMPLAINT.label)])
        set_choices(self, "application", listed)
        if len(listed) == 1:
            self.fields["application"].widget = forms.HiddenInput()


class RemedyOutcomeForm(Versioned):
    """How it ended, in the words of whoever ruled."""

    outcome = choice("结果", (), "选择结果")
    concluded_on = forms.DateField(
        label="结果的日期", widget=DateInput(), error_messages={"required": "填写结果的日期"}
    )
    answer = text_area("结果和理由", "写明结果和理由", "项目单位会看到。", rows=3)

    def __init__(self, *args: Any, outcomes: Iterable[RemedyOutcome], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "outcome", [("", "请选择"), *((one.value, one.label) for one in outcomes)])


def send_back_kind(item: MapItem) -> str:
    return SendBackKind.INCOMPLETE if item.state == "received" else SendBackKind.INCORRECT


def point_count(data: Any, prefix: str) -> int:
    """How many rows the form was sent with; a machine's nonsense counts as the first number."""
    sent = str(data.get(f"{prefix}-count", ""))
    return (
        max(1, min(POINTS_MOST, int(sent)))
        if sent.isascii() and sent.isdecimal() and len(sent) < 4
        else POINTS_AT_FIRST
    )
