"""Which pages `make pictures` takes, of whom, and on which of the demonstration's rows; what is not pictured is excused
here.

A page names who may open it with what; the first that opens is pictured, so that a demonstration may change.
Every URL name of the faces stands in one of the two lists: tests/web/test_pictures.py says which is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from yinuo.engine.catalogue.models import RegionalResult, Zone
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.people.models import AuthorisedPerson, Hall, Membership, ProjectUnit
from yinuo.faces.figures.blocks import PARTS as DASHBOARDS
from yinuo.rooms.accounts.models import Admission
from yinuo.rooms.agency.models import AgencyRequest, Agreement
from yinuo.rooms.commitments.models import AuditReport, Commitment, Difficulty, Objection, Ruling
from yinuo.rooms.credit.models import CreditEvent, CreditRelief, EvaluationBatch, PointProposal
from yinuo.rooms.deficient.models import DeficientAcceptance
from yinuo.rooms.grants.models import ChainNode, Grant
from yinuo.rooms.halls.models import Bulletin, ManualPoint
from yinuo.rooms.inspections.models import InspectionPlan, RandomInspection
from yinuo.rooms.land.models import ListInput, Parcel, ParcelUse
from yinuo.rooms.mock.models import MockApplication, MockMatter
from yinuo.rooms.onemap.models import Coordination, GuidanceAnswer, MapItem, Submission
from yinuo.rooms.oversight.models import AnomalyWarning, LifeRecord
from yinuo.rooms.projects.models import ChangeRequest, Draft, Participant, Project, Question
from yinuo.rooms.reform.models import Publication, ReformReport
from yinuo.rooms.regional.models import RegionalAssessment
from yinuo.rooms.reviews.models import ServiceReview, TrackService
from yinuo.rooms.window.models import Visit
from yinuo.stories.demo.people import NEWCOMER

# A login and the address's arguments.
Chance = tuple[str, list[Any]]
Chances = Callable[[], Iterator[Chance]]
MANY = 60


@dataclass(frozen=True)
class Page:
    name: str
    chances: Chances
    query: str = ""
    who: str = ""

    @property
    def title(self) -> str:
        return self.name.replace(":", "/") + (f"-{self.who}" if self.who else "")


def at_the_window(model: Any = None, **where: Any) -> Chances:
    """The window's clerk, on the newest rows of a model, or on no row at all."""
    return lambda: (
        ("mahongmei", [row.pk] if model else [])
        for row in (model.objects.filter(**where).order_by("-pk")[:MANY] if model else [None])
    )


def promised_at_the_window() -> Iterator[tuple[str, list[Any]]]:
    """The clerk's open visit, with a matter of its unit that may be promised."""
    for visit in Visit.objects.filter(closed_at__isnull=True):
        for item in MapItem.objects.filter(project__unit=visit.unit_id, promisable=True, state="open").order_by(
            "-project", "position"
        ):
            yield "mahongmei", [visit.pk, item.pk]


def newcomer() -> Iterator[Chance]:
    yield NEWCOMER, []


def anybody(*arguments: Any) -> Chances:
    return lambda: iter([("", list(arguments))])


def citizens(rows: Callable[[], Any], *fields: str) -> Chances:
    return lambda: (("", [_at(row, field) for field in fields]) for row in rows()[:MANY])


def person_of(unit_id: int) -> str:
    found = (
        AuthorisedPerson.objects.filter(unit_id=unit_id, confirmed_at__isnull=False).order_by("-may_sign", "id").first()
    )
    return found.person.username if found else ""


def units(rows: Callable[[], Any], unit: str, *fields: str) -> Chances:
    """The person of each row's unit, which stands in its field `unit`."""
    return lambda: ((person_of(_at(row, unit)), [_at(row, field) for field in fields]) for row in rows()[:MANY])


def staff(role: str, department: str = "") -> str:
    """Somebody with this role and no other, in the department where one is named."""
    members = Membership.objects.filter(role=role).order_by("id")
    if department:
        members = members.filter(department__key=department)
    hats = list(Membership.objects.values_list("person_id", flat=True))
    alone = [member for member in members.select_related("person") if hats.count(member.person_id) == 1]
    return alone[0].person.username if alone else ""


def officials(role: str, rows: Callable[[], Any], *fields: str, department: str = "") -> Chances:
    """Who has the role in the row's department, which stands in its field `department`; anywhere without one."""
    return lambda: (
        (staff(role, _at(row, department) if department else ""), [_at(row, field) for field in fields])
        for row in rows()[:MANY]
    )


def one(role: str, *arguments: Any) -> Chances:
    return lambda: iter([(staff(role), list(arguments))])


def company(*arguments: Any) -> Chances:
    return lambda: iter([("maxiaoyun", list(arguments))])


def _at(row: Any, path: str) -> Any:
    for name in path.split("."):
        row = getattr(row, name)
    return row


def projects(**having: Any) -> Callable[[], Any]:
    return lambda: Project.objects.filter(**having).order_by("id")


def under_way() -> Any:
    """Confirmed projects, the busiest map first."""
    busy = Count("items", filter=Q(items__state__in=("received", "accepted", "paused", "notice")))
    return Project.objects.filter(state="confirmed").annotate(busy=busy).order_by("-busy", "id")


def agreements() -> Any:
    return Agreement.objects.filter(state="running").order_by("-pk")


def gaps(state: str) -> Callable[[], Any]:
    return all_of(DeficientAcceptance, "item__department", "item__project", state=state)


def rulings(state: str) -> Callable[[], Any]:
    return all_of(Ruling, "commitment__project", "commitment__department", state=state)


def items(*states: str) -> Callable[[], Any]:
    return lambda: (
        MapItem.objects.filter(**({"state__in": states} if states else {}))
        .select_related("project", "department")
        .order_by("id")
    )


def two_ways() -> Any:
    """Not yet handed in, and may be promised."""
    return items("open")().filter(promisable=True)


def all_of(model: Any, *related: str, **having: Any) -> Callable[[], Any]:
    rows = model.objects.filter(**having)
    return lambda: (rows.select_related(*related) if related else rows).order_by("pk")


ROLES = ("approver", "principal", "stage_convener", "general_convener", "supervisor", "comprehensive", "administrator")
MINE, MY_ITEM = ("unit_id", "pk"), ("project.unit_id", "pk")
CHECK = "?kind=filing&project_class=private"

PAGES = [
    Page("public:home", anybody()),
    Page("public:about", anybody()),
    Page("public:accessibility", anybody()),
    Page("public:search", anybody(), "?q=水土保持"),
    Page("public:company", citizens(all_of(AuthorisedPerson, "unit"), "unit.credit_code")),
    Page("public:check", anybody()),
    Page("public:check_topic", anybody("site"), CHECK),
    Page("public:check_result", anybody(), CHECK),
    Page("public:guides", anybody()),
    Page("public:guide", anybody("soil_conservation_plan")),
    Page("public:zone", anybody()),
    Page("public:answers", anybody()),
    Page("public:commitment", citizens(all_of(Commitment, state="notice"), "pk")),
    Page("public:objection", citizens(all_of(Objection), "receipt_no")),
    Page("public:parcels", anybody()),
    Page("public:parcel", citizens(all_of(Parcel, status="offered"), "pk")),
    Page("staff:parcels", one("approver")),
    Page("staff:parcel", officials("approver", all_of(Parcel, "department"), "pk", department="department.key")),
    Page(
        "staff:land_input",
        officials("approver", all_of(ListInput, "department", answered_at=None), "pk", department="department.key"),
    ),
    Page("unit:land", units(all_of(Parcel, status="sold"), "unit_id")),
    Page("unit:land_parcel", units(all_of(Parcel, status="sold"), "unit_id", "pk")),
    Page("unit:project_land", units(all_of(ParcelUse, "project"), "project.unit_id", "project_id")),
    Page("public:verify", anybody()),
    Page("public:agency", anybody()),
    Page("unit:agency", units(agreements, "project.unit_id", "project_id")),
    Page("unit:agency_apply", units(projects(state="confirmed"), "unit_id", "pk")),
    Page("public:certificate", citizens(projects(code__isnull=False), "code", "unit.credit_code")),
    Page("public:rules", anybody()),
    Page("public:rules_ask", anybody()),
    Page("public:rules_section", anybody("negative-list")),
    Page("public:chain", anybody()),
    Page("public:proof", anybody()),
    Page("public:receipts", anybody()),
    Page("public:receipt", citizens(all_of(Submission), "receipt_no")),
    Page("common:act_as", lambda: iter([("zhaoyonghong", [])])),
    Page("common:messages", company()),
    Page("common:signed_in", company()),
    Page("unit:projects", company()),
    Page("unit:review", units(items("granted"), *MY_ITEM)),
    Page("unit:filing", company()),
    Page("unit:filing_step", units(all_of(Draft), "unit_id", "pk", "step")),
    Page(
        "unit:filing_step", lambda: ((person_of(row.unit_id), [row.pk, "site"]) for row in all_of(Draft)()), who="site"
    ),
    Page("public:check_topic", anybody("operation"), CHECK, "operation"),
    Page("unit:filing_check", units(all_of(Draft), *MINE)),
    Page("unit:filing_done", units(all_of(Draft), *MINE)),
    *(
        Page(f"unit:{name}", units(projects(), *MINE))
        for name in ("project", "report", "questions", "end", "amend", "completion")
    ),
    Page("unit:project", units(projects(stopped_at__isnull=False), *MINE), who="stopped"),
    Page("unit:ruling", units(rulings("made"), "commitment.project.unit_id", "pk")),
    Page("unit:audit", units(all_of(AuditReport, "project"), "project.unit_id", "project_id")),
    *(Page(f"unit:{name}", units(projects(state="confirmed"), *MINE)) for name in ("participants", "benefits")),
    Page("unit:participant_end", units(all_of(Participant, "project"), "project.unit_id", "project_id", "pk")),
    Page(
        "unit:amend_step",
        lambda: ((person_of(row.unit_id), [row.pk, "industry"]) for row in projects(state="confirmed")()),
    ),
    *(Page(f"unit:{name}", units(under_way, *MINE)) for name in ("map", "map_landing")),
    Page("unit:map", units(under_way, *MINE), "?view=board", "board"),
    Page("unit:map", units(under_way, *MINE), "?view=list", "list"),
    Page("unit:map_routes", units(two_ways, "project.unit_id", "project_id", "pk")),
    Page("unit:map_due", units(items("paused", "accepted"), "project.unit_id", "project_id", "pk")),
    *(
        Page("unit:item", units(items(state), *MY_ITEM), who=state)
        for state in ("open", "incomplete", "accepted", "paused", "notice", "granted")
    ),
    Page("unit:item_submit", units(items("open", "incomplete", "incorrect"), *MY_ITEM)),
    Page("unit:item_withdraw", units(items("received", "accepted"), *MY_ITEM)),
    Page("unit:again", units(items("refused"), *MY_ITEM)),
    Page("unit:to_promise", units(items("received", "accepted", "incomplete"), *MY_ITEM)),
    Page("unit:later", units(items("granted"), *MY_ITEM)),
    Page("unit:remedy", units(items("refused", "granted"), *MY_ITEM)),
    Page("unit:commit", units(items("open"), *MY_ITEM)),
    *(
        Page(f"unit:{name}", units(items("notice", "decidable", "granted"), *MY_ITEM))
        for name in ("fulfilment", "difficulty", "regular")
    ),
    *(
        Page(f"unit:{name}", company())
        for name in ("credit", "promises", "all_questions", "library", "persons", "authorise")
    ),
    Page("unit:relief", units(all_of(CreditEvent), *MINE)),
    Page(
        "unit:review_relief",
        units(all_of(CreditRelief, "event", kind="repair", state="rejected", review=None), "event.unit_id", "pk"),
    ),
    Page("staff:evaluations", one("comprehensive")),
    *(
        Page(
            "staff:evaluation_batch", officials("comprehensive", all_of(EvaluationBatch, state=state), "pk"), who=state
        )
        for state in ("checked", "taken")
    ),
    Page("staff:public_credit", one("comprehensive")),
    Page("unit:library_file", units(all_of(StoredFile, unit_id__isnull=False), *MINE)),
    Page("unit:grants", units(all_of(Grant, basis="consent"), "unit_id")),
    Page("unit:grant_new", units(all_of(Grant, basis="consent"), "unit_id")),
    Page("unit:grant_withdraw", units(all_of(Grant, basis="consent"), "unit_id", "pk")),
    Page("unit:end_binding", units(all_of(AuthorisedPerson), "unit_id", "pk")),
    *(Page("staff:inbox", one(role), who=role) for role in ROLES),
    Page("staff:filters", one("approver")),
    Page("staff:hall", one("general_convener")),
    Page("staff:early", one("general_convener")),
    Page("public:figures", anybody()),
    Page("staff:dashboard", one("supervisor")),
    Page("staff:dashboard", one("comprehensive"), "?area=region", "region"),
    *(Page("staff:dashboard_part", one("general_convener", name), who=name) for name in DASHBOARDS),
    Page("staff:dashboard_cases", one("supervisor", "decisions")),
    Page("staff:dashboard_wall", one("general_convener")),
    Page("staff:load", one("general_convener")),
    Page("staff:reassign", one("general_convener")),
    Page("staff:window", at_the_window()),
    Page("staff:window", at_the_window(), "?q=绿源", "search"),
    Page("staff:window_unit", at_the_window()),
    Page("staff:window_open", at_the_window(ProjectUnit)),
    *(
        Page(f"staff:{name}", at_the_window(Visit, closed_at__isnull=True))
        for name in ("window_visit", "window_handout", "window_account")
    ),
    Page("staff:window_visit", at_the_window(Visit, closed_at__isnull=False), who="over"),
    Page("staff:window_promise", promised_at_the_window),
    Page("staff:people", one("administrator")),
    Page("staff:reserved", one("administrator")),
    Page("public:halls", anybody()),
    Page("public:bulletins", anybody()),
    Page("public:bulletin", citizens(lambda: Bulletin.objects.order_by("-month"), "pk")),
    Page("public:honours", anybody()),
    Page("public:benefits", anybody()),
    Page("public:reform", anybody()),
    Page("public:reform_report", citizens(lambda: Publication.objects.order_by("-pk"), "pk")),
    Page("staff:reform", one("comprehensive")),
    Page("staff:reform_report", officials("comprehensive", all_of(ReformReport), "pk")),
    Page(
        "staff:reform_report",
        officials("principal", all_of(ReformReport, draft__state="submitted"), "pk"),
        who="consent",
    ),
    Page("staff:reform_cases", officials("comprehensive", all_of(ReformReport), "pk"), "?measure=on_time"),
    Page("staff:scores", one("supervisor")),
    Page("staff:report_events", one("supervisor")),
    Page("staff:manual_points", officials("supervisor", lambda: ManualPoint.objects.order_by("-id"), "pk")),
    Page("public:hall", citizens(lambda: Hall.objects.order_by("id"), "pk")),
    Page("staff:nodes", one("administrator")),
    Page("staff:chain", one("administrator")),
    Page("staff:node_retire", officials("administrator", all_of(ChainNode), "pk")),
    Page("staff:grants", one("principal")),
    Page("staff:grant_new", one("principal")),
    Page("staff:grant_withdraw", officials("principal", all_of(Grant, basis="statute"), "pk")),
    Page("staff:reviews", one("supervisor"), "?view=all"),
    Page("staff:service_review", officials("supervisor", all_of(ServiceReview, rectification__isnull=False), "pk")),
    Page("unit:service_review", units(all_of(TrackService), *MY_ITEM)),
    Page("staff:review_code", officials("approver", items("granted"), "pk", department="department.key")),
    Page("staff:warnings", one("supervisor"), "?view=all"),
    *(
        Page(
            "staff:warning",
            officials("approver", all_of(AnomalyWarning, "department", state=s), "pk", department="department.key"),
            who=s,
        )
        for s in ("open", "reported", "closed")
    ),
    Page("unit:warning", units(all_of(AnomalyWarning, "project", state="rectifying"), *MY_ITEM)),
    Page("staff:records", officials("supervisor", all_of(LifeRecord), "project_id")),
    Page("staff:shared", one("comprehensive")),
    Page("staff:clues", one("supervisor")),
    Page("staff:clue_new", one("supervisor")),
    Page(
        "staff:record_new",
        lambda: ((staff("supervisor"), [row.pk, "penalty"]) for row in projects(state="confirmed")()),
    ),
    Page("staff:record", officials("supervisor", all_of(LifeRecord, kind="penalty"), "pk")),
    Page("staff:inspections", one("supervisor"), "?view=all"),
    Page("staff:inspectors", one("general_convener")),
    Page("staff:inspection_new", one("approver")),
    *(
        Page(
            "staff:inspection_plan",
            officials("approver", all_of(InspectionPlan, state=state), "pk", department="lead.key"),
            who=state,
        )
        for state in ("draft", "announced", "drawn")
    ),
    Page(
        "staff:inspection",
        officials("approver", all_of(RandomInspection, state="concluded"), "pk", department="plan.lead.key"),
    ),
    Page("unit:inspections", company()),
    Page("unit:inspection", units(all_of(RandomInspection), "project.unit_id", "pk")),
    Page("public:inspections", anybody()),
    *(
        Page("public:inspection_plan", citizens(all_of(InspectionPlan, state=state), "pk"), who=state)
        for state in ("announced", "drawn")
    ),
    Page("staff:questions", one("general_convener")),
    Page("staff:agency", one("general_convener")),
    Page("staff:agency", one("agent"), who="agent"),
    Page("staff:agency_bodies", one("general_convener")),
    Page("staff:agency_province", one("comprehensive")),
    Page("staff:agency_request", officials("general_convener", lambda: AgencyRequest.objects.order_by("-pk"), "pk")),
    Page("staff:agency_service", officials("agent", agreements, "pk")),
    Page("staff:agency_package", officials("agent", agreements, "pk")),
    Page("staff:question", officials("general_convener", all_of(Question), "pk")),
    Page("public:regional", anybody()),
    Page("public:regional_result", citizens(all_of(RegionalResult), "pk")),
    Page("unit:item_share", units(items("open"), *MY_ITEM)),
    *(Page(f"staff:{name}", one("zone")) for name in ("zones", "regional_fees")),
    Page("staff:zone_new", one("administrator")),
    *(Page(f"staff:{name}", officials("zone", all_of(Zone), "pk")) for name in ("zone", "zone_begin")),
    Page("staff:assessment", officials("zone", all_of(RegionalAssessment), "pk")),
    Page("staff:regional_fee", officials("approver", projects(state="confirmed"), "pk")),
    Page("staff:deficient", one("approver")),
    Page("staff:deficient", at_the_window(), who="window"),
    Page("staff:deficient_one", officials("approver", gaps("applied"), "pk", department="item.department.key")),
    Page("staff:tolerances", officials("approver", gaps("applied"), department="item.department.key")),
    Page("staff:tolerance", officials("approver", gaps("applied"), "item.matter_id", department="item.department.key")),
    Page("staff:offers", one("approver")),
    Page("staff:offer", officials("approver", items("open"), "matter_id", department="department.key")),
    Page("unit:deficient", units(items("open"), *MY_ITEM)),
    Page("unit:deficient_supply", units(gaps("waiting"), "item.project.unit_id", "item_id")),
    Page("staff:coordination", one("general_convener")),
    Page("staff:coordination_one", officials("general_convener", all_of(Coordination), "pk")),
    Page("staff:coordinate", officials("approver", items("accepted", "received"), "pk", department="department.key")),
    Page("staff:mocks", at_the_window(), who="window"),
    *(
        Page("staff:mock", officials("window", all_of(MockApplication, state=state), "pk"), who=state)
        for state in ("running", "converting")
    ),
    Page("staff:mock_new", officials("window", projects(state="confirmed"), "pk")),
    Page("staff:mock_hand_in", officials("window", all_of(MockMatter, outcome=""), "application_id", "item_id")),
    Page("unit:mock", units(all_of(MockApplication, "project"), "project.unit_id", "project_id"), who="under way"),
    Page("unit:mock", units(projects(state="confirmed"), "unit_id", "pk"), who="before"),
    Page("staff:delegation", one("approver")),
    Page("staff:projects", one("general_convener")),
    *(
        Page("staff:project", officials(role, projects(state="confirmed"), "pk"), who=role)
        for role in ("approver", "supervisor")
    ),
    *(Page(f"staff:{name}", officials("general_convener", under_way, "pk")) for name in ("map", "map_landing", "told")),
    Page("staff:rules_on", officials("comprehensive", projects(state="confirmed"), "pk")),
    Page("staff:map", officials("general_convener", under_way, "pk"), "?view=board", "board"),
    Page("staff:map_routes", officials("general_convener", two_ways, "project_id", "pk")),
    Page("staff:map_due", officials("general_convener", items("paused", "accepted"), "project_id", "pk")),
    Page("staff:review", lambda: (("macheng", [row.pk]) for row in projects(state="filed")())),
    Page("staff:manual", lambda: (("macheng", [row.pk]) for row in projects(state="manual")())),
    Page("staff:change", lambda: (("macheng", [row.pk]) for row in ChangeRequest.objects.order_by("-id"))),
    Page("staff:confirm", lambda: (("macheng", [row.pk]) for row in projects(state="confirmed")())),
    Page(
        "staff:guidance", officials("approver", all_of(GuidanceAnswer, "department"), "pk", department="department.key")
    ),
    *(
        Page("staff:item", officials("approver", items(state), "pk", department="department.key"), who=state)
        for state in ("received", "accepted", "paused", "granted")
    ),
    Page(
        "staff:commitment",
        officials("approver", all_of(Commitment, "item__department"), "pk", department="item.department.key"),
    ),
    Page(
        "staff:objection",
        officials(
            "approver",
            all_of(Objection, "commitment__item__department"),
            "pk",
            department="commitment.item.department.key",
        ),
    ),
    Page("staff:promise_reviews", one("supervisor"), "?view=done"),
    Page(
        "staff:promise_review",
        officials(
            "approver", all_of(Commitment, "department", review_on__isnull=False), "pk", department="department.key"
        ),
    ),
    Page(
        "staff:promise_closing",
        officials(
            "approver",
            all_of(
                Commitment,
                "department",
                state="decided",
                fulfilment__in=["pending", "rectifying"],
                project__state__in=["withdrawn", "terminated"],
            ),
            "pk",
            department="department.key",
        ),
    ),
    Page(
        "staff:difficulty",
        officials(
            "approver",
            all_of(Difficulty, "commitment__item__department"),
            "pk",
            department="commitment.item.department.key",
        ),
    ),
    Page(
        "staff:propose_ruling",
        officials("approver", all_of(Commitment, "department", fulfilment="broken"), "pk", department="department.key"),
    ),
    Page(
        "staff:ruling", officials("approver", rulings("made"), "pk", department="commitment.department.key"), who="made"
    ),
    Page(
        "staff:ruling",
        officials("principal", rulings("proposed"), "pk", department="commitment.department.key"),
        who="proposed",
    ),
    Page("staff:completion", officials("approver", projects(), "pk")),
    Page(
        "staff:completion",
        lambda: ((staff("approver", "development_reform"), [row.project_id]) for row in all_of(AuditReport)()),
        who="audit",
    ),
    Page("staff:credit", one("principal")),
    Page("staff:propose", one("approver")),
    Page("staff:proposal", officials("principal", all_of(PointProposal), "pk")),
    Page("staff:relief", officials("approver", all_of(CreditRelief, kind="repair"), "pk")),
    Page("staff:relief", officials("comprehensive", all_of(CreditRelief, kind="review"), "pk"), who="review"),
    Page("staff:unit_credit", officials("comprehensive", all_of(AuthorisedPerson), "unit_id")),
    Page("styleguide:index", anybody()),
    Page("styleguide:error", anybody("404")),
    Page("account_login", anybody()),
    Page("entrance:join", anybody()),
    Page("entrance:forgotten", anybody()),
    Page("entrance:unit", newcomer),
    Page("entrance:own", company()),
    Page("entrance:phone", company()),
    Page("entrance:mail", company()),
    Page("staff:admissions", at_the_window()),
    Page("staff:admission", at_the_window(Admission, state="asked")),
    Page("account_change_password", company()),
    Page("mfa_index", company()),
]

# Names that answer GET with no page of their own, and pages the demonstration has nothing for.
EXCUSED = {
    "common:start": "leads on to where one's work is",
    "common:session": "an answer for the script of the forms",
    "common:read_message": "takes a POST alone",
    "common:document": "a PDF file",
    "common:file": "a file as it was uploaded",
    "public:zone_feed": "an Atom feed",
    "unit:withdraw_change": "takes a POST alone",
    "public:gap_form": "a PDF file",
    "public:certificate_proof": "a file to keep",
    "public:draw_file": "a file to keep",
    "public:draw_proof": "a file to keep",
    "public:review": "its address is signed anew in every instance; the same form is pictured as unit:review",
    "public:proof_alone": "a file to keep; the same form is pictured as public:proof",
    "public:chain_checkpoint": "the log's head, for programs",
    "public:chain_tile": "a part of the log, for programs",
    "public:chain_keys": "the issuers' keys, for programs",
    "public:chain_policy": "the witness policy, for programs",
    "public:chain_twin_checkpoint": "the twin's head, for programs",
    "public:chain_twin_tile": "a part of the twin, for programs",
    "public:chain_twin_policy": "the twin's policy, for programs",
    "public:chain_cosignatures": "takes a POST from the nodes",
    "public:chain_evidence": "takes a POST from the nodes",
    "unit:certificate": "a PDF file",
    "unit:poster": "a PDF file",
    "unit:commit_letter": "a PDF file",
    "unit:map_pdf": "a PDF file",
    "unit:mock_blank": "a PDF file",
    "staff:mock_blank": "a PDF file",
    "staff:mock_circulation": "a PDF file",
    "staff:project_mock": "leads on to the project's mock approval",
    "unit:map_fresh": "a part of the map, for a script",
    "unit:library_retire": "takes a POST alone",
    "unit:library_restore": "takes a POST alone",
    "unit:later_withdraw": "the demonstration has no later document asked for",
    "staff:map_pdf": "a PDF file",
    "staff:window_close": "takes a POST alone",
    "staff:window_promise_letter": "a PDF file",
    "staff:window_receipt": "a PDF file",
    "staff:window_handout_paper": "a PDF file",
    "entrance:account": "after a code was sent: the same fields as entrance:forgotten",
    "entrance:invitation": "its address is known to whom it was sent alone",
    "entrance:withdraw": "takes a POST alone",
    "entrance:elsewhere": "takes a POST alone",
    "unit:uninvite": "takes a POST alone",
    "common:step_back": "takes a POST alone",
    "public:regional_report": "a PDF file",
    "public:regional_paper": "a PDF file",
    "public:bulletin_paper": "a PDF file",
    "public:reform_paper": "a PDF file",
    "staff:report_table": "a table as a file",
    "staff:evaluation_table": "a table as a file",
    "staff:publish_bulletin": "takes a POST alone",
    "staff:map_fresh": "a part of the map, for a script",
    "staff:later": "the demonstration has no later document asked for",
    "staff:made": "the demonstration has no table in the making",
    "staff:clue": "the demonstration accuses nobody of its people",
    "staff:export": "a table as a file",
    "staff:download": "a table as a file",
    "staff:reserved_code": "the demonstration has no unit with a reserved name",
}


def prepare() -> None:
    """What nobody of the demonstration has begun: a form half filled in, and one that was sent."""
    from django.utils import timezone

    from yinuo.engine.people.queries import actor_of_binding
    from yinuo.rooms.projects.actions import open_draft

    if Draft.objects.filter(filed_as__isnull=False, step="industry").exists():
        return
    binding = AuthorisedPerson.objects.get(person__username="maxiaoyun")
    sent = Project.objects.filter(unit=binding.unit_id, draft__isnull=True, state="confirmed").earliest("id")
    for filed in (None, sent):
        draft = open_draft(
            actor=actor_of_binding(binding), unit_id=binding.unit_id, facts=sent.facts, at=timezone.now()
        )
        Draft.objects.filter(pk=draft.pk).update(filed_as=filed, step="industry")
