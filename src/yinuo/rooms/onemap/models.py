from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from yinuo.engine.base import AppendOnly, Versioned
from yinuo.engine.catalogue.models import RegionalResult
from yinuo.engine.documents.attachments import FileList
from yinuo.engine.documents.models import Document, FileRole
from yinuo.engine.people.models import Department, Person
from yinuo.rooms.projects.models import Project


class GuidanceKind(models.TextChoices):
    PRE_START = "pre_start", "前期辅导"
    COMPLETION = "completion", "二次辅导"


class Guidance(models.Model):
    """A round of asking every department concerned; its answers merge into the map."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="guidances")
    kind = models.CharField(max_length=12, choices=GuidanceKind.choices)
    opened_at = models.DateTimeField()
    merged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "kind"], name="guidance_once")]


class GuidanceAnswer(Versioned):
    """What one department says of the project. `matters`: list of {matter_id, needed, level, days, unit, after,
    materials, promisable, note}; filled from the catalogue as a proposal, confirmed or changed by the handler, or
    generated.
    """

    guidance = models.ForeignKey(Guidance, on_delete=models.PROTECT, related_name="answers")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    matters = models.JSONField(default=list)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    generated = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["guidance", "department"], name="answer_once")]


class ItemState(models.TextChoices):
    OPEN = "open", "未申报"
    RECEIVED = "received", "已收件"
    INCOMPLETE = "incomplete", "补正"
    ACCEPTED = "accepted", "办理中"
    INCORRECT = "incorrect", "退回修改"
    PAUSED = "paused", "暂停"
    NOTICE = "notice", "承诺公示中"
    DECIDABLE = "decidable", "公示期满，待决定"
    MOCK_GRANTED = "mock_granted", "模拟通过"
    GRANTED = "granted", "已办结"
    REFUSED = "refused", "不予许可"
    NOT_ACCEPTED = "not_accepted", "不予受理"
    EXEMPT = "exempt", "免办"
    CANCELLED = "cancelled", "已取消"


class Route(models.TextChoices):
    REGULAR = "regular", "常规办理"
    COMMITMENT = "commitment", "信用承诺"
    REGIONAL = "regional", "区域评估"


CONCLUDED = ("granted", "exempt")
DECIDED = ("granted", "refused", "not_accepted")
ENDED = ("granted", "exempt", "refused", "not_accepted", "cancelled")


class MapItem(Versioned):
    """One matter of one project (项目上的事项), as guidance put it on the map: what, by whom, when, by which route,
    after which others.

    `after` names the matters it waits for. `application`: the round of applying it is in, or was last concluded by;
    none while it is open. `handler` is named by the guidance, before anything is applied for, and stays from one
    application to the next. `mock`: the project's plan puts the matter under 模拟审批, applied for or not. `shared`:
    the regional result it is satisfied by; `share_ended`: number of the regional result whose sharing by this project
    the department has ended.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="items")
    matter_id = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    pre_start = models.BooleanField()
    completion = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=ItemState.choices, default=ItemState.OPEN)
    route = models.CharField(max_length=12, choices=Route.choices, default=Route.REGULAR)
    promisable = models.BooleanField(default=False)
    promisable_why = models.JSONField(default=dict)
    level = models.CharField(max_length=12, default="county")
    after = models.JSONField(default=list)
    materials = models.JSONField(default=list)
    guidance_note = models.TextField(default="")
    limit_value = models.PositiveIntegerField(null=True)
    limit_unit = models.CharField(max_length=8, default="working")
    statutory_value = models.PositiveIntegerField(null=True)
    statutory_unit = models.CharField(max_length=8, default="working")
    handler = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    mock = models.BooleanField(default=False)
    shared = models.ForeignKey(RegionalResult, null=True, on_delete=models.PROTECT, related_name="items")
    share_ended = models.CharField(max_length=60, default="")
    application = models.OneToOneField("Application", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "matter_id"], name="matter_once_per_project"),
            # A matter cancelled keeps its application, where it had one.
            models.CheckConstraint(
                condition=Q(state="cancelled") | (Q(state="open") ^ Q(application__isnull=False)),
                name="item_with_its_application",
            ),
            models.CheckConstraint(condition=Q(route="regional") ^ Q(shared__isnull=True), name="item_shares_a_result"),
        ]
        indexes = [models.Index(fields=["project", "stage", "position"], name="items_of_project")]

    @property
    def present(self) -> Application:
        """The application to read from; an empty one, never saved, while nothing is applied for."""
        return self.application or Application()

    @property
    def ended_at(self) -> datetime | None:
        """When it was concluded or refused; none while it runs, and where it fell away."""
        return None if self.state == ItemState.CANCELLED else self.present.ended_at

    @property
    def concluded(self) -> bool:
        return self.state in CONCLUDED

    @property
    def not_needed(self) -> bool:
        """Refused acceptance because the law asks for no permit: it holds nothing up, and its paper is delivered and
        contested as others.
        """
        return self.state == ItemState.EXEMPT and self.present.outcome == Outcome.NOT_NEEDED

    @property
    def decided(self) -> bool:
        """Ended by a decision of the department, which is delivered and may be contested."""
        return self.state in DECIDED or self.not_needed


class Outcome(models.TextChoices):
    GRANTED = "granted", "准予许可"
    REFUSED = "refused", "不予许可"
    NOT_ACCEPTED = "not_accepted", "不予受理"
    NOT_NEEDED = "not_needed", "不予受理（不需要许可）"
    WITHDRAWN = "withdrawn", "企业撤回"
    GIVEN_UP = "given_up", "逾期未补，视为放弃"
    TO_REGULAR = "to_regular", "承诺转常规办理"
    MOCK_LAPSED = "mock_lapsed", "模拟审批失效"
    SHARED = "shared", "共享区域评估"
    UNSHARED = "unshared", "不再共享区域评估"
    EXEMPT = "exempt", "无需办理"
    REVOKED = "revoked", "决定已撤销"
    CANCELLED = "cancelled", "已取消"


# What an application may have ended with that the unit can contest.
CONTESTED = ("refused", "not_accepted", "not_needed")


class Application(models.Model):
    """One round of applying for a matter (申请), from its receipt to its end; every round keeps its own dates, decision
    and papers.

    A matter settled without a hand-in (the filing itself, a contract, a region's result, a result taken in, a
    verification that is not needed) has one as well, with `received_at` empty. A form's version is that of its item.
    `department`: the one applied to; after a referral the item's is another. `outcome`: "" while it runs.
    `result_text`: what the decision says, or why the application ended. `deficient`: accepted with a gap (容缺受理).
    `referred_to`: the department a refusal to accept has named as the competent one, where the next application goes.
    `again_at`: when the matter was opened to the next application, and `again_why` the reason given then; from then on
    the row is never changed (a trigger refuses it).
    """

    closes_with = "again_at"

    item = models.ForeignKey(MapItem, on_delete=models.PROTECT, related_name="applications", db_index=False)
    number = models.PositiveSmallIntegerField(default=1)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+", db_index=False)
    received_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    deemed_accepted = models.BooleanField(default=False)
    deficient = models.BooleanField(default=False)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default="")
    ended_at = models.DateTimeField(null=True)
    document_number = models.CharField("文号", max_length=60, default="")
    result_text = models.TextField(default="")
    referred_to = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    delivered_at = models.DateTimeField(null=True)
    again_at = models.DateTimeField(null=True)
    again_why = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="application_number"),
            models.UniqueConstraint(
                fields=["item"], condition=Q(again_at__isnull=True), name="application_present_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at__isnull=True, again_at__isnull=True, delivered_at__isnull=True)
                | (~Q(outcome="") & Q(ended_at__isnull=False)),
                name="application_ended",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=CONTESTED) | ~Q(result_text=""), name="application_refused_with_reason"
            ),
        ]

    @property
    def contested(self) -> bool:
        """Ended with a decision that the unit can contest."""
        return self.outcome in CONTESTED


class Submission(AppendOnly):
    """One version of what the company handed in for an application; after the decision only for a document needed
    later.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="submissions", db_index=False)
    number = models.PositiveSmallIntegerField()
    receipt_no = models.CharField(max_length=24, unique=True)
    materials = FileList(FileRole.MATERIAL)
    note = models.TextField(default="")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "number"], name="submission_number")]

    @property
    def item(self) -> MapItem:
        return self.application.item


class SendBackKind(models.TextChoices):
    INCOMPLETE = "incomplete", "材料不全（尚未受理）"
    INCORRECT = "incorrect", "材料有误（办理中暂停）"


class SendBack(AppendOnly):
    """一次性告知: everything that is missing or wrong, told once and completely; once per kind and application."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="send_backs", db_index=False)
    kind = models.CharField(max_length=10, choices=SendBackKind.choices)
    points = models.JSONField()
    reason = models.TextField()
    effective_on = models.DateField()
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "kind"], name="send_back_once")]


class LaterState(models.TextChoices):
    RECEIVED = "received", "待审核"
    INCOMPLETE = "incomplete", "待补充"
    ACCEPTED = "accepted", "办理中"
    ISSUED = "issued", "已出具"
    DECLINED = "declined", "不予出具"
    WITHDRAWN = "withdrawn", "已撤回"


LATER_OPEN = ("received", "incomplete", "accepted")


class LaterDocument(Versioned):
    """补办审批文件 (正文·三(七)): a matter was decided on a promise and its document proves to be needed.

    The company supplies the material by the service guide, the authority reviews it and gives the document; the promise
    stands.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="later_documents")
    purpose = models.TextField()
    state = models.CharField(max_length=10, choices=LaterState.choices, default=LaterState.RECEIVED)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    received_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    deemed_accepted = models.BooleanField(default=False)
    points = models.JSONField(default=list)
    reason = models.TextField(default="")
    sent_back_at = models.DateTimeField(null=True)
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(default="")
    concluded_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(state__in=LATER_OPEN), name="later_document_open_once"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["issued", "declined"]) | Q(document__isnull=False), name="later_document_given"
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(text=""), name="later_document_declined_with_reason"
            ),
        ]

    @property
    def item(self) -> MapItem:
        return self.application.item

    @property
    def is_open(self) -> bool:
        return self.state in LATER_OPEN


class RemedyKind(models.TextChoices):
    RECONSIDERATION = "reconsideration", "行政复议"
    LITIGATION = "litigation", "行政诉讼"
    COMPLAINT = "complaint", "投诉"


class RemedyOutcome(models.TextChoices):
    UPHELD = "upheld", "维持原决定"
    REVOKED = "revoked", "撤销原决定"
    CHANGED = "changed", "变更原决定"
    AGAIN = "again", "责令重新作出决定"
    DISMISSED = "dismissed", "驳回或者不予受理"
    SETTLED = "settled", "和解或者调解"
    WITHDRAWN = "withdrawn", "申请人撤回"
    JUSTIFIED = "justified", "投诉属实，已纠正"
    UNJUSTIFIED = "unjustified", "投诉不属实"


class Remedy(Versioned):
    """复议、诉讼或者投诉 on a decision (U-7), as it was entered: to whom, when, over what, and how it ended.

    `application`: the one that was decided; a complaint may come before anything is applied for, so it names its matter
    too.
    """

    item = models.ForeignKey(MapItem, on_delete=models.PROTECT, related_name="remedies")
    application = models.ForeignKey(Application, null=True, on_delete=models.PROTECT, related_name="remedies")
    kind = models.CharField(max_length=16, choices=RemedyKind.choices)
    document_number = models.CharField("文号", max_length=60)
    body = models.CharField(max_length=120)
    filed_on = models.DateField()
    text = models.TextField()
    entered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    entered_as = models.CharField(max_length=24)
    entered_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=RemedyOutcome.choices, default="")
    answer = models.TextField(default="")
    concluded_on = models.DateField(null=True)
    concluded_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="") | (~Q(answer="") & Q(concluded_on__isnull=False)),
                name="remedy_ended_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(kind="complaint") | Q(application__isnull=False), name="remedy_on_a_decision"
            ),
        ]


class ExternalResult(AppendOnly):
    """A result taken in from another system (工程审批系统): sent twice it changes nothing.

    `application`: the one it came to; a code that moves nothing may come before anything is applied for, so it names
    its matter too.
    """

    system = models.CharField(max_length=40)
    external_id = models.CharField(max_length=80)
    item = models.ForeignKey(MapItem, on_delete=models.PROTECT, related_name="external_results")
    application = models.ForeignKey(Application, null=True, on_delete=models.PROTECT, related_name="external_results")
    status_code = models.PositiveSmallIntegerField()
    body = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "external_id"], name="external_result_once")]


class Escalation(models.Model):
    """启动协调机制 on a red light: who was urged, when, what was agreed. It never pauses a clock."""

    item = models.OneToOneField(MapItem, on_delete=models.PROTECT, related_name="escalation")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    urged = models.JSONField(default=list)
    agreed = models.TextField(default="")
    agreed_until = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)


class CoordinationState(models.TextChoices):
    REQUESTED = "requested", "待牵头部门决定"
    DECLINED = "declined", "未启动"
    RUNNING = "running", "协调中"
    CONCLUDED = "concluded", "已形成意见"
    ENDED = "ended", "随项目终止"


COORDINATION_OPEN = ("requested", "running")


class Coordination(Versioned):
    """“1+X” (附件6·四(二)3): the stage's lead department and those a special case concerns work it out; the clocks
    affected pause.

    `ends_by`: the longest term of the pause, after which the clocks run again whatever has come of it.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="coordinations")
    stage = models.CharField(max_length=40)
    lead = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    issue = models.TextField()
    state = models.CharField(max_length=10, choices=CoordinationState.choices, default=CoordinationState.REQUESTED)
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    requested_from = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    started_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(null=True)
    ends_by = models.DateTimeField(null=True)
    meeting_at = models.DateTimeField(null=True)
    meeting_place = models.CharField(max_length=120, default="")
    conclusion = models.TextField(default="")
    minutes = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="requested")
                | Q(state="running", started_at__isnull=False)
                | Q(ended_at__isnull=False),
                name="coordination_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["declined", "concluded"]) | ~Q(conclusion=""), name="coordination_with_reason"
            ),
        ]
        indexes = [models.Index(fields=["project", "state"], name="coordinations_of_project")]

    @property
    def is_open(self) -> bool:
        return self.state in COORDINATION_OPEN


class CoordinationItem(models.Model):
    """A matter a coordination is about; `paused`: its clock has stood still for it."""

    coordination = models.ForeignKey(Coordination, on_delete=models.PROTECT, related_name="affected")
    item = models.ForeignKey(MapItem, on_delete=models.PROTECT, related_name="coordinations")
    paused = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["coordination", "item"], name="coordinated_once")]


class CoordinationOpinion(Versioned):
    """A department that takes part, and what it says."""

    coordination = models.ForeignKey(Coordination, on_delete=models.PROTECT, related_name="opinions")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(default="")
    given_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["coordination", "department"], name="takes_part_once")]


class Problem(models.Model):
    """A problem found on a matter (附件7·第十七条) and its handling; both show on the map."""

    item = models.ForeignKey(MapItem, on_delete=models.PROTECT, related_name="problems")
    text = models.TextField()
    found_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField()
    handling = models.TextField(default="")
    handled_at = models.DateTimeField(null=True)
