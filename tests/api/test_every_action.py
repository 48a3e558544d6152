"""Every action can be done by a machine, or a reason stands here why not; and what the endpoints for it answer."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import Machine
from tests.apps.county import Company, County, at, new_company
from tests.apps.test_onemap import guided, hand_in, ready
from tests.apps.test_permissions import BY_THE_CLOCK, INNER, READS, ROOMS, public_actions
from tests.beginnings import begins_with
from yinuo.core.codes import make_credit_code
from yinuo.engine.people.models import ApiKey, Delegation
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import Reminder, WorkItem
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project, Question

pytestmark = begins_with(guided)

NOW = at("2026-11-09 10:00")
SOURCE = Path(__file__).resolve().parents[2] / "src" / "yinuo"

IN_PERSON = "who acts for whom is confirmed by somebody who has seen the paper, and given on a page"
ON_PAPER = "a paper is made for somebody who looks at it"
NOT_BY_MACHINES = {
    "oversight.hand_clue": "a clue to a breach is handed over by a person and never by a machine",
    "oversight.record_clue_answer": "a clue to a breach is handed over by a person and never by a machine",
    "reviews.review_by_link": "a link is opened by a person",
    **dict.fromkeys(
        [
            "people.open_account",
            "people.change_account",
            "people.change_department",
            "people.change_hall",
            "people.correct_unit",
            "people.ask_binding",
            "people.confirm_binding",
            "people.end_binding",
            "people.authorise",
            "people.give_role",
            "people.end_role",
        ],
        IN_PERSON,
    ),
    **dict.fromkeys(
        [
            *("accounts.ask_code", "accounts.reset_password", "accounts.change_phone", "accounts.change_mail"),
            *("accounts.sign_out_elsewhere", "accounts.invite", "accounts.accept_platform_login"),
            *("accounts.ask_admission", "accounts.withdraw_admission", "accounts.admit", "accounts.decline"),
            "window.bind_visitor",
        ],
        "an account is a person's: they have the telephone in hand, or stand at the counter",
    ),
    "people.issue_key": "a key gives no keys: they are issued by the command",
    "catalogue.set_handler": "who handles what is arranged among people",
    "documents.make_paper": ON_PAPER,
    "projects.certificate_paper": ON_PAPER,
    "projects.site_poster": ON_PAPER,
    "projects.open_draft": "a form's memory; a machine files at once",
    "projects.save_draft": "a form's memory; a machine files at once",
    "work.save_filter": "a page's memory",
    "work.rename_filter": "a page's memory",
    "work.remove_filter": "a page's memory",
    "work.ask_export": "a machine reads the list itself",
    "work.import_calendar": "the operator's command",
    "notices.mark_read": "a mark of somebody who reads",
    "documents.replace_file": "the library is kept by its people",
    "documents.retire_file": "the library is kept by its people",
    "documents.restore_file": "the library is kept by its people",
    "credit.import_score": "each row of the list sent to /credit/scores",
    "credit.check_evaluations": "a machine sends the rows to /credit/scores, with dry_run first",
    "credit.take_evaluations": "a machine sends the rows to /credit/scores, with dry_run first",
}


def called() -> set[str]:
    """The names of every function an endpoint calls; a training instance's own endpoints do not count."""
    found: set[str] = set()
    for path in [*SOURCE.glob("faces/*/api*.py"), *SOURCE.glob("site/api*.py")]:
        if path.name == "api_training.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                found.add(node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", ""))
    return found


def test_every_action_has_an_endpoint_or_a_reason_not_to() -> None:
    actions = set().union(*(public_actions(room) for room in ROOMS))
    # The chain is kept by its own commands and read through its own door.
    asked = {name for name in actions if name not in INNER | READS | BY_THE_CLOCK and not name.startswith("infochain.")}
    found = called()
    there = {name for name in asked if name.split(".")[1] in found}
    assert asked - there == set(NOT_BY_MACHINES), {
        "neither endpoint nor reason": sorted(asked - there - set(NOT_BY_MACHINES)),
        "a reason too many": sorted(set(NOT_BY_MACHINES) - (asked - there)),
    }


# -- what is new answers, refuses and repeats

Made = Any


@pytest.fixture
def project(county: County, company: Company, clock: Any) -> Project:
    made = guided(county, company)
    clock(NOW)
    return made


def test_the_map_is_read_with_all_materials_in_a_few_queries(
    company: Company, project: Project, machine_of: Made, django_assert_max_num_queries: Any
) -> None:
    unit = machine_of(company)
    with django_assert_max_num_queries(20):
        cards = unit.get(f"/projects/{project.pk}/map").json()["items"]
    assert len(cards) > 15
    kept = dict(MapItem.objects.filter(project=project).values_list("id", "materials"))
    assert {card["id"]: card["materials"] for card in cards} == kept


def test_a_matter_is_read_with_the_decision_on_promising_it_or_without_one(
    company: Company, project: Project, machine_of: Made
) -> None:
    unit, item = machine_of(company), ready(project)
    assert unit.get(f"/items/{item.pk}").json()["promisable_why"]["question"]
    MapItem.objects.filter(pk=item.pk).update(promisable_why={})
    assert unit.get(f"/items/{item.pk}").json()["promisable_why"] == {}


def test_my_projects_come_page_by_page_and_nobody_elses(
    county: County, company: Company, project: Project, machine_of: Made
) -> None:
    neighbour = new_company("邻居公司")
    guided(county, neighbour, name="邻居的项目")
    guided(county, company, name="第二个项目")
    mine = machine_of(company)
    first = mine.get("/projects?size=1").json()
    second = mine.get(f"/projects?size=1&after={first['after']}").json()
    assert [row["name"] for row in first["items"] + second["items"]] == ["第二个项目", project.name]
    assert second["after"] == 0
    assert [row["name"] for row in machine_of("general_convener").get("/projects?search=邻居的").json()["items"]] == [
        "邻居的项目"
    ]
    assert mine.get(f"/projects?search={project.code}").json()["items"][0]["certificate"]
    assert mine.get("/projects?state=confirmed").json()["items"]
    assert mine.get("/projects?state=gone").status_code == 422
    assert Machine().get("/projects").status_code == 401


def test_a_recoding_answers_with_both_codes_and_is_done_once(
    county: County, company: Company, project: Project, machine_of: Made
) -> None:
    body = {"facts": {"site": {"address": "积石山县大河家镇1号"}}, "pledged": True, "reason": "选址变化"}
    path = f"/projects/{project.pk}/recode"
    mine = machine_of(company)
    assert mine.post(path, body).json()["code"] == "api.idempotency_key"
    answer = mine.post(path, body, key="k")
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["replaces"] == {"id": project.pk, "code": project.code, "state": "terminated"}
    assert told["project"]["code"] not in (None, project.code)
    assert told["project"]["certificate"]
    assert mine.post(path, body, key="k").json()["project"]["id"] == told["project"]["id"]
    assert machine_of(new_company("别家")).post(path, body, key="x").status_code == 403


def test_a_question_goes_from_machine_to_machine(
    county: County, company: Company, project: Project, machine_of: Made
) -> None:
    mine, convener, office = machine_of(company), machine_of("general_convener"), machine_of("approver", "ecology")
    asked = mine.post(f"/projects/{project.pk}/questions", {"text": "要多久？"}, key="q")
    assert asked.status_code == 201
    pk = asked.json()["id"]
    assert mine.post(f"/projects/{project.pk}/questions", {"text": "要多久？"}, key="q").json()["id"] == pk
    assert office.post(f"/questions/{pk}/answer", {"answer": "七天"}).status_code == 403
    assert convener.post(f"/questions/{pk}/pass", {"department": "ecology"}).json()["department"] == "ecology"
    assert [row["id"] for row in office.get("/questions").json()["items"]] == [pk]
    assert office.post(f"/questions/{pk}/answer", {"answer": "七天"}).json()["answer"] == "七天"
    assert mine.get("/questions?answered=true").json()["items"][0]["answer"] == "七天"
    said = {"text": "验收要多久？", "answer": "七天。"}
    assert mine.post(f"/questions/{pk}/publish", said).status_code == 403
    assert office.post(f"/questions/{pk}/publish", said).json()["public_text"] == "验收要多久？"
    assert [row["answer"] for row in mine.get("/answers").json()["items"]] == ["七天。"]
    assert office.post(f"/questions/{pk}/withdraw", {"why": "规定变了"}).json()["published_at"] is None
    assert mine.get("/answers").json()["items"] == []
    assert Question.objects.count() == 1


def test_problems_and_coordination_over_the_wire(
    county: County, company: Company, project: Project, machine_of: Made
) -> None:
    item = ready(project)
    hand_in(company, item, at("2026-11-06 09:00"))
    tick(at("2027-06-01 09:00"))
    supervisor, convener = machine_of("supervisor"), machine_of("general_convener")
    found = supervisor.post(f"/items/{item.pk}/problems", {"text": "超期未办"}, key="p")
    assert found.status_code == 201, found.content
    assert (
        supervisor.post(f"/items/{item.pk}/problems", {"text": "超期未办"}, key="p").json()["id"] == found.json()["id"]
    )
    assert (
        supervisor.post(f"/problems/{found.json()['id']}/handle", {"handling": "已催办"}).json()["handling"] == "已催办"
    )
    assert [row["text"] for row in machine_of(company).get(f"/items/{item.pk}/problems").json()] == ["超期未办"]
    assert machine_of(company).post(f"/items/{item.pk}/problems", {"text": "x"}, key="n").status_code == 403
    assert machine_of(new_company("别家")).get(f"/items/{item.pk}/problems").status_code == 403
    urged = [county.person("approver", item.department.key).pk]
    body = {"urged": urged, "agreed": "三日内办结"}
    answer = convener.post(f"/items/{item.pk}/escalation", body, key="e")
    assert answer.status_code in (201, 422), answer.content
    if answer.status_code == 201:
        closed = convener.post(f"/items/{item.pk}/escalation/close", {"outcome": "已办结"}).json()
        assert closed["closed_at"] is not None


def test_a_reminder_a_handing_over_and_all_items_of_a_person(
    county: County, company: Company, project: Project, machine_of: Made
) -> None:
    item = ready(project)
    handler = county.person("approver", item.department.key)
    MapItem.objects.filter(pk=item.pk).update(handler=handler)
    item.refresh_from_db()
    hand_in(company, item, at("2026-11-06 09:00"))
    work = WorkItem.objects.get(kind="receipt")
    WorkItem.objects.filter(pk=work.pk).update(assignee=handler)
    colleague = county.add("approver", item.department.key).person
    supervisor, convener = machine_of("supervisor"), machine_of("general_convener")
    for _ in range(2):
        assert supervisor.post(f"/inbox/{work.pk}/remind", {"note": "请加快"}, key="r").status_code == 201
    assert Reminder.objects.count() == 1
    assert (
        machine_of("approver", "meteorology").post(f"/inbox/{work.pk}/reassign", {"person": colleague.pk}).status_code
        == 403
    )
    assert convener.post(f"/inbox/{work.pk}/reassign", {"person": colleague.pk}).json()["assignee"] == colleague.pk
    body = {"person": colleague.pk, "to": handler.pk, "why": "回来了"}
    assert convener.post("/inbox/reassign", body).json() == {"moved": 1}
    work.refresh_from_db()
    assert work.assignee_id == handler.pk


def test_a_delegation_is_arranged_once_and_ended(county: County, project: Project, machine_of: Made) -> None:
    away, there = county.add("approver", "water").person, county.add("approver", "water").person
    convener = machine_of("general_convener")
    body = {"person": away.pk, "substitute": there.pk, "from_on": "2026-11-10", "to_on": "2026-11-20", "reason": "休假"}
    made = [convener.post("/delegations", body).json()["id"] for _ in range(2)]
    assert made[0] == made[1]
    assert Delegation.objects.count() == 1
    assert machine_of("approver", "ecology").post(f"/delegations/{made[0]}/end", {"why": "x"}).status_code == 403
    assert convener.post(f"/delegations/{made[0]}/end", {"why": "提前回来"}).json()["to_on"] == "2026-11-10"
    assert convener.post("/delegations", {**body, "to_on": "2026-11-10"}).json()["code"] == "people.delegate_span"


def test_a_reserved_name_and_its_code(county: County, project: Project, machine_of: Made) -> None:
    window = machine_of("administrator")
    body = {"name": "积石山县百合食品有限公司", "type": "enterprise", "reservation_no": "核〔2026〕1号"}
    made = window.post("/units/reserved", body)
    assert made.status_code == 201
    assert window.post("/units/reserved", body).json()["code"] == "people.reservation_taken"
    assert [row["id"] for row in window.get("/units/reserved?search=百合").json()] == [made.json()["id"]]
    code = make_credit_code("622927", "00000077")
    path = f"/units/{made.json()['id']}/credit-code"
    assert window.post(path, {"credit_code": "x"}).status_code == 422
    assert window.post(path, {"credit_code": code}).json()["credit_code"] == code
    assert machine_of("approver").get("/units/reserved").status_code == 403


def test_keys_are_listed_without_their_secret_and_revoked_by_their_holder(
    county: County, company: Company, project: Project, machine_of: Made
) -> None:
    mine = machine_of(company)
    (key,) = mine.get("/keys").json()
    assert mine.secret.startswith(key["prefix"])
    assert mine.secret not in str(key)
    assert machine_of(new_company("别家")).post(f"/keys/{key['id']}/revoke", {"why": "x"}).status_code == 403
    assert mine.post(f"/keys/{key['id']}/revoke", {"why": "丢失"}).json()["revoked_at"] is not None
    assert mine.get("/keys").status_code == 401
    assert ApiKey.objects.get(pk=key["id"]).revoked_at == NOW


def test_whose_rules_and_which_benefits(county: County, company: Company, project: Project, machine_of: Made) -> None:
    mine, convener = machine_of(company), machine_of("general_convener")
    told = mine.get(f"/projects/{project.pk}/rules-on/2026-11-06").json()
    assert (told["from"], told["to"], told["rules"], told["items"]) == ("2026-11-03", "2026-11-06", [], [])
    assert mine.get(f"/projects/{project.pk}/rules-on/2030-01-01").json()["code"] == "onemap.rules_on_future"
    body = {"to": "2026-11-06", "reason": "施行新规定"}
    assert mine.post(f"/projects/{project.pk}/rules-on", body).status_code == 403
    assert convener.post(f"/projects/{project.pk}/rules-on", body).status_code == 200
    project.refresh_from_db()
    assert str(project.rules_on) == "2026-11-06"
    lines = mine.get(f"/projects/{project.pk}/benefits").json()
    assert {"benefit.free_agency", "benefit.organic_fertiliser_vat"} <= {line["id"] for line in lines if line["holds"]}
    assert machine_of(new_company("别家")).get(f"/projects/{project.pk}/benefits").status_code == 403


def test_a_project_is_given_up_by_its_unit_and_a_report_sent_twice_is_one(
    county: County, company: Company, project: Project, machine_of: Made
) -> None:
    mine = machine_of(company)
    mine.post(f"/projects/{project.pk}/reports", {"kind": "start", "on": "2026-11-06"})
    body = {"kind": "progress", "on": "2026-11-09", "percent": 10}
    made = [mine.post(f"/projects/{project.pk}/reports", body, key="r").json()["id"] for _ in range(2)]
    assert made[0] == made[1]
    assert machine_of("approver", "ecology").post(f"/projects/{project.pk}/terminate", {"why": "x"}).status_code == 403
    assert mine.post(f"/projects/{project.pk}/terminate", {"why": "不建了"}).json()["state"] == "terminated"


def test_a_participant_is_reported_and_ended_and_a_question_goes_to_its_matters_department(
    company: Company, project: Project, machine_of: Made
) -> None:
    mine = machine_of(company)
    body = {"role": "design", "name": "设计院", "credit_code": "91620000710375659T"}
    made = mine.post(f"/projects/{project.pk}/participants", body).json()["id"]
    assert mine.post(f"/projects/participants/{made}/end", {"why": ""}).json()["code"] == "projects.participant_why"
    assert mine.post(f"/projects/participants/{made}/end", {"why": "合同解除"}).json()["ended_at"]
    asked = mine.post(
        f"/projects/{project.pk}/questions", {"text": "要多久？", "matter_id": "eia_table"}, key="q-1"
    ).json()
    assert (asked["matter_id"], asked["department"]) == ("eia_table", "ecology")
