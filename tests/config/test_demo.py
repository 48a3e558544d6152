"""The demonstration: everything it promises to show is there, and making it twice, half or beside real data does no
harm.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.hashers import check_password
from django.db import connection, transaction
from django.db.models import Count, JSONField, Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from psycopg.types.json import Jsonb

from tests.apps import elsewhere, figured
from tests.apps.county import facts, new_company, new_county
from tests.apps.killing import Watch, watched
from tests.database import TestDatabase
from tests.web.crawling import STRANGE_IDS, Crawl, Share
from tests.web.staffdesk import BACKEND
from yinuo.core.calendar import TZ
from yinuo.core.codes import check_credit_code
from yinuo.deploy.embedded import SUPERUSER
from yinuo.engine import caches, register
from yinuo.engine.base import Actor
from yinuo.engine.bootstrap import sync_pack
from yinuo.engine.caches import Cache
from yinuo.engine.documents.actions import signing_provider
from yinuo.engine.documents.files import inspect_upload
from yinuo.engine.documents.models import Attachment, Document, FileRole, StoredFile
from yinuo.engine.documents.signing import verify_pdf
from yinuo.engine.infochain.audit import _newest, audit
from yinuo.engine.infochain.models import LeafRecord
from yinuo.engine.notices.models import Message
from yinuo.engine.people.models import Delegation, Hall, Membership, Person, ProjectUnit, StaffRole
from yinuo.engine.people.queries import actor_of_membership
from yinuo.engine.rules import pack
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.access import can_see
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments.models import AuditReport, Commitment, CompletionVerification, Ruling
from yinuo.rooms.credit.models import CreditEvent, CreditHead, CreditRelief, EvaluationBatch, PointProposal
from yinuo.rooms.credit.queries import review_until
from yinuo.rooms.figures import queries
from yinuo.rooms.figures.cases import SOURCES
from yinuo.rooms.figures.scope import Scope
from yinuo.rooms.grants.models import ChainSearch
from yinuo.rooms.halls import queries as halls
from yinuo.rooms.halls.models import Bulletin, Honour
from yinuo.rooms.onemap.models import Escalation, ExternalResult, Guidance, MapItem
from yinuo.rooms.projects.actions import file_project
from yinuo.rooms.projects.models import ProgressReport, Project, Question
from yinuo.rooms.reform.models import ReformReport
from yinuo.rooms.window.models import Visit
from yinuo.stories import demo
from yinuo.stories.demo import UnfitForDemonstration
from yinuo.stories.demo.people import COMPANIES, PASSWORD, WORKERS, assemble

pytestmark = pytest.mark.slow
# A Tuesday morning; the tests below look at what everybody finds then.
NOW = datetime(2026, 11, 24, 10, 15, tzinfo=TZ)
OPEN = ["running", "paused"]


@pytest.fixture(scope="module")
def build(
    test_database: TestDatabase, django_db_setup: None, django_db_blocker: Any
) -> Iterator[tuple[list[demo.Login], Watch]]:
    """One demonstration for all tests that only look at it, and what was seen while it was built."""
    name = test_database.clone()
    with django_db_blocker.unblock(), test_database.pointing_at(name):
        sync_pack(NOW.date())  # every start does, so a hall is no sign of real data
        with watched() as watch:
            logins = demo.build(lambda line: None, NOW)
        yield logins, watch
    test_database.done_with(name)


@pytest.fixture
def built(build: tuple[list[demo.Login], Watch]) -> list[demo.Login]:
    return build[0]


def only(monkeypatch: pytest.MonkeyPatch, *told: Any) -> None:
    """Of the demonstration's scenes these alone."""
    rooms = (
        demo.lives,
        demo.agency,
        demo.gaps,
        demo.land,
        demo.window,
        demo.grants,
        demo.inspections,
        demo.reviews,
        demo.rulings,
    )
    for room in (*rooms, demo.credit, demo.prefecture):
        monkeypatch.setattr(room, "SCENES", ())
    for name in ("REGIONAL", "MOCK", "OVERSIGHT"):
        monkeypatch.setattr(demo, name, ())
    monkeypatch.setattr(demo.scenes, "SCENES", told)


def counts() -> dict[str, int]:
    """Rows in every table that the application may read, so that nothing that was added can hide."""
    with connection.cursor() as cursor:
        ours = "relkind = 'r' AND relnamespace = 'public'::regnamespace AND has_table_privilege(oid, 'SELECT')"
        cursor.execute(f"SELECT relname FROM pg_class WHERE {ours} ORDER BY 1")
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
    return found


def item(project: str, matter: str) -> MapItem:
    return MapItem.objects.get(project__name=project, matter_id=matter)


def work_of(project: str, matter: str) -> WorkItem:
    return WorkItem.objects.get(
        subject_kind="onemap.mapitem", subject_id=item(project, matter).pk, kind="limit", state__in=OPEN
    )


# -- who is there


def test_the_bank_and_the_supervising_body_have_searched_and_left_their_trace(built: list[demo.Login]) -> None:
    unit = ProjectUnit.objects.get(persons__person__username="maxiaoyun", persons__may_sign=True)
    found = ChainSearch.objects.order_by("id").values_list("node__kind", "project__unit_id")
    assert list(found) == [("bank", unit.pk), ("supervision", unit.pk)]
    assert LeafRecord.objects.filter(type="data.searched").count() == 2
    assert Message.objects.filter(template="chain_searched").exists()


def test_every_role_has_a_login_that_opens(built: list[demo.Login]) -> None:
    usernames = {login.username for login in built}
    assert all(login.password == PASSWORD for login in built)
    persons = Person.objects.filter(username__in=usernames)
    assert {person.username for person in persons} == usernames
    assert all(check_password(PASSWORD, person.password) for person in persons[:3])
    listed = set(Membership.objects.filter(person__in=persons).values_list("role", flat=True))
    assert listed == set(StaffRole.values)
    assert {company.persons[0][0] for company in COMPANIES} <= usernames


def test_a_login_reads_as_three_words_to_the_terminal_and_as_a_label_to_the_page(built: list[demo.Login]) -> None:
    who, name, password = built[0]
    assert (who, name, password) == (built[0].label, built[0].username, built[0].password)
    assert len(PASSWORD) >= 12
    assert PASSWORD.isascii()


def test_only_the_administrator_is_above_the_rules_and_one_person_wears_two_hats(built: list[demo.Login]) -> None:
    assert list(Person.objects.filter(is_superuser=True).values_list("username", flat=True)) == ["admin"]
    hats = Person.objects.annotate(hats=Count("memberships")).get(username="zhaoyonghong")
    assert hats.hats == 2


def test_units_have_right_credit_codes_and_stand_over_all_grades(built: list[demo.Login]) -> None:
    for unit in ProjectUnit.objects.all():
        check_credit_code(unit.credit_code or "")
    enterprises = ProjectUnit.objects.filter(type="enterprise")
    assert enterprises.count() == 8
    heads = CreditHead.objects.in_bulk()
    grades = [heads[unit.pk].grade if unit.pk in heads else "unrated" for unit in enterprises]
    assert sorted(grades) == sorted(["A", "A-", "B", "B-", "C+", "D", "D-", "unrated"])
    assert enterprises.filter(state_owned=True).count() == 1


def test_nobody_can_be_called_by_a_number_of_the_demonstration(built: list[demo.Login]) -> None:
    assert all(person.phone.startswith("100") for person in Person.objects.all())


# -- what there is to see


def test_projects_stand_in_every_state_they_can_be_shown_in(built: list[demo.Login]) -> None:
    states = set(Project.objects.values_list("state", flat=True))
    assert states == {"manual", "filed", "confirmed", "completed", "refused", "withdrawn", "terminated"}
    assert Project.objects.count() >= 12
    assert Project.objects.filter(landed_at__isnull=False, completed_at__isnull=True).count() >= 2
    assert ProgressReport.objects.filter(kind="progress").exists()
    assert Guidance.objects.filter(merged_at__isnull=True).count() == 1


def test_items_stand_in_every_state(built: list[demo.Login]) -> None:
    states = set(MapItem.objects.values_list("state", flat=True))
    wanted = {
        "open",
        "received",
        "incomplete",
        "accepted",
        "incorrect",
        "paused",
        "notice",
        "decidable",
        "granted",
        "refused",
    }
    assert wanted <= states
    assert MapItem.objects.filter(application__deemed_accepted=True).exists()


def test_every_light_burns_and_the_red_one_is_being_coordinated(built: list[demo.Login]) -> None:
    assert work_of("积石山县建材物流园一期", "land_use_planning_permit").light_at(NOW) == "red"
    assert Escalation.objects.get().item.project.name == "积石山县建材物流园一期"
    assert work_of("年产5万吨有机肥加工项目", "engineering_planning_permit").light_at(NOW) == "yellow"
    paused = work_of("年产5万吨有机肥加工项目", "soil_conservation_plan")
    assert (paused.state, paused.light_at(NOW)) == ("paused", "green")
    assert work_of("积石山县30兆瓦农光互补光伏发电项目", "soil_conservation_plan").light_at(NOW) == "green"


def lights_are_right(now: datetime) -> None:
    assert work_of("积石山县建材物流园一期", "land_use_planning_permit").light_at(now) == "red"
    assert work_of("年产5万吨有机肥加工项目", "engineering_planning_permit").light_at(now) == "yellow"
    assert work_of("积石山县30兆瓦农光互补光伏发电项目", "soil_conservation_plan").light_at(now) == "green"
    assert not Entry.objects.filter(at__gt=now).exists()


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 22, 11, 0, tzinfo=TZ),  # a Sunday
        datetime(2026, 11, 20, 18, 0, tzinfo=TZ),  # the very close of business
    ],
)
def test_the_lights_are_right_whenever_it_is_built(now: datetime, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, demo.scenes.flagship, demo.scenes.overdue, demo.scenes.decidable)
    demo.build(lambda line: None, now)
    lights_are_right(now)


def test_all_of_it_is_built_in_holidays_beyond_the_published_calendar(db: None) -> None:
    now = datetime(2027, 10, 4, 8, 31, tzinfo=TZ)
    demo.build(lambda line: None, now)
    lights_are_right(now)


def test_promises_are_in_notice_objected_decidable_decided_and_kept(built: list[demo.Login]) -> None:
    states = set(Commitment.objects.values_list("state", flat=True))
    assert states == {"notice", "objected", "decidable", "decided"}
    assert {"kept", "rectifying", "pending", "broken"} <= set(Commitment.objects.values_list("fulfilment", flat=True))
    for commitment in Commitment.objects.select_related("letter__file"):
        content = bytes(commitment.letter.file.content)
        assert verify_pdf(
            content, commitment.letter_sha256, roots=signing_provider().roots(), at=commitment.signed_at
        ).valid


def test_completions_are_passed_under_way_and_being_rectified(built: list[demo.Login]) -> None:
    assert set(CompletionVerification.objects.values_list("state", flat=True)) == {"passed", "inspection", "rectifying"}


def test_a_kept_cycle_changed_the_certificates_colour(built: list[demo.Login]) -> None:
    event = CreditEvent.objects.get(type="cycle_completed")
    assert (event.grade_before, event.grade_after, event.applied) == ("B", "A-", True)
    changed = Entry.objects.filter(verb="credit.grade_changed", project_code=event.project_code).get()
    assert (changed.data["class_before"], changed.data["class_after"]) == ("B", "A")


def test_points_wait_for_consent_for_execution_and_for_repair(built: list[demo.Login]) -> None:
    assert set(PointProposal.objects.values_list("state", flat=True)) == {"proposed", "consented", "executed"}


def test_a_repair_is_asked_for_refused_and_looked_at_again(built: list[demo.Login]) -> None:
    found = CreditRelief.objects.order_by("id").values_list("kind", "state")
    assert Counter(found) == {("repair", "asked"): 1, ("repair", "rejected"): 2, ("review", "asked"): 1}
    refused = CreditRelief.objects.get(kind="repair", state="rejected", review=None)
    until = review_until(refused)
    assert until is not None and until > NOW, "its unit may still ask for a review"


def test_a_broken_promise_stopped_a_project_and_the_lifting_waits_for_consent(built: list[demo.Login]) -> None:
    stop, lifting = Ruling.objects.order_by("id")
    assert (stop.state, stop.measures, stop.delivered_at is not None) == ("made", ["stop", "recover"], True)
    assert (lifting.state, lifting.measures, lifting.lifts) == ("proposed", ["lift"], stop)
    assert Project.objects.get(stopped_at__isnull=False) == stop.commitment.project
    progress = ProgressReport.objects.filter(project=stop.commitment.project, at__gt=stop.answered_at)
    assert not progress.exists(), "nothing is built while building is stopped"


def test_an_audit_report_was_returned_and_handed_in_anew(built: list[demo.Login]) -> None:
    assert list(AuditReport.objects.order_by("id").values_list("state", flat=True)) == ["returned", "handed_in"]


def test_evaluations_came_from_a_table_and_another_waits_to_be_confirmed(built: list[demo.Login]) -> None:
    taken, checked = EvaluationBatch.objects.order_by("id")
    assert (taken.state, taken.counts()) == ("taken", {"imported": 7, "unchanged": 0, "refused": 1})
    assert (checked.state, checked.counts()) == ("checked", {"imported": 1, "unchanged": 1, "refused": 1})


def test_the_countys_heating_project_stands_on_the_map_with_a_result_from_outside(built: list[demo.Login]) -> None:
    heating = Project.objects.get(name="积石山县大河家镇集中供热工程")
    assert (heating.kind, str(heating.total_investment), heating.unit.type) == ("approval", "7496.0800", "agency")
    granted = item(heating.name, "land_use_planning_permit")
    assert (granted.state, granted.present.external_results.exists()) == ("granted", True)
    assert ExternalResult.objects.filter(item__project=heating).count() == 3


def test_a_question_was_answered_and_another_waits(built: list[demo.Login]) -> None:
    assert sorted(question.answered_at is None for question in Question.objects.all()) == [False, True]


def test_somebody_on_leave_has_a_substitute_today(built: list[demo.Login]) -> None:
    leave = Delegation.objects.get()
    assert leave.from_on <= NOW.date() < leave.to_on


def test_every_listed_member_of_staff_finds_something_to_do(built: list[demo.Login]) -> None:
    waiting = list(WorkItem.objects.filter(state__in=OPEN, waits_for="staff"))
    for worker in WORKERS:
        if worker.listed:
            for membership in Membership.objects.filter(person__username=worker.username).select_related("department"):
                actor = actor_of_membership(membership)
                if actor.role == "window":
                    assert Visit.objects.filter(clerk=membership.person, closed_at__isnull=True).exists(), (
                        "nobody at the counter"
                    )
                    continue
                assert any(can_see(actor, work) for work in waiting), (worker.name, membership.role)


def test_every_company_has_a_project_of_its_own(built: list[demo.Login]) -> None:
    for unit in ProjectUnit.objects.all():
        assert unit.projects.exists(), unit.name
        assert Message.objects.filter(unit=unit, channel="site").exists(), unit.name


# -- that it was lived through


def test_history_is_in_the_order_of_its_instants_and_ends_before_now(built: list[demo.Login]) -> None:
    moments = list(Entry.objects.order_by("id").values_list("at", flat=True))
    assert moments == sorted(moments)
    assert moments[-1] == NOW


def test_who_decided_was_of_the_matters_department_and_three_people_moved_points(built: list[demo.Login]) -> None:
    for entry in Entry.objects.filter(verb__in=["onemap.grant", "onemap.refuse", "onemap.accept"]).exclude(
        role__in=["system", "window"]
    ):
        assert entry.department_id == MapItem.objects.get(pk=entry.subject_id).department_id
    for proposal in PointProposal.objects.filter(state="executed"):
        people = {proposal.proposed_by_id, proposal.consented_by_id, proposal.executed_by_id}
        assert len(people) == 3


def test_no_message_of_the_past_leaves_now(built: list[demo.Login]) -> None:
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    assert Message.objects.filter(read_at__isnull=True).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone()[0] == 0


def test_what_was_handed_in_are_whole_files(built: list[demo.Login]) -> None:
    handed = [file for file in StoredFile.objects.all() if file.size < 4000]
    assert len(handed) > 50
    for file in handed[:20]:
        info = inspect_upload(file.name, bytes(file.content), 10_000)
        assert (info.kind, info.sha256, info.flags) == ("pdf", file.sha256, ())


def test_no_column_holds_files_inside_json(built: list[demo.Login]) -> None:
    """A file used by a row is an attachment, so that the question where it is used has one place to ask."""
    holds = []
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, JSONField) and model._meta.managed:
                table, column = model._meta.db_table, field.column
                with connection.cursor() as cursor:
                    path = "$.** ? (exists(@.sha256) && exists(@.file))"
                    cursor.execute(f'SELECT count(*) FROM "{table}" WHERE jsonb_path_exists("{column}", %s)', [path])
                    holds += [f"{table}.{column}"] * bool(cursor.fetchone()[0])
    assert holds == []
    assert {*FileRole.values} - {"approval"} <= {*Attachment.objects.values_list("role", flat=True)}


# -- twice, half, beside others


def test_every_figure_has_something_to_show_and_is_what_one_counts_by_hand(
    built: list[demo.Login], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figured, "NOW", NOW)
    figured.forget()
    county = Hall.objects.get(name="积石山县政务大厅")
    year = Scope((county.pk,), NOW.date() - timedelta(days=330), NOW.date() + timedelta(days=1))
    found = {source: queries.gather(source, year, NOW, ("part",), ("month",)) for source in SOURCES}
    for source in SOURCES:
        rows = figured.by_hand(source, year)
        assert {part: sums.n for part, sums in found[source].of("part").items()} == Counter(row.part for row in rows), (
            source
        )
        assert found[source].all.days == sum(row.days or 0 for row in rows), source
        assert found[source].all.n > 3, source
    figured.forget()
    assert set(found["landings"].of("part")) == {"commitment", "regular"}
    assert {"good", "fair", "bad"} <= set(found["reviews"].of("part"))
    assert {"red", "yellow", "green"} <= set(found["open"].of("part"))
    assert min(len(found[source].of("month")) for source in ("promises", "decisions", "reviews", "projects")) >= 6


def test_the_halls_of_the_prefecture_are_ranked_told_of_and_honoured(built: list[demo.Login]) -> None:
    (area,) = halls.areas()
    ranking = halls.ranking(area, NOW.date(), NOW)
    assert (area.region.name, len(ranking.lines), len({line.score for line in ranking.lines}) > 4) == (
        "临夏回族自治州",
        8,
        True,
    )
    assert Bulletin.objects.count() == 5
    assert {row.kind for row in Honour.objects.all()} >= {"hall", "convener"}
    county = next(line for line in ranking.lines if line.hall.name == "积石山县政务大厅")
    assert halls.hall_month(county.hall, NOW.date().replace(day=1), NOW.date(), NOW).score == county.score


def test_a_quarters_notice_is_published_and_the_next_waits_for_the_principals_signature(
    built: list[demo.Login],
) -> None:
    states = list(ReformReport.objects.order_by("begins").values_list("begins", "draft__state"))
    assert states == [(date(2026, 4, 1), "published"), (date(2026, 7, 1), "submitted")]
    waiting = WorkItem.objects.get(kind="reform_consent", state="running")
    assert (waiting.role, waiting.light_at(NOW)) == ("principal", "green")


def test_a_second_start_changes_nothing_and_tells_the_logins(built: list[demo.Login]) -> None:
    before = counts()
    said: list[str] = []
    assert demo.build(said.append, NOW) == built
    assert counts() == before
    assert said == []


def test_it_is_never_started_in_earnest(built: list[demo.Login]) -> None:
    with pytest.raises(UnfitForDemonstration, match="--demo"):
        demo.refuse_in_earnest()


def test_any_other_database_is(db: None) -> None:
    sync_pack(NOW.date())
    demo.refuse_in_earnest()
    assert not demo.stands()


def test_killed_half_way_it_leaves_nothing(build: tuple[list[demo.Login], Watch]) -> None:
    _, watch = build
    watch.judge()
    assert watch.statements > 1000


def test_a_scene_that_fails_leaves_nothing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    before = counts()

    def broken(world: demo.World) -> Iterator[datetime]:
        yield world.ago(3)
        raise RuntimeError("a scene went wrong")

    only(monkeypatch, demo.scenes.just_filed, broken)
    with pytest.raises(RuntimeError):
        demo.build(lambda line: None, NOW)
    assert counts() == before


@pytest.mark.parametrize("what", ["person", "unit", "project"])
def test_it_refuses_a_database_with_real_data_in_it(what: str, db: None) -> None:
    county = new_county()
    if what == "person":
        county.actor("approver")
    elif what == "unit":
        ProjectUnit.objects.create(credit_code=COMPANIES[0].credit_code, name="真实企业", type="enterprise")
    else:
        company = new_company()
        file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=NOW)
    before = counts()
    with pytest.raises(UnfitForDemonstration, match="已有真实的"):
        demo.build(lambda line: None, NOW)
    assert counts() == before
    assert not Entry.objects.filter(verb=demo.MARK).exists()


def test_a_scene_may_not_go_back_in_time_nor_beyond_now(db: None) -> None:
    world = demo.World(assemble(sync_pack(NOW.date()), NOW - timedelta(days=10)), NOW, lambda line: None)

    def told(*instants: datetime) -> Iterator[datetime]:
        for instant in instants:  # noqa: UP028 - a tuple cannot be sent what a scene is sent
            yield instant

    with pytest.raises(ValueError, match="the last instant"):
        world.add(told(NOW + timedelta(minutes=1)))
    world.add(told(world.ago(2), world.ago(3)))
    with pytest.raises(ValueError, match="it is"):
        world.play()


# -- what the chain was told

CHANGES = {
    "projects_project": ("name", "name || '改'", "项目名称现为"),
    "projects_filingcertificate": ("number", "number || '1'", "文书编号现为"),
    "onemap_mapitem": ("state", "CASE state WHEN 'granted' THEN 'mock_granted' ELSE state END", "是否准予现为“False”"),
    "onemap_externalresult": ("body", "jsonb_set(body, '{text}', '\"另一个结果\"')", "说明现为“另一个结果”"),
    "commitments_commitment": ("standard_version", "standard_version || '9'", "承诺标准的版本现为"),
    "catalogue_regionalresult": ("document_number", "document_number || '1'", "文号现为"),
    "land_parcel": (
        "contract_number",
        "CASE contract_number WHEN '' THEN '' ELSE contract_number || '1' END",
        "合同编号现为",
    ),
    "commitments_ruling": (
        "measures",
        "CASE WHEN measures @> '[\"lift\"]' THEN measures ELSE measures || '[\"x\"]' END",
        "处理措施现为",
    ),
    "regional_regionalassessment": ("document_number", "document_number || '1'", "regional.regionalassessment:"),
    "grants_grant": ("until_at", "until_at + interval '1 year'", "授权到期现为"),
    "credit_creditevent": ("points", "points + 1", "加减分现为"),
    "oversight_liferecord": ("data", "data || '{\"more\": 1}'", "记录内容的散列值现为"),
    "inspections_inspectionplan": ("seed_sha256", "reverse(seed_sha256)", "种子的散列值现为"),
    "inspections_visit": ("outcome", "CASE outcome WHEN 'normal' THEN 'penalty' ELSE 'normal' END", "检查结果现为"),
    "documents_document": ("data", "data || '{\"more\": 1}'", "出具的文书现为"),
    "documents_storedfile": ("content", "content || '\\x20'", "文件的散列值现为"),
}


# What happened and no row repeats: the log alone keeps it, and the trail.
SAID_ONLY = {
    ("anomaly.closed", ("kind", "outcome")),
    ("anomaly.reported", ()),
    ("anomaly.reported", ("commitment", "next_on", "on", "outcome")),
    ("anomaly.reported", ("kind", "record", "since", "source")),
    ("approval.document", ("commitments", "kept", "round")),
    ("approval.document", ("number",)),
    ("data.searched", ("grants", "node", "organisation", "search")),
    ("project.code_assigned", ("code",)),
}


@pytest.fixture
def operator(built: list[demo.Login], test_database: TestDatabase) -> Iterator[Any]:
    """Somebody with every right in the database; what they change is taken back afterwards."""
    with test_database.server.connect(SUPERUSER, connection.settings_dict["NAME"]) as opened:
        opened.autocommit = True
        opened.execute("SET session_replication_role = replica")
        yield opened


def test_every_row_the_chain_was_told_of_is_compared_with_it(built: list[demo.Login]) -> None:
    assert audit(None).faults == []
    kinds = register.leaves()
    seen = {handler for type, marks, apart, handler, _ in kinds if next(_newest(type, marks, apart), None)}
    assert {handler for *_, handler, _ in kinds} - seen == {"yinuo.rooms.onemap.leaves.later_now"}


def test_every_kind_of_leaf_is_compared_or_speaks_of_no_row(built: list[demo.Login]) -> None:
    shapes = {
        (leaf.type, frozenset(name for _, name, _ in leaf.fields))
        for leaf in LeafRecord.objects.filter(fields__isnull=False)
    }
    compared = [(type, marks) for type, marks, *_ in register.leaves()]
    bare = {
        (type, tuple(sorted(names)))
        for type, names in shapes
        if not any(type == kind and marks <= names for kind, marks in compared)
    }
    assert bare == SAID_ONLY


def test_rows_changed_behind_the_platform_are_named(operator: Any) -> None:
    before = {
        table: operator.execute(f"SELECT id, {column} FROM {table}").fetchall()
        for table, (column, *_) in CHANGES.items()
    }
    try:
        for table, (column, change, _) in CHANGES.items():
            operator.execute(f"UPDATE {table} SET {column} = {change}")
        faults = audit(None).faults
    finally:
        for table, rows in before.items():
            values = [(Jsonb(value) if isinstance(value, dict | list) else value, row) for row, value in rows]
            operator.cursor().executemany(f"UPDATE {table} SET {CHANGES[table][0]} = %s WHERE id = %s", values)
    assert {table for table, (*_, told) in CHANGES.items() if not any(told in fault for fault in faults)} == set()
    assert audit(None).clean


def test_rows_no_leaf_speaks_of_are_named(operator: Any) -> None:
    (before,) = operator.execute("SELECT id FROM onemap_mapitem WHERE state = 'open' ORDER BY id LIMIT 1").fetchone()
    forge = """INSERT INTO onemap_application (item_id, number, department_id, deemed_accepted, deficient, outcome,
            ended_at, document_number, result_text, again_why)
        SELECT id, 99, department_id, false, false, 'granted', %s, %s, '', '' FROM onemap_mapitem WHERE id = %s
        RETURNING id"""
    grant = "UPDATE onemap_mapitem SET state = %s, application_id = %s WHERE id = %s"
    columns = (
        'unit_id, project_code, type, "on", data, rule, points, applied, score_after, grade_before, grade_after, '
        "why, cites, at"
    )
    copy = (
        f"INSERT INTO credit_creditevent ({columns}, seq) SELECT {columns}, 999 FROM credit_creditevent ORDER BY id "
        f"LIMIT 1"
    )
    try:
        (forged,) = operator.execute(forge, [NOW, "伪〔2026〕1号", before]).fetchone()
        operator.execute(grant, ["granted", forged, before])
        operator.execute(copy)
        faults = audit(None).faults
    finally:
        operator.execute(grant, ["open", None, before])
        operator.execute("DELETE FROM onemap_application WHERE number = 99")
        operator.execute("DELETE FROM credit_creditevent WHERE seq = 999")
    assert len(faults) == 2
    assert all("业务表里有" in fault and "日志里没有" in fault for fault in faults)
    assert any("文号 伪〔2026〕1号" in fault for fault in faults)
    assert any("第几次加减分 999" in fault for fault in faults)


# How a column is changed behind the platform, where its type does not say it.
SPOILT = {
    "state": "'paused'",
    "kind": "'approval'",
    "announced": "'red'",
    "outcome": "'penalty'",
    "first_outcome": "'penalty'",
}
BY_TYPE = {
    "DateTimeField": "coalesce({0}, now()) + interval '30 years'",
    "DateField": "coalesce({0}, current_date) - 3",
    "BooleanField": "NOT {0}",
    "DecimalField": "{0} / 2 + 1",
    "PositiveIntegerField": "{0} + 1",
    "BigIntegerField": "{0} + 1",
    "BinaryField": "sha256({0})",
    "CharField": "'改'",
}


def spoilt(cache: Cache[Any]) -> tuple[Any, Model]:
    """A row of the cache, and the one that holds its columns."""
    rows = cache.rows().order_by("pk")
    waiting = {
        "work.clock": {"state": "running", "due_at__isnull": False},
        "oversight.watch": {"watch__next_at__isnull": False},
    }
    row = rows.filter(**waiting.get(cache.name, {})).first()
    return row, cache.holder(row)


def test_no_derived_column_differs_from_its_records(built: list[demo.Login]) -> None:
    for cache in caches.every():
        with CaptureQueriesContext(connection) as asked:
            assert [line for found in caches.differences(cache, NOW) for line in found.words()] == []
        assert len(asked) <= 10 * (1 + cache.rows().count() // caches.BATCH), f"{cache.name} is not read in batches"


def test_a_derived_column_changed_behind_the_platform_is_named_and_mended(operator: Any) -> None:
    before: list[tuple[str, dict[str, Any]]] = []
    expected = []
    try:
        for cache in caches.every():
            row, held = spoilt(cache)
            table, key = held._meta.db_table, held._meta.pk.column
            fields = {field.attname: field for field in held._meta.concrete_fields if field.attname in cache.columns}
            columns = ", ".join(f'"{field.column}"' for field in fields.values())
            where = f'FROM "{table}" WHERE "{key}" = %s'
            values = operator.execute(f"SELECT {columns} {where}", [held.pk]).fetchone()
            before.append(
                (
                    f'UPDATE "{table}" SET ({columns}) = ROW ({", ".join(["%s"] * len(values))}) WHERE "{key}" = %s',
                    [*values, held.pk],
                )
            )
            for name, field in fields.items():
                kind = "BigIntegerField" if field.is_relation else type(field).__name__
                change = SPOILT.get(name) or BY_TYPE[kind].format(f'"{field.column}"')
                operator.execute(f'UPDATE "{table}" SET "{field.column}" = {change} WHERE "{key}" = %s', [held.pk])
                expected.append(f"{cache.title}（{cache.called(row)}）：{cache.columns[name]}存为")
        faults = audit(None, at=NOW).faults
        assert [one for one in expected if not any(fault.startswith(one) for fault in faults)] == []
        with transaction.atomic():
            mended = [
                found for cache in caches.every() for found in caches.rebuild(cache, actor=Actor.system(), at=NOW)
            ]
            assert [found.error for found in mended if found.error] == []
            assert audit(None, at=NOW).faults == []
            transaction.set_rollback(True)
    finally:
        for statement, given in before:
            operator.execute(statement, given)
    assert audit(None, at=NOW).clean


def foreign_to(person: Person | None) -> list[str]:
    """Numbers of rows that are nobody's or another's: units, projects, items, files, halls."""
    theirs = [
        ProjectUnit.objects.exclude(persons__person=person),
        Project.objects.exclude(unit__persons__person=person),
    ]
    theirs += [
        MapItem.objects.exclude(project__unit__persons__person=person),
        StoredFile.objects.exclude(unit__persons__person=person),
    ]
    rows = [*theirs, Hall.objects.order_by("-id"), Document.objects.all()]
    return [*STRANGE_IDS, *(str(found.values_list("pk", flat=True).first()) for found in rows)]


def visitors(logins: list[demo.Login]) -> list[str]:
    """One of each role, and of the companies those in a state of their own."""
    roles: dict[str, str] = {}
    for membership in Membership.objects.filter(person__username__in=[login.username for login in logins]).order_by(
        "id"
    ):
        roles.setdefault(membership.role, membership.person.username)
    return [*roles.values(), "yangguodong", "hanzhixin", "tangguohua", "yeshenglin", "mayunling", "lishenghua"]


def test_no_page_and_no_form_fails_whoever_sends_whatever(
    built: list[demo.Login], django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    share, faults = Share(), list[str]()
    with django_db_blocker.unblock():
        for username in ["", *visitors(built)]:
            person = Person.objects.filter(username=username).first()
            with transaction.atomic():
                crawl = Crawl(Client(), username or "public", share, foreign_to(person))
                starts = ["/", "/staff/", "/projects/", "/admin/"]
                if person is not None:
                    crawl.client.force_login(person, backend=BACKEND)
                    # A company's draft lies on no page it could be found by before it is begun.
                    starts.append(crawl.client.post("/filing/", {"secrecy": "none"}).headers.get("Location", "/"))
                faults += crawl.walk(*starts).faults
                transaction.set_rollback(True)
    assert faults == []
    assert (len(share.views), len(share.forms)) > (230, 180), (len(share.views), len(share.forms))


def test_another_countys_pack_has_a_demonstration_of_its_own_whose_pages_open(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with elsewhere.installed(tmp_path / "pack"):
        said: list[str] = []
        found = demo.build(said.append, NOW)
        assert not [line for line in said if "没有演完" in line]
        usernames = {login.username for login in found}
        assert Person.objects.filter(username__in=usernames).count() == len(usernames)
        assert set(Membership.objects.values_list("department__key", flat=True)) == set(pack().departments)
        states = dict(Project.objects.values_list("name", "state"))
        assert states == {
            "年产5万吨有机肥加工项目": "confirmed",
            "新型墙材生产线项目": "confirmed",
            "果蔬冷链仓储项目": "filed",
        }
        far = Project.objects.get(name="年产5万吨有机肥加工项目")
        assert far.landed_at is not None
        assert set(MapItem.objects.filter(project=far, route="commitment").values_list("matter_id", flat=True)) == {
            "works_planning_permit"
        }
        assert "积石山" not in json.dumps([login.label for login in found], ensure_ascii=False)
        assert demo.build(said.append, NOW) == found
        monkeypatch.setattr(timezone, "now", lambda: NOW)
        share = Share()
        for username in ("", "approver-housing", "company-good"):
            crawl = Crawl(Client(), username or "public", share)
            if username:
                crawl.client.force_login(Person.objects.get(username=username), backend=BACKEND)
            assert crawl.walk("/", "/staff/", "/projects/").faults == []
