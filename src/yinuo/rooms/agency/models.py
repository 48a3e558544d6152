from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q

from yinuo.engine.base import AppendOnly, Versioned
from yinuo.engine.documents.models import Document
from yinuo.engine.people.models import Hall, InForce, Person, one_in_force, span_in_order
from yinuo.engine.trail.models import StoredDecision
from yinuo.rooms.projects.models import Project


class BodyLevel(models.TextChoices):
    COUNTY = "county", "县级"
    TOWNSHIP = "township", "乡镇"


class AgencyBody(InForce):
    """代办服务机构: leans on a hall, apart from its departments; a township's is guided by the county's (附件6·三(一)).

    A hall may have several bodies; a name is used once and for all, so one row is one body's whole span.
    """

    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="agency_bodies")
    level = models.CharField("层级", max_length=8, choices=BodyLevel.choices)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="below")
    name = models.CharField("名称", max_length=80, unique=True)
    place = models.CharField("窗口地址", max_length=160)
    phone = models.CharField("联系电话", max_length=40)

    class Meta:
        constraints = [
            span_in_order("agency_body_span"),
            models.CheckConstraint(
                condition=Q(level="county", parent__isnull=True) | Q(level="township", parent__isnull=False),
                name="agency_body_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ServiceAgent(InForce):
    """代办员: a person's place in a body, in one at a time; they sign in by their role `agent` in the hall."""

    body = models.ForeignKey(AgencyBody, on_delete=models.PROTECT, related_name="agents")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="agencies")
    phone = models.CharField("服务电话", max_length=40)

    class Meta:
        constraints = [span_in_order("agent_span"), one_in_force("agent_of_one_body", "person")]


class Training(AppendOnly):
    """A session in which agents were trained (附件6·三(一)3, 五(二)); `agents` = numbers of those who were there."""

    body = models.ForeignKey(AgencyBody, on_delete=models.PROTECT, related_name="trainings")
    on = models.DateField("日期")
    topic = models.CharField("内容", max_length=160)
    agents = models.JSONField(default=list)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class AppraisalGrade(models.TextChoices):
    EXCELLENT = "excellent", "优秀"
    COMPETENT = "competent", "称职"
    BASIC = "basic", "基本称职"
    FAILED = "failed", "不称职"


class Appraisal(AppendOnly):
    """An agent's yearly appraisal; `figures` are what the platform counted on the day it was made."""

    agent = models.ForeignKey(ServiceAgent, on_delete=models.PROTECT, related_name="appraisals")
    year = models.PositiveSmallIntegerField("年度")
    grade = models.CharField("考核等次", max_length=10, choices=AppraisalGrade.choices)
    text = models.CharField("评语", max_length=400)
    figures = models.JSONField(default=dict)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "year"], name="appraisal_once_a_year")]


class ServiceKind(models.TextChoices):
    CONSULT = "consult", "咨询"
    GUIDE = "guide", "指导"
    COORDINATE = "coordinate", "协调"
    ACT = "act", "代办"


class ApplicationState(models.TextChoices):
    APPLIED = "applied", "待答复"
    REFUSED = "refused", "不予提供"
    OFFERED = "offered", "待签协议"
    AGREED = "agreed", "已签协议"
    WITHDRAWN = "withdrawn", "已撤回"
    LAPSED = "lapsed", "逾期未签，已失效"


OPEN_APPLICATION = ("applied", "offered")


class AgencyRequest(Versioned):
    """A unit asks for an agent for one project (附件6·四(一)).

    `matters` empty = the whole of the project; `via` as in the trail.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="agency_requests")
    body = models.ForeignKey(AgencyBody, on_delete=models.PROTECT, related_name="requests")
    state = models.CharField(max_length=10, choices=ApplicationState.choices, default=ApplicationState.APPLIED)
    matters = models.JSONField(default=list)
    services = models.JSONField(default=list)
    lead_name = models.CharField("项目负责人", max_length=60)
    lead_phone = models.CharField("项目负责人电话", max_length=40)
    handler_name = models.CharField("经办人", max_length=60)
    handler_phone = models.CharField("经办人电话", max_length=40)
    text = models.TextField("需要代办的情况", default="")
    entrance = models.CharField(max_length=12)
    applied_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField()
    decision = models.ForeignKey(StoredDecision, null=True, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(default="")
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project"], condition=Q(state__in=OPEN_APPLICATION), name="agency_request_open_once"
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(answer=""), name="agency_refused_with_reason"),
        ]


class AgreementState(models.TextChoices):
    OFFERED = "offered", "待单位签署"
    RUNNING = "running", "服务中"
    FINISHING = "finishing", "待单位确认办结"
    ENDED = "ended", "已终止"
    DONE = "done", "已办结"
    VOID = "void", "未签署，已失效"


IN_FORCE = ("running", "finishing")


class EndKind(models.TextChoices):
    LAW = "law", "与现行法规相冲突，不具备办结条件"
    WISH = "wish", "项目单位要求终止"
    CONFIRMED = "confirmed", "委托事项完成，经项目单位确认"
    DEEMED = "deemed", "委托事项完成，逾期未表示意见视为确认"
    GRADE = "grade", "企业信用等级降为差（D、D-）"
    PROVINCIAL = "provincial", "被省社会信用信息平台列为差等"
    TERM = "term", "协议期限届满"
    PROJECT = "project", "项目已经撤回或者终止"


DONE_KINDS = ("confirmed", "deemed")


class Agreement(Versioned):
    """委托代办协议 and the service under it: exact as to project, matters, services and days; free of charge.

    The body signs when it offers, the unit when it accepts; both make it run. `to_on` is the first day it no longer
    holds. A project has one that is offered or runs, whatever its days: `agreement_once_per_project` is narrower than
    an exclusion over the span. `returned`: list of {name, note}, what was given back to the unit at the end.
    """

    request = models.OneToOneField(AgencyRequest, on_delete=models.PROTECT, related_name="agreement")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="agency_agreements")
    body = models.ForeignKey(AgencyBody, on_delete=models.PROTECT, related_name="agreements")
    agent = models.ForeignKey(ServiceAgent, on_delete=models.PROTECT, related_name="agreements")
    number = models.CharField("协议编号", max_length=60, unique=True)
    matters = models.JSONField(default=list)
    services = models.JSONField(default=list)
    from_on = models.DateField()
    to_on = models.DateField()
    state = models.CharField(max_length=10, choices=AgreementState.choices, default=AgreementState.OFFERED)
    body_signed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    body_signed_at = models.DateTimeField()
    unit_signed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    unit_signed_at = models.DateTimeField(null=True)
    paper = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True)
    finish_text = models.TextField(default="")
    end_kind = models.CharField(max_length=12, choices=EndKind.choices, default="", blank=True)
    end_text = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)
    end_paper = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
    returned = models.JSONField(default=list)
    archived_at = models.DateTimeField(null=True)
    received_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(to_on__gt=F("from_on")), name="agreement_span"),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(state__in=["offered", "running", "finishing"]),
                name="agreement_once_per_project",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["offered", "void"]) | Q(unit_signed_at__isnull=False, paper__isnull=False),
                name="agreement_signed_by_both",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ended", "done"]) | ~Q(end_kind=""), name="agreement_ended_why"
            ),
        ]
        indexes = [models.Index(fields=["agent", "state"], name="agreements_of_agent")]

    @property
    def last_on(self) -> date:
        """The last day it holds."""
        return self.to_on - timedelta(days=1)

    def holds_on(self, day: date) -> bool:
        return self.state in IN_FORCE and self.from_on <= day < self.to_on

    def covers(self, matter_id: str) -> bool:
        return not self.matters or matter_id in self.matters


class ServiceEntry(AppendOnly):
    """服务记录: what was done under an agreement, when, by whom, for which matter ("" = for the project)."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="log")
    kind = models.CharField(max_length=12, choices=ServiceKind.choices)
    matter_id = models.CharField(max_length=60, default="", blank=True)
    on = models.DateField()
    text = models.TextField()
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["agreement", "-id"], name="service_log")]


class FilingPlan(AppendOnly):
    """申报进度计划 as it was drawn on a day; the last one counts.

    `rows`: list of {matter_id, name, starts_on, ends_on}.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="plans")
    rows = models.JSONField()
    note = models.TextField(default="")
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class GreenChannel(AppendOnly):
    """绿色通道: the departments were asked to give these matters priority, and why (附件6·四(二)4)."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="green")
    matter_id = models.CharField(max_length=60)
    reason = models.TextField()
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "matter_id"], name="green_once")]


class Package(AppendOnly):
    """套餐: matters handed in together by the agent, in the order of their prerequisites;
    `submissions` in that order.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="packages")
    submissions = models.JSONField(default=list)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
